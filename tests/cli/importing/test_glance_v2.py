"""Moving in from Glance's v2: what only v2 can say, against a Rosetta over HTTP."""

import hashlib
from typing import Any

import pytest

from tests.cli.importing.conftest import Import, Serve, Target, totals
from tests.cli.importing.scripted import Asked, Reply
from tests.cli.importing.sources import Document, GlanceV2, an_image_v2, image_id
from tests.cli.importing.test_glance import SPOILT, broken, reason

KEPT = (
    *("id", "name", "status", "visibility", "protected", "os_hidden", "disk_format", "container_format"),
    *("min_disk", "min_ram", "size", "checksum"),
)
HIDDEN = "os_hidden=true&visibility=all"


def shown(target: Target, number: int = 1) -> Document:
    """An image at the target."""
    answer = target.caller.get(f"/v2/images/{image_id(number)}")
    assert answer.status == 200, answer.body
    found: Document = answer.json
    return found


def members(target: Target) -> dict[str, str]:
    """Whom the first image is shared with at the target."""
    rows = target.caller.get(f"/v2/images/{image_id(1)}/members").json["members"]
    return {row["member_id"]: row["status"] for row in rows}


def content(target: Target, number: int = 1) -> bytes:
    body: bytes = target.caller.get(f"/v2/images/{image_id(number)}/file").body
    return body


@pytest.mark.parametrize("visibility", ["public", "community", "shared", "private"])
@pytest.mark.parametrize("is_hidden", [False, True])
def test_an_image_comes_with_all_that_is_said_of_it(
    serve: Serve, run_import: Import, target: Target, visibility: str, is_hidden: bool
) -> None:
    facts = {"visibility": visibility, "os_hidden": is_hidden, "protected": True, "min_disk": 2, "min_ram": 512}
    properties = {"os_distro": "centos", "Kernel-Id": "k", "a.b~/c": "", "owner_specified.openstack.md5": "x"}
    image = an_image_v2(1, b"bytes", name="Grüße 100%41", tags=["b", "zwei Worte"], **facts, **properties)

    done = run_import("glance-v2", serve(GlanceV2([image], {image["id"]: b"bytes"})).url)

    assert (done.exit_code, totals(done)) == (0, (1, 0, 0))
    found = shown(target)
    assert {name: found[name] for name in KEPT} == {name: image[name] for name in KEPT}
    assert {name: found[name] for name in properties} == properties
    assert sorted(found["tags"]) == ["b", "zwei Worte"]
    assert (found["os_hash_algo"], found["os_hash_value"]) == ("sha512", hashlib.sha512(b"bytes").hexdigest())
    assert content(target) == b"bytes"


def test_an_image_that_is_there_is_skipped(serve: Serve, run_import: Import, target: Target) -> None:
    facts = {"name": " blanks\tand  more, voilà", "tags": ["b", "a"], "note": "two\nlines", "empty": ""}
    source = GlanceV2([an_image_v2(1, b"bytes", **facts), an_image_v2(2, None, name=None)], {image_id(1): b"bytes"})
    url = serve(source).url
    run_import("glance-v2", url)
    before = shown(target)

    done = run_import("glance-v2", url)

    assert (done.exit_code, totals(done)) == (0, (0, 2, 0))
    assert shown(target) == before


