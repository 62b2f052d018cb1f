"""Images are created, changed and deleted at the command line, and what cannot be is one clear line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.catalog.image import Status
from rosetta.command import cli
from tests.api import Api
from tests.cli.importing.conftest import Target, a_target
from tests.cli.importing.scripted import Reply, scripted
from tests.factories import an_image
from tests.terminal import run_on_terminal

UNKNOWN = "11111111-2222-3333-4444-555555555555"
ENDING = (Status.PENDING_DELETE, Status.ACTIVE)
Type = Callable[..., Result]


@pytest.fixture
def target(api: Api) -> Iterator[Target]:
    with a_target(api) as target:
        target.become("t1", "read_images", "create_image", "delete_image", "publicize_image")
        yield target


@pytest.fixture
def image(target: Target, tmp_path: Path) -> Type:
    """Type `rosetta image …`."""

    def run(*words: str, typed: str | None = None) -> Result:
        environ = {"ROSETTA_URL": target.url, "ROSETTA_TOKEN": target.token, "XDG_STATE_HOME": str(tmp_path / "state")}
        return CliRunner().invoke(cli, ["image", *words], env=environ, input=typed)

    return run


def created(image: Type, *words: str) -> str:
    document = json.loads(image("create", "one", "--disk-format", "raw", *words, "--json").stdout)
    assert isinstance(document["id"], str)
    return document["id"]


def test_an_image_without_bytes_waits_for_them(image: Type) -> None:
    result = image("create", "one", "--disk-format", "qcow2", "--property", "Os-Distro=debian", "--min-ram", "512")

    facts = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert (facts["name"], facts["status"]) == ("one", "queued")
    shown = json.loads(image("show", facts["id"], "--json").stdout)
    assert (shown["disk_format"], shown["min_ram"], shown["is_public"]) == ("qcow2", 512, False)
    assert shown["properties"] == {"os_distro": "debian"}


def test_an_image_has_the_id_that_is_asked_for(image: Type) -> None:
    assert created(image, "--id", UNKNOWN) == UNKNOWN
    assert image("create", "two", "--id", UNKNOWN).stderr.startswith("Error: 409: ")


def test_a_copy_is_asked_for() -> None:
    document = {"id": UNKNOWN, "status": "saving", "name": "one"}
    with scripted(lambda _asked: Reply(201, {"image": document})) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        result = CliRunner().invoke(cli, ["image", "create", "one", "--copy-from", "http://x/y.raw"], env=environ)

        [asked] = service.asked

    assert result.stdout.splitlines() == [f"id      {UNKNOWN}", "name    one", "status  saving"]
    assert asked.headers["x-glance-api-copy-from"] == "http://x/y.raw"


@pytest.mark.parametrize("words", [("--copy-from", "http://x/y"), ("--id", UNKNOWN)], ids=["copy", "id"])
def test_a_file_is_neither_a_copy_nor_of_a_given_id(image: Type, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "one.raw").write_bytes(b"bytes")

    result = image("create", "one", "--file", str(tmp_path / "one.raw"), *words)

    assert result.exit_code == 2
    assert "--file cannot be combined with --copy-from or --id" in result.stderr


def test_what_is_set_is_changed_and_nothing_else(image: Type) -> None:
    found = created(image, "--property", "k=v", "--min-disk", "3")

    result = image("set", found, "--name", "two", "--public", "--protected", "--property", "l=w")
    document = json.loads(image("set", found, "--private", "--unprotected", "--json").stdout)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"Image {found} is changed.\n")
    assert (document["name"], document["min_disk"], document["properties"]) == ("two", 3, {"k": "v", "l": "w"})
    assert (document["is_public"], document["protected"]) == (False, False)


def test_nothing_to_set_is_wrong_usage(image: Type) -> None:
    result = image("set", UNKNOWN)

    assert result.exit_code == 2
    assert "nothing to set" in result.stderr


def test_properties_are_removed_and_others_stay(image: Type) -> None:
    found = created(
        image, "--property", "k=v", "--property", "os_distro=debian", "--property", "gr\u00f6\u00dfe=\u00e9"
    )

    result = image("unset", found, "--property", "K")
    document = json.loads(image("unset", found, "--property", "os-distro", "--json").stdout)

    assert (result.exit_code, result.stdout) == (0, "")
    assert (document["name"], document["properties"]) == ("one", {"größe": "é"})


def test_a_property_that_is_not_there_is_named(image: Type) -> None:
    found = created(image, "--property", "k=v")

    result = image("unset", found, "--property", "k", "--property", "l")

    assert (result.exit_code, result.stderr) == (1, "Error: the image has no property l\n")
    assert json.loads(image("show", found, "--json").stdout)["properties"] == {"k": "v"}


def test_images_are_deleted_up_to_the_first_that_cannot_be(image: Type) -> None:
    first, kept, last = created(image), created(image, "--protected"), created(image)

    result = image("delete", "--yes", first, kept, last)

    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"Image {first} is deleted."
    assert result.stderr.splitlines()[1].startswith("Error: 403: ")
    assert [each["id"] for each in json.loads(image("list", "--json").stdout)] == [last, kept]


def test_what_is_deleted_is_a_document_or_ids_too(image: Type) -> None:
    first, kept, last = created(image), created(image, "--protected"), created(image)

    as_json = image("delete", "--yes", first, kept, "--json")
    as_ids = image("delete", "--yes", last, last.upper(), "--quiet")

    assert (as_json.exit_code, json.loads(as_json.stdout)) == (1, [{"id": first}])
    assert (as_ids.exit_code, as_ids.output) == (0, f"{last}\n")


@pytest.fixture
def waiting(target: Target, image: Type) -> str:
    """The id of an image `one` whose deletion waits, beside an active one of the same name."""
    ids = [target.api.world.images.add(an_image(owner="t1", name="one", status=status)).id for status in ENDING]
    return ids[0]


@pytest.mark.parametrize("words", [None, 8, "one"], ids=["id", "beginning", "name"])
def test_a_deletion_that_waits_is_undone(image: Type, waiting: str, words: str | int | None) -> None:
    result = image("restore", words if isinstance(words, str) else waiting[:words])

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"Image {waiting} is restored.\n")
    assert json.loads(image("show", waiting, "--json").stdout)["status"] == "active"


def test_what_is_restored_is_a_document_or_an_id_too(image: Type, waiting: str) -> None:
    as_json = image("restore", "one", "--json")

    assert (json.loads(as_json.stdout)["id"], as_json.stderr) == (waiting, "")


def test_an_image_whose_deletion_does_not_wait_is_not_restored(image: Type, waiting: str) -> None:
    assert image("restore", "one", "--quiet").output == f"{waiting}\n"

    by_name, by_id = image("restore", "one"), image("restore", waiting)

    assert (by_name.exit_code, by_name.output) == (1, "Error: no image one whose deletion is pending\n")
    assert (by_id.exit_code, by_id.output) == (1, f"Error: 409: Image {waiting} is active\n")


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (Status.ACTIVE, "deactivate", Status.DEACTIVATED),
        (Status.DEACTIVATED, "reactivate", Status.ACTIVE),
        (Status.ACTIVE, "deprecate", Status.DEPRECATED),
    ],
)
def test_an_image_is_withheld_or_advised_against(
    target: Target, image: Type, before: Status, action: str, after: Status
) -> None:
    images = target.api.world.images
    found = images.add(an_image(owner="t1", name="one", status=before)).id

    result, again = image(action, "one"), image(action, found, "--json")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"Image {found} is {action}d.\n")
    assert json.loads(again.stdout)["id"] == image(action, found, "--quiet").stdout.strip() == found
    assert [each.status for each in images.many([found])] == [after]


def test_an_administrator_lets_an_image_through(target: Target, image: Type) -> None:
    found = created(image)

    refused = image("allow", found)
    target.become("ops", "admin")
    result = image("allow", "one")

    assert (refused.exit_code, refused.output) == (1, "Error: 403: This needs the policy admin\n")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Image {found} is exempt from inspection.\n"
    assert image("allow", found, "--quiet").stdout == f"{found}\n"
    assert "allowed" in image("events", found).stdout
    assert [each.allowed for each in target.api.world.images.many([found])] == [True]


@pytest.mark.parametrize("action", ["deactivate", "reactivate", "deprecate"])
def test_an_image_without_bytes_is_neither_withheld_nor_advised_against(image: Type, action: str) -> None:
    found = created(image)

    result = image(action, found)

    assert (result.exit_code, result.output) == (1, f"Error: 409: Image {found} is queued\n")


def test_without_a_terminal_nothing_is_deleted_unasked(image: Type) -> None:
    found = created(image)

    result = image("delete", found, typed="y\n")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "stdin is not a terminal: pass --yes to delete without confirmation" in result.stderr
    assert image("list", "--quiet").stdout == f"{found}\n"


@pytest.mark.parametrize("words", [("list",), ("show", UNKNOWN), ("create", "x"), ("delete", "--yes", UNKNOWN)])
def test_a_document_and_ids_do_not_go_together(image: Type, words: tuple[str, ...]) -> None:
    for options in (("--json", "--quiet"), ("-q", "--json")):
        result = image(*words, *options)

        assert (result.exit_code, result.stdout) == (2, "")
        assert "--json and --quiet cannot be combined" in result.stderr


def test_ids_are_all_that_is_shown_if_that_is_asked_for(image: Type, tmp_path: Path) -> None:
    (tmp_path / "one.raw").touch()
    found = image("create", "one", "--disk-format", "raw", "--property", "k=v", "-q").stdout.strip()

    uploaded = image("upload", str(tmp_path / "one.raw"), "--allow-empty", "-q").stdout
    changed, unset = image("set", found, "--name", "two", "-q"), image("unset", found, "--property", "k", "-q")

    assert (changed.output, unset.output) == (f"{found}\n", f"{found}\n")
    assert image("list", "-q").stdout.splitlines() == [uploaded.strip(), found]


def test_that_nothing_is_listed_is_said_beside_the_results(image: Type) -> None:
    everything, some, none = image("list"), image("list", "--status", "active"), image("list", "--json")

    assert (everything.stdout, everything.stderr) == ("", "There are no images that you can see.\n")
    assert (some.stdout, some.stderr) == ("", "No images match.\n")
    assert (none.stdout, none.stderr) == ("[]\n", "")


def test_a_state_that_no_image_has_is_refused(image: Type) -> None:
    result = image("list", "--status", "bogus")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "'bogus' is not one of 'queued'" in result.stderr


def test_members_are_a_document_too(image: Type) -> None:
    found = created(image)

    result = image("share", found, "t2", "--can-share", "--json")

    assert json.loads(result.stdout) == [{"tenant": "t2", "can_share": True}]


@pytest.mark.parametrize("words", [("list",), ("show", UNKNOWN), ("delete", "--yes", UNKNOWN), ("restore", UNKNOWN)])
@pytest.mark.parametrize("status", [200, 502])
def test_a_page_for_browsers_is_no_answer(words: tuple[str, ...], status: int) -> None:
    page = Reply(status, body=b"<title>Sign in</title>", headers={"Content-Type": "text/html; charset=utf-8"})
    with scripted(lambda _asked: page) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        result = CliRunner().invoke(cli, ["image", *words], env=environ)

    reason = (
        f"{service.url.removeprefix('http://')} answers with a page for browsers" if status == 200 else "502: Sign in"
    )
    if words[0] == "show":  # of which nothing but headers is asked for
        reason = "unexpected response (expected: image)" if status == 200 else "502: Bad Gateway"
    hint = "" if words[0] == "show" else f". Check the URL {service.url}, from ROSETTA_URL."
    assert (result.exit_code, result.output) == (1, f"Error: {reason}{hint}\n")


def test_whoever_is_not_let_in_knows_before_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "one.raw").write_bytes(b"bytes")
    with scripted(lambda _asked: Reply(401)) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret", "XDG_STATE_HOME": str(tmp_path / "state")}
        result = CliRunner().invoke(cli, ["image", "upload", str(tmp_path / "one.raw")], env=environ)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("Error: 401: ")
    assert "Reading" not in result.stderr
    assert list((tmp_path / "state").rglob("*.json")) == []


def test_a_folder_that_is_not_there_is_named(target: Target, image: Type, tmp_path: Path) -> None:
    found = target.api.world.images.add(an_image(owner="t1", status=Status.ACTIVE, size=5)).id

    result = image("download", found, "-o", str(tmp_path / "none" / "one.raw"))

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"Error: there is no folder {tmp_path / 'none'}"


def test_a_terminal_is_not_filled_with_bytes() -> None:
    environ = {"ROSETTA_URL": "http://127.0.0.1:1", "ROSETTA_TOKEN": "secret"}

    status, drawn = run_on_terminal(["image", "download", UNKNOWN, "--output", "-"], [], environ)

    assert status == 2
    assert "Error: stdout is a terminal: redirect it, or name a file" in drawn


def test_an_empty_file_is_not_uploaded_by_itself(image: Type, tmp_path: Path) -> None:
    (tmp_path / "empty.raw").touch()

    for words in (("upload", str(tmp_path / "empty.raw")), ("create", "x", "--file", str(tmp_path / "empty.raw"))):
        result = image(*words)

        assert (result.exit_code, result.stdout) == (2, "")
        assert "is empty: `rosetta image upload --allow-empty` uploads it anyway" in result.stderr
    assert json.loads(image("list", "--json").stdout) == []


@pytest.mark.parametrize(("variable", "other"), [("ROSETTA_URL", "ROSETTA_TOKEN"), ("ROSETTA_TOKEN", "ROSETTA_URL")])
def test_only_the_variable_that_is_missing_is_named(variable: str, other: str) -> None:
    environ = {"ROSETTA_URL": "http://127.0.0.1:9", "ROSETTA_TOKEN": "secret", variable: ""}

    result = CliRunner().invoke(cli, ["image", "list"], env=environ)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: run `rosetta login`, or set {variable} to ")
    assert other not in result.stderr
    assert result.stderr.count("\n") == 1
