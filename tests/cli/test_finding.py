"""An image is meant by its id, by the beginning of one, or by its name, and never by chance."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rosetta.command import cli
from tests.api import Api
from tests.cli.importing.conftest import Target, a_target
from tests.cli.importing.scripted import Asked, Reply, scripted

FIRST = "0a1b2c3d-0000-4000-8000-000000000001"
SECOND = "0a1bffff-0000-4000-8000-000000000002"
Type = Callable[..., Result]


@pytest.fixture
def target(api: Api) -> Iterator[Target]:
    with a_target(api) as target:
        target.become("t1", "read_images", "create_image", "delete_image", "publicize_image")
        yield target


@pytest.fixture
def image(target: Target, tmp_path: Path) -> Type:
    """Type `rosetta image …`."""

    def run(*words: str) -> Result:
        environ = {"ROSETTA_URL": target.url, "ROSETTA_TOKEN": target.token, "XDG_STATE_HOME": str(tmp_path)}
        return CliRunner().invoke(cli, ["image", *words], env=environ)

    return run


@pytest.fixture
def two(image: Type) -> None:
    """Two images whose ids begin alike."""
    for name, image_id in (("first", FIRST), ("the second", SECOND)):
        assert image("create", name, "--id", image_id, "--disk-format", "raw").exit_code == 0


@pytest.mark.parametrize("words", [FIRST, FIRST.replace("-", ""), "0a1b2", "0A1B2C", FIRST[:-1], "first"])
def test_an_image_is_found(image: Type, two: None, words: str) -> None:
    result = image("show", words, "--quiet")

    assert (result.exit_code, result.output) == (0, f"{FIRST}\n")


@pytest.mark.parametrize("words", ["third", "0a1", "fir", "second", "0b1b", "", "First", "0a1b2c3d%"])
def test_an_image_that_is_not_there_is_not_found(image: Type, two: None, words: str) -> None:
    result = image("show", words)

    assert (result.exit_code, result.output) == (1, f"Error: no image {words} that you can see\n")


def test_an_id_that_nothing_has_is_not_found(image: Type, two: None) -> None:
    result = image("show", FIRST.replace("1", "2"))

    assert (result.exit_code, result.output) == (
        1,
        f"Error: no image {FIRST.replace('1', '2')} that you can see\n",
    )


def test_two_that_fit_are_listed_and_neither_is_taken(image: Type, two: None) -> None:
    result = image("delete", "--yes", "0a1b")

    heading, second, first, error = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (1, "")
    assert heading.split() == ["ID", "NAME", "CREATED"]
    assert (second.split()[:3], first.split()[:2]) == ([SECOND, "the", "second"], [FIRST, "first"])
    assert error == "Error: 0a1b may be any of these 2 images: give the id of one"
    assert len(image("list", "--quiet").stdout.splitlines()) == 2


def test_a_name_that_is_the_beginning_of_another_ones_id_means_neither(image: Type, two: None) -> None:
    image("create", "0a1b2c", "--disk-format", "raw")

    result = image("set", "0a1b2c", "--name", "other")

    assert result.exit_code == 1
    assert "may be any of these 2 images" in result.stderr


def test_an_id_is_an_id_whatever_others_are_called(image: Type, two: None) -> None:
    image("create", FIRST, "--disk-format", "raw")

    assert image("show", FIRST, "--quiet").stdout == f"{FIRST}\n"


def test_two_of_one_name_are_told_apart_by_their_ids(image: Type) -> None:
    ids = [image("create", "twin", "--disk-format", "raw", "--quiet").stdout.strip() for _ in range(2)]

    result = image("show", "twin")

    assert result.exit_code == 1
    assert all(each in result.stderr for each in ids)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "the second"),
        ("set", "the second", "--name", "x"),
        ("unset", "the second", "--property", "k"),
        ("share", "the second"),
        ("events", "the second"),
        ("delete", "--yes", "the second"),
    ],
    ids=lambda words: words[0],
)
def test_wherever_an_image_is_meant_its_name_will_do(image: Type, two: None, words: tuple[str, ...]) -> None:
    image("set", SECOND, "--property", "k=v")

    assert image(*words).exit_code == 0


def test_what_is_downloaded_may_be_named(image: Type, tmp_path: Path) -> None:
    document = {"id": FIRST, "name": "one", "status": "active", "size": 5, "disk_format": "raw"}

    def answer(asked: Asked) -> Reply:
        listed = Reply(200, {"images": [{**document, "checksum": "5d41402abc4b2a76b9719d911017c592"}]})
        return listed if asked.path.endswith("/detail") else Reply(200, body=b"hello")

    with scripted(answer) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        words = ["image", "download", "one", "--output", str(tmp_path / "one.raw"), "--json"]
        result = CliRunner().invoke(cli, words, env=environ)

    assert json.loads(result.stdout) == {
        "id": FIRST,
        "file": str(tmp_path / "one.raw"),
        "size": 5,
        "md5": "5d41402abc4b2a76b9719d911017c592",
    }
    assert (tmp_path / "one.raw").read_bytes() == b"hello"


def test_bytes_and_a_document_do_not_share_stdout(image: Type) -> None:
    result = image("download", FIRST, "--output", "-", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--json cannot be combined with --output -" in result.stderr


def test_a_service_that_filters_by_no_name_finds_none() -> None:
    with scripted(
        lambda _asked: Reply(200, {"images": [{"id": FIRST, "name": "other", "status": "active"}]})
    ) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        result = CliRunner().invoke(cli, ["image", "delete", "--yes", "mine"], env=environ)

        methods = {asked.method for asked in service.asked}

    assert (result.exit_code, methods) == (1, {"GET"})


def test_administrators_find_and_list_the_images_of_all_tenants(image: Type, two: None, target: Target) -> None:
    target.become("t2", "admin")

    assert image("show", "first", "--quiet").stdout == f"{FIRST}\n"
    assert image("list", "--quiet").stdout == ""
    assert image("list", "--quiet", "--all-tenants").stdout.splitlines() == [SECOND, FIRST]


def test_others_find_and_list_none_of_them(image: Type, two: None, target: Target) -> None:
    target.become("t2", "read_images")

    assert image("show", "first").exit_code == 1
    assert image("list", "--quiet", "--all-tenants").stdout == ""