def test_an_image_that_differs_is_mended(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes", a="1", b="2", **{"x/y": "3"})], {image_id(1): b"bytes"})
    url = serve(source).url
    run_import("glance-v2", url)
    changes = {"name": None, "min_disk": 7, "tags": ["new"], "visibility": "community", "os_hidden": True}
    source.images = [an_image_v2(1, b"bytes", a="3", c="", **changes)]

    done = run_import("glance-v2", url)

    found = shown(target)
    assert totals(done) == (1, 0, 0)
    assert {name: found[name] for name in changes} == changes
    assert ([found.get(name) for name in ("a", "b", "c", "x/y")]) == ["3", None, "", None]
    assert totals(run_import("glance-v2", url)) == (0, 1, 0)


def test_what_a_service_keeps_for_itself_is_not_sent(serve: Serve, run_import: Import, target: Target) -> None:
    own = {"direct_url": "file:///x", "locations": [], "stores": "a,b", "os_glance_failed_import": ""}

    done = run_import("glance-v2", serve(GlanceV2([an_image_v2(1, None, **own)])).url)

    assert totals(done) == (1, 0, 0)
    assert not own.keys() & shown(target).keys()


def test_an_old_glance_that_knows_no_hidden_images_is_understood(
    serve: Serve, run_import: Import, target: Target
) -> None:
    image = {name: value for name, value in an_image_v2(1, b"bytes").items() if not name.startswith("os_")}

    done = run_import("glance-v2", serve(GlanceV2([image], {image_id(1): b"bytes"})).url)

    assert totals(done) == (1, 0, 0)
    assert (shown(target)["os_hidden"], content(target)) == (False, b"bytes")


def test_an_entry_that_is_no_image_stops_the_import(serve: Serve, run_import: Import) -> None:
    source = GlanceV2([])
    source.special = broken("/v2/images", Reply(document={"images": [{"id": "nothing else"}]}))

    done = run_import("glance-v2", serve(source).url)

    assert (done.exit_code, "unexpected response" in done.stderr) == (1, True)


def test_more_images_than_a_page_has_all_come(serve: Serve, run_import: Import, monkeypatch: Any) -> None:
    monkeypatch.setattr("rosetta.importing.glance_v2.PAGE", 2)
    images = [an_image_v2(number, None, os_hidden=number > 5) for number in range(1, 9)]

    done = run_import("glance-v2", serve(GlanceV2(images)).url)

    assert totals(done) == (8, 0, 0)


def test_an_image_that_is_hidden_while_it_is_listed_comes_once(serve: Serve, run_import: Import) -> None:
    source = GlanceV2([an_image_v2(1, None)])

    def hide(asked: Asked) -> None:
        source.images = [an_image_v2(1, None, os_hidden="os_hidden" in asked.query)]

    source.special = hide

    assert totals(run_import("glance-v2", serve(source).url)) == (1, 0, 0)


def test_a_deactivated_image_is_deactivated_here_too(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes", status="deactivated")], {image_id(1): b"bytes"})
    url = serve(source).url

    first, second = run_import("glance-v2", url), run_import("glance-v2", url)
    status = shown(target)["status"]
    source.images = [an_image_v2(1, b"bytes")]
    third = run_import("glance-v2", url)

    assert [totals(each) for each in (first, second, third)] == [(1, 0, 0), (0, 1, 0), (1, 0, 0)]
    assert (status, shown(target)["status"], content(target)) == ("deactivated", "active", b"bytes")


def test_a_deactivated_image_whose_bytes_are_withheld_is_refused(
    serve: Serve, run_import: Import, target: Target
) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes", status="deactivated")])
    withheld = Reply(403, {"message": "The requested image has been deactivated."})
    source.special = broken(f"/v2/images/{image_id(1)}/file", withheld)

    done = run_import("glance-v2", serve(source).url)

    assert (done.exit_code, "has been deactivated" in reason(done)) == (3, True)
    assert shown(target)["status"] == "queued"


@pytest.mark.parametrize("status", ["saving", "uploading", "importing", "killed", "pending_delete"])
def test_what_is_not_complete_at_the_source_is_refused(serve: Serve, run_import: Import, status: str) -> None:
    done = run_import("glance-v2", serve(GlanceV2([an_image_v2(1, status=status), an_image_v2(2, None)])).url)

    assert (done.exit_code, totals(done)) == (3, (1, 0, 1))
    assert f"it is {status} at the source" in done.stdout


def test_bytes_that_came_later_are_brought(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, None, disk_format=None, container_format=None)])
    url = serve(source).url
    run_import("glance-v2", url)
    source.images, source.contents = [an_image_v2(1, b"bytes")], {image_id(1): b"bytes"}

    done = run_import("glance-v2", url)

    assert totals(done) == (1, 0, 0)
    assert content(target) == b"bytes"


