"""What was found in the bytes of images is shown, in words, and lists are of those that are something."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.catalog.image import Image, Inspecting, Status, Visibility
from chalicelib.catalog.inspection import WORDS, Finding, Inspection
from rosetta.command import cli
from tests.cli.importing.conftest import Target, a_target
from tests.cli.importing.scripted import Reply, scripted
from tests.conftest import MakeApi
from tests.factories import an_image

GiB = 1 << 30
LATER = datetime(2026, 1, 2, tzinfo=UTC)
UNKNOWN = "11111111-2222-3333-4444-555555555555"
Run = Callable[..., Result]


@pytest.fixture(params=["record"])
def target(make_api: MakeApi, request: pytest.FixtureRequest) -> Iterator[Target]:
    with a_target(make_api(INSPECTION=request.param)) as target:
        target.become("t1")
        yield target


@pytest.fixture
def image(target: Target) -> Run:
    """Type `rosetta image …`."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(
            cli, ["image", *words], env={"ROSETTA_URL": target.url, "ROSETTA_TOKEN": target.token}
        )

    return run


def inspected(target: Target, found: Inspection, **fields: Any) -> Image:
    """An image of t1's that was inspected."""
    told = {"status": Status.ACTIVE, "size": 5, "disk_format": "qcow2", "container_format": "bare", "owner": "t1"}
    size = {"virtual_size": found.virtual_size, "inspection": found.document}
    return target.api.world.images.add(an_image(**{**told, **size, **fields}))


def facts(result: Result) -> dict[str, str]:
    """What is shown, by what it is called."""
    assert result.exit_code == 0, result.output
    rows = [line.split("  ", 1) for line in result.stdout.splitlines()]
    return {name: value.strip() for name, value in rows}


def test_what_was_found_is_shown(target: Target, image: Run) -> None:
    found = Inspection(("raw",), 10 * GiB, None, "gpt", "ext", ("bios", "uefi"), (Finding.UNUSUAL_GPT,))
    one = inspected(target, found, disk_format="raw")

    shown, document = facts(image("show", one.id)), json.loads(image("show", one.id, "--json").stdout)

    assert shown["virtual_size"] == "10737418240 (10.0 GiB)"
    assert (shown["real_format"], shown["partition_table"], shown["filesystem"]) == ("raw", "gpt", "ext")
    assert shown["boot_modes"] == "bios and uefi"
    assert shown["note unusual_gpt"] == WORDS[Finding.UNUSUAL_GPT]
    assert shown.keys().isdisjoint({"compression", "objection", "policy", "reason"})
    assert document["virtual_size"] == 10 * GiB
    assert document["properties"] == {
        "inspection_formats": "raw",
        "inspection_partition_table": "gpt",
        "inspection_filesystem": "ext",
        "inspection_boot_modes": "bios,uefi",
        "inspection_findings": "unusual_gpt",
    }


@pytest.mark.parametrize(
    ("target", "policy"),
    [
        ("enforce", "enforce: this deployment kills images like this on arrival"),
        ("record", "record: this deployment accepts images like this"),
        ("off", "off: this deployment does not inspect images"),
    ],
    indirect=["target"],
)
@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            Inspection(("qcow2",), GiB, findings=(Finding.BACKING_FILE, Finding.SNAPSHOTS)),
            {"unsafe backing_file": WORDS[Finding.BACKING_FILE], "note snapshots": WORDS[Finding.SNAPSHOTS]},
        ),
        (
            Inspection(("vmdk",), GiB),
            {
                "objection": "The image is vmdk, not qcow2. Declare what it is, or convert it with `qemu-img convert`",
                "real_format": "vmdk",
            },
        ),
        (
            Inspection(("vmdk",), 5 * GiB),
            {
                "objection": "The image is vmdk, not qcow2. Declare what it is, or convert it with `qemu-img convert`."
                " The disk of the image has 5 GB, but its min_disk is 1. Declare at least 5, or 0 for no minimum"
            },
        ),
        (
            Inspection((), None, "gzip"),
            {"objection": "The image is compressed by gzip. Decompress it before you upload it", "compression": "gzip"},
        ),
    ],
    ids=["unsafe", "another format", "too large a disk", "compressed"],
)
def test_what_is_objected_to_is_shown_with_what_to_do_and_what_the_deployment_does(
    target: Target, image: Run, policy: str, found: Inspection, told: dict[str, str]
) -> None:
    shown = facts(image("show", inspected(target, found, min_disk=1).id))

    assert shown.items() >= {**told, "policy": policy}.items()
    assert ("objection" in shown) is ("objection" in told)


