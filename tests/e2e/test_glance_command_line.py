"""What a person, or a script of theirs, does with the `glance` command."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeFile
from tests.e2e.glance import Caller

pytestmark = pytest.mark.e2e

RAW = ("--disk-format", "raw", "--container-format", "bare")


def test_case_152_an_image_is_created_and_shown(t1: Caller) -> None:
    told = ("--name", "Zwölf Bäume", "--min-disk", "2", "--property", "note=in two words")

    created = succeeded(t1.glance("image-create", *told))
    by_id = succeeded(t1.glance("image-show", created["id"]))
    by_name = succeeded(t1.glance("image-show", "Zwölf Bäume"))

    expected = {"status": "queued", "min_disk": "2", "Property 'note'": "in two words"}
    assert created["name"] == "Zwölf Bäume"
    assert expected.items() <= created.items()
    assert expected.items() <= by_id.items()
    assert by_id == by_name


def test_case_152_a_file_is_uploaded_and_downloaded(t1: Caller, make_file: MakeFile, tmp_path: Path) -> None:
    path, saved = make_file(3 << 20), tmp_path / "saved"

    created = succeeded(t1.glance("image-create", "--name", "from a file", *RAW, "--file", str(path)))
    succeeded(t1.glance("image-download", "from a file", "--file", str(saved)))

    assert (created["status"], created["size"]) == ("active", str(3 << 20))
    assert saved.read_bytes() == path.read_bytes()


def test_case_152_a_file_is_uploaded_through_a_pipe(t1: Caller, make_file: MakeFile, tmp_path: Path) -> None:
    path, saved = make_file(3 << 20), tmp_path / "saved"

    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:  # noqa: S603, S607  # our own file
        created = succeeded(t1.glance("image-create", "--name", "from a pipe", *RAW, data=cat.stdout))
    succeeded(t1.glance("image-download", created["id"], "--file", str(saved)))

    assert (created["status"], created["size"]) == ("active", str(3 << 20))
    assert saved.read_bytes() == path.read_bytes()


def test_case_152_an_empty_input_makes_an_empty_image(t1: Caller) -> None:
    with Path("/dev/null").open("rb") as nothing:
        created = succeeded(t1.glance("image-create", *RAW, data=nothing))

    assert (created["status"], created["size"]) == ("active", "0")


def test_case_152_images_are_listed_by_name(t1: Caller) -> None:
    for name in ("b", "c", "a"):
        t1.call("images.create", name=name)

    listed = t1.glance("image-list", "--page-size", "2")

    assert listed.returncode == 0, listed.stderr
    assert [row[1] for row in table(listed.stdout)] == ["Name", "a", "b", "c"]


def test_case_152_a_list_is_filtered(t1: Caller) -> None:
    t1.call("images.create", name="one", properties={"distro": "Arch Linux"})
    t1.call("images.create", name="two")

    listed = t1.glance("image-list", "--status", "queued", "--property-filter", "distro=Arch Linux")

    assert listed.returncode == 0, listed.stderr
    assert [row[1] for row in table(listed.stdout)] == ["Name", "one"]


def test_case_152_an_administrator_lists_the_images_of_all_tenants(t1: Caller, admin: Caller) -> None:
    t1.call("images.create", name="of t1")

    listed = admin.glance("image-list", "--all-tenants")

    assert listed.returncode == 0, listed.stderr
    assert [row[1] for row in table(listed.stdout)] == ["Name", "of t1"]


def test_case_152_an_image_is_updated(t1: Caller) -> None:
    image = t1.call("images.create", name="old", properties={"a": "1"}, size=0)
    words = ("--name", "new name", "--is-protected", "True", "--property", "b=2")

    kept = succeeded(t1.glance_on_terminal("image-update", image["id"], *words))
    purged = succeeded(t1.glance_on_terminal("image-update", "new name", "--property", "c=3", "--purge-props"))

    assert (kept["name"], kept["protected"]) == ("new name", "True")
    assert [name for name in kept if name.startswith("Property '")] == ["Property 'a'", "Property 'b'"]
    assert [name for name in purged if name.startswith("Property '")] == ["Property 'c'"]


def test_case_152_a_reserved_image_gets_its_data(t1: Caller, make_file: MakeFile) -> None:
    reserved = t1.call("images.create", name="reserved", disk_format="raw", container_format="bare")

    updated = succeeded(t1.glance("image-update", reserved["id"], "--file", str(make_file(1000))))

    assert (updated["status"], updated["size"]) == ("active", "1000")


def test_case_152_images_are_deleted(t1: Caller) -> None:
    first, second = (t1.call("images.create", name=name) for name in ("first", "second one"))

    deleted = t1.glance("image-delete", first["id"], second["name"])

    assert (deleted.returncode, deleted.stdout, deleted.stderr) == (0, "", "")
    assert t1.call("images.list") == []


def test_case_152_an_image_is_shared(t1: Caller, t2: Caller) -> None:
    image = t1.call("images.create", name="shared")

    succeeded(t1.glance("member-create", "shared", "t2", "--can-share"))
    of_image = table(t1.glance("member-list", "--image-id", image["id"]).stdout)
    of_tenant = table(t2.glance("member-list", "--tenant-id", "t2").stdout)
    succeeded(t1.glance("member-delete", "shared", "t2"))
    afterwards = table(t1.glance("member-list", "--image-id", image["id"]).stdout)

    heading, row = ["Image ID", "Member ID", "Can Share"], [image["id"], "t2", "True"]
    assert of_image == of_tenant == [heading, row]
    assert afterwards == [heading]


def test_case_152_a_missing_image_is_said_to_be_missing(t1: Caller) -> None:
    shown = t1.glance("image-show", "nothing")

    assert (shown.returncode, shown.stderr) == (1, "No image with a name or ID of 'nothing' exists.\n")


def test_case_152_a_wrong_token_is_said_to_be_wrong(nobody: Caller) -> None:
    listed = nobody.glance("image-list")

    assert (listed.returncode, listed.stderr) == (1, "Invalid OpenStack Identity credentials.\n")


def test_case_152_a_refusal_is_shown_in_the_servers_words(t1: Caller) -> None:
    created = t1.glance("image-create", "--disk-format", "floppy")

    assert created.returncode == 1
    assert "400 Bad Request: Invalid disk format 'floppy' for image" in created.stderr


def test_case_180_the_command_finds_version_2_by_itself(t1: Caller) -> None:
    t1.call("images.create", name="found")

    listed = t1.glance_without_version("image-list")

    assert (listed.returncode, "falling back" in listed.stderr) == (0, False), listed.stderr
    assert [row[1] for row in table(listed.stdout)] == ["Name", "found"]


def succeeded(finished: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """The fields that a successful command has printed."""
    assert finished.returncode == 0, finished.stderr
    return {row[0]: row[1] for row in table(finished.stdout)}


def table(output: str) -> list[list[str]]:
    """The cells of each row of a printed table, heading first."""
    rows = [line.strip("|").split("|") for line in output.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]