def test_an_image_without_any_bytes_is_complete(serve: Serve, run_import: Import, target: Target) -> None:
    done = run_import("glance-v2", serve(GlanceV2([an_image_v2(1, b"")], {image_id(1): b""})).url)

    assert (totals(done), shown(target)["status"], shown(target)["size"]) == ((1, 0, 0), "active", 0)


UNKNOWN_DIGESTS: dict[str, Document] = {
    "none": {"checksum": None, "os_hash_algo": None, "os_hash_value": None},
    "an algorithm that nobody knows": {"os_hash_algo": "new", "os_hash_value": "0"},
    "that of targets of earlier releases": {
        "os_hash_algo": "sha256",
        "os_hash_value": hashlib.sha256(b"bytes").hexdigest(),
    },
}


@pytest.mark.parametrize("digests", UNKNOWN_DIGESTS.values(), ids=UNKNOWN_DIGESTS.keys())
def test_bytes_are_compared_by_what_both_know(serve: Serve, run_import: Import, digests: Document) -> None:
    url = serve(GlanceV2([an_image_v2(1, b"bytes", **digests)], {image_id(1): b"bytes"})).url

    first, second = run_import("glance-v2", url), run_import("glance-v2", url)

    assert (totals(first), totals(second)) == ((1, 0, 0), (0, 1, 0))


@pytest.mark.parametrize(("reply", "why"), SPOILT.values(), ids=SPOILT.keys())
def test_an_image_whose_bytes_cannot_be_had_is_refused_and_spoils_nothing(
    serve: Serve, run_import: Import, target: Target, reply: Reply, why: str
) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes")], {image_id(1): b"bytes"})
    source.special = broken(f"/v2/images/{image_id(1)}/file", reply)
    url = serve(source).url

    done = run_import("glance-v2", url)

    assert (done.exit_code, why in reason(done)) == (3, True)
    assert shown(target)["status"] == "queued"
    source.special = lambda _: None
    assert totals(run_import("glance-v2", url)) == (1, 0, 0)


