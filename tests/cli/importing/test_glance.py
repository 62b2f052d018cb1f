"""Moving in from OpenStack's Glance: what it really answers, odd as it is, against a Rosetta over HTTP."""

import hashlib
from typing import Any

import pytest

from tests.cli.importing.conftest import Import, Serve, Target, a_target, totals
from tests.cli.importing.scripted import Asked, Reply
from tests.cli.importing.sources import Document, Glance, Special, an_image, image_id
from tests.conftest import MakeApi

OCTETS = "application/octet-stream"


def listed(target: Target) -> dict[str, Document]:
    """The images at the target by id."""
    answer = target.caller.get("/v1/images/detail?limit=1000")
    return {image["id"]: image for image in answer.json["images"]}


def reason(run: Any) -> str:
    """Why the only image was refused."""
    heading, row, *_ = run.stdout.splitlines()
    return str(row[heading.index("WHY") :])


def broken(path: str, reply: Reply) -> Special:
    """One path that answers otherwise."""
    return lambda asked: reply if asked.path == path else None


def test_an_image_comes_with_its_metadata_its_bytes_and_its_members(
    serve: Serve, run_import: Import, target: Target
) -> None:
    facts = {"is_public": True, "protected": True, "min_disk": 2, "min_ram": 512, "virtual_size": 4096}
    image = an_image(1, b"bytes", name="Grüße 100%41", **facts, properties={"os_distro": "centos", "Kernel-Id": "k"})
    source = Glance([image], {image["id"]: b"bytes"})
    source.members[image["id"]] = [{"member_id": "t2", "can_share": True}, {"member_id": "t3", "can_share": False}]

    done = run_import("glance-v1", serve(source).url)

    assert (done.exit_code, totals(done)) == (0, (1, 0, 0))
    found = listed(target)[image["id"]]
    kept = (*facts, "name", "disk_format", "container_format", "size", "checksum", "status", "owner")
    assert {name: found[name] for name in kept} == {name: image[name] for name in kept}
    assert {"os_distro": "centos", "kernel_id": "k"}.items() <= found["properties"].items()
    assert target.caller.get(f"/v1/images/{image['id']}").body == b"bytes"
    assert target.caller.get(f"/v1/images/{image['id']}/members").json["members"] == source.members[image["id"]]


def test_an_image_that_is_there_is_skipped(serve: Serve, run_import: Import, target: Target) -> None:
    image = an_image(
        1, b"bytes", name=" blanks\tand  more, voilà", properties={"note": "two\nlines", "empty": "", "no": None}
    )
    url = serve(Glance([image], {image["id"]: b"bytes"})).url
    run_import("glance-v1", url)
    before = listed(target)

    done = run_import("glance-v1", url)

    assert (done.exit_code, totals(done)) == (0, (0, 1, 0))
    assert listed(target) == before


def test_what_another_service_found_in_the_bytes_is_left_for_the_target_to_find(
    serve: Serve, run_import: Import, target: Target
) -> None:
    image = an_image(1, b"bytes", properties={"a": "1", "inspection_formats": "iso"})
    url = serve(Glance([image], {image["id"]: b"bytes"})).url

    runs = [run_import("glance-v1", url) for _ in range(2)]

    assert [totals(run) for run in runs] == [(1, 0, 0), (0, 1, 0)]
    assert listed(target)[image["id"]]["properties"].get("inspection_formats") != "iso"


def test_an_image_that_differs_is_mended(serve: Serve, run_import: Import, target: Target) -> None:
    image = an_image(1, b"bytes", properties={"a": "1", "b": "2"})
    source = Glance([image], {image["id"]: b"bytes"})
    source.members[image["id"]] = [{"member_id": "t2", "can_share": False}]
    url = serve(source).url
    run_import("glance-v1", url)
    source.images[0] = {**image, "name": "renamed", "min_disk": 7, "properties": {"a": "3"}}
    source.members[image["id"]] = [{"member_id": "t2", "can_share": True}]

    done = run_import("glance-v1", url)

    found = listed(target)[image["id"]]
    assert totals(done) == (1, 0, 0)
    assert (found["name"], found["min_disk"]) == ("renamed", 7)
    assert {name: value for name, value in found["properties"].items() if name in "ab"} == {"a": "3"}
    members = target.caller.get(f"/v1/images/{image['id']}/members").json["members"]
    assert members == [{"member_id": "t2", "can_share": True}]
    assert totals(run_import("glance-v1", url)) == (0, 1, 0)