def test_what_was_decided_for_an_image_alone_is_shown_in_place_of_the_deployments_policy(
    target: Target, image: Run
) -> None:
    found = Inspection(("qcow2",), GiB, findings=(Finding.ENCRYPTED,))

    shown = facts(image("show", inspected(target, found, inspecting=Inspecting.ENFORCE).id))

    assert shown["policy"] == "enforce: decided for this image"
    assert "property inspection_policy" not in shown


def test_a_killed_image_is_shown_with_the_reason(target: Target, image: Run) -> None:
    one = target.api.world.images.add(
        an_image(owner="t1", status=Status.KILLED, status_reason="The image is unsafe: it is encrypted")
    )

    shown = facts(image("show", one.id))

    assert (shown["status"], shown["reason"]) == ("killed", "The image is unsafe: it is encrypted")
    assert "real_format" not in shown


def test_an_image_that_nobody_has_looked_at_is_shown_without_findings(target: Target, image: Run) -> None:
    one = target.api.world.images.add(an_image(owner="t1", status=Status.ACTIVE, size=5))

    assert "real_format" not in facts(image("show", one.id))


@pytest.mark.parametrize("standing", ["trusted", "untrusted", "unverified"])
def test_what_became_of_a_signature_is_shown_in_words(target: Target, image: Run, standing: str) -> None:
    signature = {"signature": standing, "signature_by": "CN=Releases, sha256 fingerprint 00"}
    one = target.api.world.images.add(an_image(owner="t1", status=Status.ACTIVE, size=5, signature=signature))

    shown = facts(image("show", one.id))

    assert shown["signature"].startswith(f"{standing}: ")
    assert shown["signed_by"] == "CN=Releases, sha256 fingerprint 00"
    assert shown.keys().isdisjoint({"property inspection_signature", "property inspection_signature_by", "objection"})


def test_of_an_image_that_is_yet_to_be_inspected_by_its_tokens_policy_nothing_is_objected(
    target: Target, image: Run
) -> None:
    fields = {"size": 5, "disk_format": "qcow2", "container_format": "bare", "inspecting": Inspecting.ENFORCE}
    one = target.api.world.images.add(an_image(owner="t1", status=Status.ACTIVE, **fields))

    shown = facts(image("show", one.id))

    assert shown.keys().isdisjoint({"objection", "real_format"})


def test_what_a_later_release_finds_is_shown_by_its_name() -> None:
    told = {
        "id": UNKNOWN,
        "status": "active",
        "property-inspection_findings": "cursed,snapshots",
        "property-inspection_mood": "gloomy",
    }
    with scripted(
        lambda _asked: Reply(200, headers={f"x-image-meta-{name}": value for name, value in told.items()})
    ) as service:
        environ = {"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}
        shown = facts(CliRunner().invoke(cli, ["image", "show", UNKNOWN], env=environ))

    assert shown["finding cursed"] == "upgrade this command for an explanation"
    assert shown["property inspection_mood"] == "gloomy"
    assert "property inspection_findings" not in shown
    assert shown["note snapshots"] == WORDS[Finding.SNAPSHOTS]


def test_lists_are_of_images_that_are_something_whatever_they_are_declared(target: Target, image: Run) -> None:
    first = inspected(target, Inspection(("vmdk",), GiB), name="first", properties={"k": "v"})
    inspected(target, Inspection(("qcow2",), GiB), name="second")
    third = inspected(target, Inspection(("vmdk",), GiB), name="third", visibility=Visibility.PUBLIC, created_at=LATER)
    theirs = inspected(target, Inspection(("vmdk",), GiB), name="theirs", owner="t2")

    as_json = json.loads(image("list", "--real-format", "vmdk", "--json").stdout)
    named = image("list", "--real-format", "vmdk", "--name", "first", "--status", "active", "-q").stdout
    table = image("list", "--real-format", "vmdk", "--limit", "1").stdout
    none = image("list", "--real-format", "iso")
    target.become("ops", "admin")
    everywhere = image("list", "--real-format", "vmdk", "--all-tenants", "-q").stdout.split()

    whole = [json.loads(image("show", each, "--json").stdout) for each in (third.id, first.id)]
    assert as_json == whole
    assert named == f"{first.id}\n"
    assert table.splitlines()[1].split() == [third.id, "third", "active", "5", "bytes", "qcow2", "public", "t1"]
    assert (none.stdout, none.stderr) == ("", "No images match.\n")
    assert set(everywhere) == {first.id, third.id, theirs.id}