def test_bytes_whose_other_digest_is_wrong_are_refused(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes", checksum=None, os_hash_value="0")], {image_id(1): b"bytes"})

    done = run_import("glance-v2", serve(source).url)

    assert "checksum mismatch at the source: sha512" in reason(done)
    assert shown(target)["status"] == "queued"


OTHERS: dict[str, Document] = {
    "another size": {},
    "another MD5": {"size": 3, "os_hash_algo": None},
    "another digest": {
        "size": 3,
        "checksum": None,
        "os_hash_algo": "sha512",
        "os_hash_value": hashlib.sha512(b"new").hexdigest(),
    },
}


@pytest.mark.parametrize("told", OTHERS.values(), ids=OTHERS.keys())
def test_an_image_with_other_bytes_at_the_target_is_left_alone(
    serve: Serve, run_import: Import, target: Target, told: Document
) -> None:
    run_import("glance-v2", serve(GlanceV2([an_image_v2(1, b"old", name="old")], {image_id(1): b"old"})).url)

    done = run_import("glance-v2", serve(GlanceV2([an_image_v2(1, b"newer", **told)], {image_id(1): b"newer"})).url)

    assert (done.exit_code, "other bytes" in reason(done)) == (3, True)
    assert shown(target)["name"] == "old"


def test_an_image_with_bytes_at_the_target_alone_is_refused(serve: Serve, run_import: Import) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes")], {image_id(1): b"bytes"})
    url = serve(source).url
    run_import("glance-v2", url)
    source.images = [an_image_v2(1, None)]

    done = run_import("glance-v2", url)

    assert "has no bytes at the source" in reason(done)


def test_an_image_that_is_staged_at_the_target_is_refused(serve: Serve, run_import: Import, target: Target) -> None:
    octets = {"Content-Type": "application/octet-stream"}
    source = GlanceV2([an_image_v2(1, None)], {image_id(1): b"bytes"})
    url = serve(source).url
    run_import("glance-v2", url)
    assert target.caller.put(f"/v2/images/{image_id(1)}/stage", octets, b"bytes").status == 204
    source.images = [an_image_v2(1, b"bytes")]

    done = run_import("glance-v2", url)

    assert reason(done).strip() == "it is uploading at the target"


def test_an_image_that_was_deleted_at_the_target_is_refused(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(GlanceV2([an_image_v2(1, None)])).url
    run_import("glance-v2", url)
    assert target.caller.delete(f"/v2/images/{image_id(1)}").status == 204

    done = run_import("glance-v2", url)

    assert (done.exit_code, "its id is taken at the target" in reason(done)) == (3, True)


REFUSABLE: dict[str, Document] = {
    "a format that is not offered": {"disk_format": "floppy"},
    "an id that is no UUID": {"id": "42"},
    "a public one, without the right": {"visibility": "public"},
}


@pytest.mark.parametrize("fields", REFUSABLE.values(), ids=REFUSABLE.keys())
def test_what_the_target_does_not_take_is_refused(
    serve: Serve, run_import: Import, target: Target, fields: Document
) -> None:
    target.become("t1", "read_images", "create_image")

    done = run_import("glance-v2", serve(GlanceV2([an_image_v2(1, None, **fields)])).url)

    assert (done.exit_code, totals(done)) == (3, (0, 0, 1))
    assert reason(done)[:4] in {"400:", "403:"}


def test_a_target_that_fails_is_told_of(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, None)])
    url = serve(source).url
    run_import("glance-v2", url)
    target.become("t1", "read_images")
    source.images = [an_image_v2(1, None, name="renamed")]

    done = run_import("glance-v2", url)

    assert (done.exit_code, reason(done)[:4]) == (3, "403:")


def test_images_become_those_of_the_caller(serve: Serve, run_import: Import, target: Target) -> None:
    run_import("glance-v2", serve(GlanceV2([an_image_v2(1, None, owner="somebody")])).url)

    assert shown(target)["owner"] == "t1"


def test_an_administrator_moves_the_images_of_all_tenants(serve: Serve, run_import: Import, target: Target) -> None:
    community = {"visibility": "community"}
    images = [
        an_image_v2(1, None, owner="t7"),
        an_image_v2(2, None, owner="t8", **community),
        an_image_v2(3, None, owner=None),
        an_image_v2(4, None, owner="t8", os_hidden=True, **community),
    ]
    source = serve(GlanceV2(images))
    target.become("ops", "admin")

    first = run_import("glance-v2", source.url, "--all-tenants")
    second = run_import("glance-v2", source.url, "--all-tenants")

    assert (totals(first), totals(second)) == ((4, 0, 0), (0, 4, 0))
    assert [shown(target, number)["owner"] for number in (1, 2, 3, 4)] == ["t7", "t8", None, "t8"]
    assert {asked.query.get("visibility") for asked in source.asked} == {None, "community"}