def test_a_name_that_was_taken_away_is_taken_away_here_too(serve: Serve, run_import: Import, target: Target) -> None:
    source = Glance([an_image(1, name="named")])
    url = serve(source).url
    run_import("glance-v1", url)
    source.images[0]["name"] = None

    done = run_import("glance-v1", url)

    assert totals(done) == (1, 0, 0)
    assert listed(target)[image_id(1)]["name"] is None


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1.1", "/v2/"])
def test_the_address_may_end_as_in_a_catalogue_of_services(serve: Serve, run_import: Import, ending: str) -> None:
    done = run_import("glance-v1", serve(Glance([an_image(1)])).url + ending)

    assert (done.exit_code, totals(done)) == (0, (1, 0, 0))


@pytest.mark.parametrize("largest", [1, 2, 3, 1000])
def test_all_pages_are_read_however_small_the_service_makes_them(
    serve: Serve, run_import: Import, target: Target, largest: int
) -> None:
    source = Glance([an_image(number) for number in range(1, 8)])
    source.largest_page = largest

    done = run_import("glance-v1", serve(source).url)

    assert totals(done) == (7, 0, 0)
    assert len(listed(target)) == 7


def test_an_image_on_two_pages_is_one(serve: Serve, run_import: Import) -> None:
    source = Glance([an_image(1), an_image(2), an_image(1), an_image(3)])
    source.largest_page = 2

    done = run_import("glance-v1", serve(source).url)

    assert totals(done) == (3, 0, 0)


def test_a_service_that_knows_no_markers_is_read_once(serve: Serve, run_import: Import) -> None:
    source = Glance([an_image(1), an_image(2)])
    everything = Reply(document={"images": source.images})
    source.special = broken("/v1/images/detail", everything)

    done = run_import("glance-v1", serve(source).url)

    assert totals(done) == (2, 0, 0)


def test_images_that_are_deleted_while_they_are_listed_do_no_harm(serve: Serve, run_import: Import) -> None:
    source = Glance([an_image(number) for number in range(1, 7)])
    source.largest_page = 3

    def delete(asked: Asked) -> None:
        if asked.query.get("marker") == image_id(3):
            source.images = [image for image in source.images if image["id"] not in {image_id(3), image_id(2)}]

    source.special = delete

    done = run_import("glance-v1", serve(source).url)

    assert (done.exit_code, totals(done)) == (0, (6, 0, 0))


def test_an_old_glance_that_shows_fewer_fields_is_understood(serve: Serve, run_import: Import, target: Target) -> None:
    old = {"id": image_id(1), "name": "old", "status": "queued", "size": None, "is_public": False, "properties": None}

    done = run_import("glance-v1", serve(Glance([old])).url)

    assert totals(done) == (1, 0, 0)
    assert listed(target)[image_id(1)]["name"] == "old"


def test_an_entry_that_is_no_image_stops_the_import(serve: Serve, run_import: Import) -> None:
    done = run_import("glance-v1", serve(Glance([{"name": "nothing else"}])).url)

    assert done.exit_code == 1
    assert "unexpected response" in done.stderr


@pytest.mark.parametrize("statuses", ["documented", "upstream"])
def test_the_target_may_answer_as_it_likes(serve: Serve, run_import: Import, make_api: MakeApi, statuses: str) -> None:
    image = an_image(1, b"bytes")
    source = serve(Glance([image], {image["id"]: b"bytes"}))

    with a_target(make_api(GLANCE_V1_STATUSES=statuses)) as target:
        done = run_import("glance-v1", source.url, ROSETTA_URL=target.url, ROSETTA_TOKEN=target.token)

    assert (done.exit_code, totals(done)) == (0, (1, 0, 0))


