"""The page about the command line says what there is."""

import re
from pathlib import Path

from click.testing import CliRunner

from rosetta.command import cli
from rosetta.deployment import PROFILE_SETTING, TOKEN_SETTING, URL_SETTING
from rosetta.formats import MARKED
from rosetta.reference import BEGINNING

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
TEXT = PAGE.read_text("utf-8")


def test_the_reference_is_that_of_the_command(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(TEXT.partition(BEGINNING)[0] + BEGINNING + "what there was\n", "utf-8")

    result = CliRunner().invoke(cli, ["reference", str(page)])

    assert result.exit_code == 0
    assert page.read_text("utf-8") == TEXT, "run `make docs`"


def test_a_page_without_a_reference_gets_one_at_its_end(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Ours\n")

    CliRunner().invoke(cli, ["reference", str(page)])

    assert page.read_text("utf-8") == f"# Ours\n{BEGINNING}{TEXT.partition(BEGINNING)[2]}"


def test_the_formats_that_a_file_tells_are_named() -> None:
    assert all(re.search(rf"\b{disk_format}\b", TEXT.partition(BEGINNING)[0]) for disk_format in MARKED)


def test_the_variables_that_say_whom_to_ask_are_named() -> None:
    named = set(re.findall(r"^\| `(ROSETTA_\w+)` \|", TEXT, re.MULTILINE))

    assert named == {URL_SETTING, TOKEN_SETTING, PROFILE_SETTING}


def test_the_exit_statuses_are_those_of_the_help() -> None:
    statuses = re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)
    assert cli.epilog is not None

    assert statuses == re.findall(r"\b(\d+)\b", cli.epilog)