def test_owners_that_could_not_be_kept_stop_the_import(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(GlanceV2([an_image_v2(1, None, owner="t7")])).url

    done = run_import("glance-v2", url, "--all-tenants")

    assert (done.exit_code, "not an administrator" in done.stderr) == (1, True)
    target.become("ops", "admin")
    assert totals(run_import("glance-v2", url, "--all-tenants")) == (1, 0, 0)
    target.become("t7")
    source = serve(GlanceV2([an_image_v2(1, None, owner="t9")])).url
    assert "not an administrator" in run_import("glance-v2", source, "--all-tenants").stderr


def test_the_images_of_one_owner_can_be_chosen(serve: Serve, run_import: Import) -> None:
    images = [an_image_v2(1, None), an_image_v2(2, None, owner="t2")]

    done = run_import("glance-v2", serve(GlanceV2(images)).url, "--owner", "t2")

    assert totals(done) == (1, 0, 0)


def test_an_administrator_brings_what_members_said(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, None, visibility="shared")])
    source.members[image_id(1)] = {"t2": "accepted", "t3": "rejected", "t4": "pending"}
    url = serve(source).url
    target.become("ops", "admin")

    first, second = (run_import("glance-v2", url, "--all-tenants") for _ in range(2))

    assert (totals(first), totals(second)) == ((1, 0, 0), (0, 1, 0))
    assert "Note" not in first.stderr
    assert members(target) == {"t2": "accepted", "t3": "rejected", "t4": "pending"}


def test_others_are_told_that_members_have_to_accept_again(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, None, visibility="shared")])
    source.members[image_id(1)] = {"t2": "accepted", "t3": "pending"}
    url = serve(source).url

    first, second = (run_import("glance-v2", url) for _ in range(2))

    assert (totals(first), totals(second)) == ((1, 0, 0), (0, 1, 0))
    assert "Pending again: 1." in first.stderr
    assert members(target) == {"t2": "pending", "t3": "pending"}


def test_members_who_come_and_go_do_so_here_too(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, None, visibility="shared")])
    source.members[image_id(1)] = {"t2": "pending", "t3": "accepted"}
    url = serve(source).url
    target.become("t1", "admin")
    run_import("glance-v2", url)
    assert target.caller.put(f"/v2/images/{image_id(1)}/members/t3", body=b'{"status": "rejected"}').status == 200
    source.members[image_id(1)] = {"t3": "accepted", "t4": "accepted"}

    done = run_import("glance-v2", url)

    assert totals(done) == (1, 0, 0)
    assert members(target) == {"t3": "rejected", "t4": "accepted"}


def test_private_images_of_an_old_glance_that_have_members_are_shared(
    serve: Serve, run_import: Import, target: Target
) -> None:
    source = GlanceV2([an_image_v2(1, None)])
    source.members[image_id(1)] = {"t2": "pending"}

    assert totals(run_import("glance-v2", serve(source).url)) == (1, 0, 0)
    assert (shown(target)["visibility"], members(target)) == ("shared", {"t2": "pending"})


def test_members_that_cannot_be_read_leave_the_image_refused(serve: Serve, run_import: Import) -> None:
    source = GlanceV2([an_image_v2(1, None, visibility="shared")])
    source.special = broken(f"/v2/images/{image_id(1)}/members", Reply(500, {"message": "oops"}))

    done = run_import("glance-v2", serve(source).url)

    assert (done.exit_code, reason(done).strip()) == (3, "500: oops")


@pytest.mark.parametrize("members", [{"t2": "no such status"}, {"t" * 999: "pending"}], ids=["status", "name"])
def test_members_that_the_target_does_not_take_leave_the_image_refused(
    serve: Serve, run_import: Import, target: Target, members: dict[str, str]
) -> None:
    source = GlanceV2([an_image_v2(1, None, visibility="shared")])
    source.members[image_id(1)] = members
    target.become("t1", "admin")

    done = run_import("glance-v2", serve(source).url)

    assert (done.exit_code, reason(done)[:4]) == (3, "400:")


def test_what_an_administrator_may_not_change_is_told(serve: Serve, run_import: Import, target: Target) -> None:
    source = GlanceV2([an_image_v2(1, b"bytes")], {image_id(1): b"bytes"})
    url = serve(source).url
    target.become("ops", "admin")
    run_import("glance-v2", url, "--all-tenants")
    source.images = [an_image_v2(1, b"bytes", disk_format="qcow2")]

    done = run_import("glance-v2", url, "--all-tenants")

    assert (done.exit_code, "queued image" in reason(done)) == (3, True)