def test_an_image_that_waits_for_its_bytes_goes_on_waiting(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Glance([an_image(1, status="queued", size=0, checksum=None, disk_format=None)])).url

    first, second = run_import("glance-v1", url), run_import("glance-v1", url)

    assert (totals(first), totals(second)) == ((1, 0, 0), (0, 1, 0))
    assert listed(target)[image_id(1)]["status"] == "queued"


def test_bytes_that_came_later_are_brought(serve: Serve, run_import: Import, target: Target) -> None:
    source = Glance([an_image(1, status="queued", size=0, checksum=None, disk_format=None)])
    url = serve(source).url
    run_import("glance-v1", url)
    source.images, source.contents = [an_image(1, b"bytes")], {image_id(1): b"bytes"}

    done = run_import("glance-v1", url)

    assert totals(done) == (1, 0, 0)
    assert target.caller.get(f"/v1/images/{image_id(1)}").body == b"bytes"


def test_an_image_without_any_bytes_is_complete(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Glance([an_image(1, b"")])).url

    first, second = run_import("glance-v1", url), run_import("glance-v1", url)

    assert (totals(first), totals(second)) == ((1, 0, 0), (0, 1, 0))
    assert listed(target)[image_id(1)]["status"] == "active"


@pytest.mark.parametrize("status", ["saving", "killed", "deleted", "pending_delete", "deactivated"])
def test_what_is_not_complete_at_the_source_is_refused(
    serve: Serve, run_import: Import, target: Target, status: str
) -> None:
    done = run_import("glance-v1", serve(Glance([an_image(1, status=status), an_image(2)])).url)

    assert (done.exit_code, totals(done)) == (3, (1, 0, 1))
    assert f"it is {status} at the source" in done.stdout
    assert list(listed(target)) == [image_id(2)]


def test_bytes_without_a_checksum_are_compared_with_the_target_s(
    serve: Serve, run_import: Import, target: Target
) -> None:
    source = Glance([an_image(1, b"bytes", checksum=None)], {image_id(1): b"bytes"})
    url = serve(source).url

    first, second = run_import("glance-v1", url), run_import("glance-v1", url)

    assert (totals(first), totals(second)) == ((1, 0, 0), (0, 1, 0))
    assert listed(target)[image_id(1)]["checksum"] == hashlib.md5(b"bytes", usedforsecurity=False).hexdigest()


SPOILT = {
    "broken off": (Reply(body=b"byt", length=5), "does not answer"),
    "too short": (Reply(body=b"byt"), "closed before the end"),
    "too long": (Reply(body=b"bytes and more"), "more bytes than the size"),
    "changed": (Reply(body=b"setyb"), "checksum mismatch at the source: MD5"),
    "failing": (Reply(500, document={"message": "oops"}), "500: oops"),
    "missing": (Reply(404, body=b"no data"), "404: no data"),
    "busy": (Reply(503, body=b"store is down"), "503: store is down"),
}


@pytest.mark.parametrize(("reply", "why"), SPOILT.values(), ids=SPOILT.keys())
def test_an_image_whose_bytes_cannot_be_had_is_refused_and_spoils_nothing(
    serve: Serve, run_import: Import, target: Target, reply: Reply, why: str
) -> None:
    source = Glance([an_image(1, b"bytes"), an_image(2, b"others")], {image_id(1): b"bytes", image_id(2): b"others"})
    source.special = broken(f"/v1/images/{image_id(1)}", reply)
    url = serve(source).url

    done = run_import("glance-v1", url)

    assert (done.exit_code, totals(done)) == (3, (1, 0, 1))
    assert why in reason(done)
    assert listed(target)[image_id(1)]["status"] == "queued"
    source.special = lambda _: None
    assert totals(run_import("glance-v1", url)) == (1, 1, 0)


