"""The page about the command line says what there is."""

import re
from pathlib import Path

import click
import pytest

from cli.__main__ import cli
from cli.formats import MARKED

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
ELSEWHERE = {"token", "import"}
"""Commands that have their own place."""
COMMANDS = {name: command for name, command in cli.commands.items() if name not in ELSEWHERE}


def section(name: str) -> str:
    """What the page says of a command."""
    for heading, text in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        if name in heading.split(", "):
            return str(text)
    return ""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_of_a_command_are_those_of_its_section(name: str) -> None:
    shared = {"images": ("show", "share"), "show": ("images", "share"), "share": ("images", "show")}.get(name, ())

    options = {word for each in (name, *shared) for word in options_of(COMMANDS[each])}

    assert set(re.findall(r"`(--[a-z-]+)`", section(name))) == options


def options_of(command: click.Command) -> list[str]:
    return [
        word
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for word in (*parameter.opts, *parameter.secondary_opts)
    ]


def test_the_formats_that_a_file_tells_are_named() -> None:
    assert all(re.search(rf"\b{disk_format}\b", section("upload")) for disk_format in MARKED)


def test_the_exit_statuses_are_those_of_the_help() -> None:
    statuses = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)
    assert cli.epilog is not None

    assert statuses == re.findall(r"\b(\d+)\b", cli.epilog)