def test_a_source_that_is_busy_for_a_moment_is_asked_again(serve: Serve, run_import: Import) -> None:
    source, replies = Glance([an_image(1, b"bytes")], {image_id(1): b"bytes"}), [Reply(503), Reply(body=b"b", length=5)]
    source.special = lambda asked: replies.pop() if replies and asked.path.endswith(image_id(1)) else None

    done = run_import("glance-v1", serve(source).url)

    assert (done.exit_code, totals(done)) == (0, (1, 0, 0))


def test_bytes_are_fetched_elsewhere_without_our_credentials(serve: Serve, run_import: Import, target: Target) -> None:
    store = serve(lambda _: Reply(body=b"bytes"))
    source = Glance([an_image(1, b"bytes")])
    moved = Reply(302, headers={"Location": f"{store.url}/some/object"})
    source.special = broken(f"/v1/images/{image_id(1)}", moved)

    done = run_import("glance-v1", serve(source).url)

    assert totals(done) == (1, 0, 0)
    assert "x-auth-token" not in store.asked[0].headers
    assert target.caller.get(f"/v1/images/{image_id(1)}").body == b"bytes"


def test_a_source_that_does_not_know_us_stops_the_import(serve: Serve, run_import: Import) -> None:
    done = run_import("glance-v1", serve(Glance([an_image(1)])).url, SOURCE_TOKEN="wrong-secret")

    assert done.exit_code == 1
    assert "the source" in done.stderr
    assert "401: Authentication required" in done.stderr
    assert "wrong-secret" not in done.output


def test_a_token_that_expires_on_the_way_stops_the_import(serve: Serve, run_import: Import) -> None:
    source = Glance([an_image(number, b"bytes") for number in range(1, 50)])
    source.contents = {image["id"]: b"bytes" for image in source.images}
    server = serve(source)
    expired = Reply(401, body=b"Authentication required")
    source.special = lambda _: expired if sum("members" in path for path in server.paths()) >= 5 else None

    done = run_import("glance-v1", server.url)

    copied, _, refused = totals(done)
    assert done.exit_code == 1
    assert 0 < copied < 10
    assert refused == 0
    source.special = lambda _: None
    assert run_import("glance-v1", server.url).exit_code == 0


def test_a_page_that_cannot_be_read_stops_the_import(serve: Serve, run_import: Import) -> None:
    source = Glance([an_image(1), an_image(2)])
    source.special = lambda asked: Reply(500, body=b"oops") if "marker" in asked.query else None

    done = run_import("glance-v1", serve(source).url)

    assert (done.exit_code, "the source" in done.stderr, "500: oops" in done.stderr) == (1, True, True)


def test_a_target_that_does_not_know_us_stops_the_import(serve: Serve, run_import: Import) -> None:
    done = run_import("glance-v1", serve(Glance([an_image(1)])).url, ROSETTA_TOKEN="wrong-secret")

    assert done.exit_code == 1
    assert "the target" in done.stderr
    assert "wrong-secret" not in done.output


def test_a_service_that_is_not_there_stops_the_import(run_import: Import) -> None:
    done = run_import("glance-v1", "http://127.0.0.1:9")

    assert done.exit_code == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.output


def test_an_image_with_other_bytes_at_the_target_is_left_alone(
    serve: Serve, run_import: Import, target: Target
) -> None:
    run_import("glance-v1", serve(Glance([an_image(1, b"old", name="old")], {image_id(1): b"old"})).url)

    done = run_import("glance-v1", serve(Glance([an_image(1, b"new", name="new")], {image_id(1): b"new"})).url)

    assert (done.exit_code, "other bytes" in reason(done)) == (3, True)
    assert listed(target)[image_id(1)]["name"] == "old"


def test_an_image_that_was_killed_at_the_target_is_refused_with_the_reason(
    serve: Serve, run_import: Import, target: Target
) -> None:
    formats = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare", "Content-Type": OCTETS}
    target.caller.post("/v1/images", {**formats, "x-image-meta-id": image_id(1), "x-image-meta-checksum": "0"}, b"b")

    done = run_import("glance-v1", serve(Glance([an_image(1, b"b")], {image_id(1): b"b"})).url)

    assert done.exit_code == 3
    assert reason(done).startswith("it is killed at the target: ")


@pytest.mark.parametrize(("policies", "why"), [((), "its id is taken at the target"), (("admin",), "it is deleted")])
def test_an_image_that_was_deleted_at_the_target_is_refused(
    serve: Serve, run_import: Import, target: Target, policies: tuple[str, ...], why: str
) -> None:
    url = serve(Glance([an_image(1)])).url
    run_import("glance-v1", url)
    assert target.caller.delete(f"/v1/images/{image_id(1)}").status == 204
    target.become("t1", *policies)

    done = run_import("glance-v1", url)

    assert (done.exit_code, why in reason(done)) == (3, True)


def test_an_image_with_bytes_at_the_target_alone_is_refused(serve: Serve, run_import: Import) -> None:
    source = Glance([an_image(1, b"bytes")], {image_id(1): b"bytes"})
    url = serve(source).url
    run_import("glance-v1", url)
    source.images = [an_image(1, b"bytes", status="queued")]

    done = run_import("glance-v1", url)

    assert "has no bytes at the source" in reason(done)


REFUSABLE: dict[str, tuple[Document, str]] = {
    "a format that is not offered": ({"disk_format": "floppy"}, "Invalid disk format 'floppy'"),
    "an id that is no UUID": ({"id": "42"}, "Invalid image id format"),
    "properties that would be one": ({"properties": {"a-b": "1", "A_b": "2"}}, "differ in case or hyphens"),
}


@pytest.mark.parametrize(("fields", "why"), REFUSABLE.values(), ids=REFUSABLE.keys())
def test_what_the_target_cannot_hold_is_refused(serve: Serve, run_import: Import, fields: Document, why: str) -> None:
    done = run_import("glance-v1", serve(Glance([an_image(1, **fields)])).url)

    assert (done.exit_code, why in reason(done)) == (3, True)


def test_making_an_image_public_needs_the_right(serve: Serve, run_import: Import, target: Target) -> None:
    target.become("t1", "read_images", "create_image")

    done = run_import("glance-v1", serve(Glance([an_image(1, is_public=True)])).url)

    assert (done.exit_code, reason(done)[:4]) == (3, "403:")


def test_images_become_those_of_the_caller(serve: Serve, run_import: Import, target: Target) -> None:
    source = serve(Glance([an_image(1, owner="somebody")]))

    run_import("glance-v1", source.url)

    assert listed(target)[image_id(1)]["owner"] == "t1"
    assert "is_public" not in source.asked[1].query


def test_an_administrator_moves_the_images_of_all_tenants(serve: Serve, run_import: Import, target: Target) -> None:
    source = serve(Glance([an_image(1, owner="t7"), an_image(2, owner="t8"), an_image(3, owner=None)]))
    target.become("ops", "admin")

    first = run_import("glance-v1", source.url, "--all-tenants")
    second = run_import("glance-v1", source.url, "--all-tenants")

    assert (totals(first), totals(second)) == ((3, 0, 0), (0, 3, 0))
    assert {asked.query.get("is_public") for asked in source.asked if asked.path.endswith("detail")} == {"None"}
    found = target.caller.get("/v1/images/detail?is_public=None").json["images"]
    assert {image["id"]: image["owner"] for image in found} == {image_id(1): "t7", image_id(2): "t8", image_id(3): None}


def test_owners_that_could_not_be_kept_stop_the_import(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Glance([an_image(1, owner="t7")])).url

    done = run_import("glance-v1", url, "--all-tenants")

    assert (done.exit_code, "not an administrator" in done.stderr) == (1, True)
    target.become("ops", "admin")
    assert totals(run_import("glance-v1", url, "--all-tenants")) == (1, 0, 0)
    assert target.caller.get("/v1/images/detail?is_public=None").json["images"][0]["owner"] == "t7"


def test_the_images_of_one_owner_can_be_chosen(serve: Serve, run_import: Import, target: Target) -> None:
    done = run_import("glance-v1", serve(Glance([an_image(1), an_image(2, owner="t2")])).url, "--owner", "t2")

    assert totals(done) == (1, 0, 0)
    assert list(listed(target)) == [image_id(2)]
