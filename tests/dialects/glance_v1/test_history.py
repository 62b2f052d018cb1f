"""What has happened to an image, whichever dialect it was done through."""

import json

import pytest

from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.glance_v1.glance import OCTETS, RAW, create, meta
from tests.dialects.glance_v1.sending import JSON, SMALL, abort, begin, complete, refusal, send_all


def history(caller: Caller, image_id: str, query: str = "") -> list[dict[str, object]]:
    answer = caller.get(f"/v1/images/{image_id}/events{query}")
    assert answer.status == 200, answer.text
    events: list[dict[str, object]] = answer.json["events"]
    return events


def told(caller: Caller, image_id: str) -> list[object]:
    return [event["event"] for event in history(caller, image_id)]


def test_it_says_who_did_what_when_through_which_dialect_and_in_which_request(api: Api) -> None:
    alice = api.caller("t1", *("read_images", "create_image", "publicize_image"), user="alice")
    image = create(alice, {**RAW, **meta(name="one")})["id"]
    answer = alice.put(f"/v1/images/{image}", meta(name="two", is_public="True"))
    alice.put(f"/v1/images/{image}/members/t2")

    created, published, shared = history(alice, image)

    assert (created["version"], created["event"]) == (1, "created")
    assert (published["event"], published["fields"]) == ("published", ["name", "visibility"])
    assert (shared["event"], shared["members"]) == ("shared", ["t2"])
    for event in (created, published, shared):
        assert (event["user"], event["tenant"], event["dialect"]) == ("alice", "t1", "glance_v1")
        assert event["token"] == api.world.identities.list()[0].id
    assert answer.headers["x-openstack-request-id"] == f"req-{published['request_id']}"
    assert str(created["at"]) < str(published["at"]) < str(shared["at"])


def test_what_other_dialects_do_is_told_too(api: Api) -> None:
    policies = ("read_images", "create_image", "delete_image", "publicize_image")
    user = api.caller("t1", *policies, user="alice")
    image = create(user, {**RAW, **meta(name="one")}, SMALL)["id"]
    user.request("PATCH", f"/images/{image}", JSON, json.dumps({"name": "two", "public": True}).encode())
    user.request("PATCH", f"/images/{image}", JSON, json.dumps({"public": False}).encode())
    user.delete(f"/images/{image}")

    events = history(user, image)

    assert [(event["event"], event["dialect"]) for event in events] == [
        ("created", "glance_v1"),
        ("uploaded", "glance_v1"),
        ("published", "scaleway"),
        ("withdrawn", "scaleway"),
        ("deleted", "scaleway"),
    ]


def test_what_a_job_does_is_done_by_whoever_has_ordered_it(api: Api) -> None:
    alice = api.caller("t1", user="alice")
    upload = begin(alice, SMALL)
    complete(api.caller("t1", user="bob"), upload, send_all(upload, SMALL))
    api.work()

    created, uploaded = history(alice, upload["image_id"])

    assert (created["event"], uploaded["event"]) == ("created", "uploaded")
    assert (uploaded["user"], uploaded["dialect"]) == ("alice", "glance_v1")
    assert uploaded["request_id"] not in {None, created["request_id"]}


def test_deletions_and_recoveries_by_jobs_are_told(api: Api) -> None:
    alice, elsewhere = api.caller("t1", user="alice"), api.basic_caller("t1", *ORDINARY, user="alice")
    image = create(alice, RAW, SMALL)["id"]
    alias_of = elsewhere.get("/v2/zone/ac1/images").json["images"][0]["image_id"]
    elsewhere.delete(f"/v2/zone/ac1/images/{alias_of}")
    api.work()
    elsewhere.post("/v2/zone/ac1/lease", JSON, json.dumps({"resources": [alias_of]}).encode())
    api.work()

    events = history(alice, image)

    assert [(event["event"], event["user"]) for event in events[2:]] == [("deleted", "alice"), ("restored", "alice")]
    assert {event["dialect"] for event in events[2:]} == {"qingcloud"}


def test_what_nobody_asked_for_is_done_by_the_registry_itself(api: Api, t1: Caller) -> None:
    image, elsewhere = create(t1, RAW, SMALL)["id"], api.basic_caller("t1", *ORDINARY)
    alias_of = elsewhere.get("/v2/zone/ac1/images").json["images"][0]["image_id"]
    elsewhere.delete(f"/v2/zone/ac1/images/{alias_of}")
    api.work()
    api.clock.advance(30 * 86400)

    api.world.reaper.sweep()

    purged = history(t1, image)[-1]
    assert (purged["event"], purged["user"], purged["dialect"]) == ("purged", "rosetta", None)


def test_an_upload_that_fails_is_told_with_its_reason(t1: Caller) -> None:
    upload = begin(t1, SMALL)
    abort(t1, upload)

    killed = history(t1, upload["image_id"])[-1]

    assert (killed["event"], killed["reason"]) == ("killed", "its upload was aborted")


def test_secrets_are_not_told_but_that_they_changed_is(api: Api) -> None:
    user = api.caller("t1", user="alice")
    image = create(user, {**RAW, **meta(name="one")})["id"]
    owner = api.world.catalog(a_caller("t1", "create_image"))
    owner.update(image, lambda _: {"login_password": "hunter2"})

    answer = user.get(f"/v1/images/{image}/events")

    assert answer.json["events"][-1]["fields"] == ["login_password"]
    assert "hunter2" not in answer.text


def test_nothing_is_told_of_what_changes_nothing(t1: Caller) -> None:
    image = create(t1, {**RAW, **meta(name="one")})["id"]
    t1.put(f"/v1/images/{image}", {**meta(name="one"), "x-glance-registry-purge-props": "false"})

    assert told(t1, image) == ["created"]


def test_it_outlives_the_image_for_its_owner_and_administrators(t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1, RAW)["id"]
    t1.delete(f"/v1/images/{image}")

    assert told(t1, image) == told(admin, image) == ["created", "deleted"]
    assert t2.get(f"/v1/images/{image}/events").status == 404


def test_it_is_forgotten_with_the_tombstone(api: Api, t1: Caller) -> None:
    image = create(t1, RAW)["id"]
    t1.delete(f"/v1/images/{image}")
    api.clock.advance(91 * 86400)

    api.world.reaper.sweep()

    assert t1.get(f"/v1/images/{image}/events").status == 404
    assert api.world.chronicle.of(image, 0, 10) == []


@pytest.mark.parametrize(("visible", "status"), [("public", 403), ("shared", 404)])
def test_who_may_only_see_the_image_is_refused_as_with_a_change(
    api: Api, t2: Caller, visible: str, status: int
) -> None:
    owner = api.caller("t1", "read_images", "create_image", "publicize_image")
    image = create(owner, {**RAW, **meta(is_public=str(visible == "public"))})["id"]
    if visible == "shared":
        owner.put(f"/v1/images/{image}/members/t2", JSON, json.dumps({"member": {"can_share": True}}).encode())

    assert t2.head(f"/v1/images/{image}").status == 200
    assert t2.put(f"/v1/images/{image}", meta(name="new")).status == status
    assert t2.get(f"/v1/images/{image}/events").status == status


def test_a_member_that_leaves_is_told_by_its_name(api: Api, t1: Caller) -> None:
    image = create(t1, RAW)["id"]
    t1.put(f"/v1/images/{image}/members/t2")

    api.caller("t2", user="bob").delete(f"/v1/images/{image}/members/t2")

    left = history(t1, image)[-1]
    assert (left["event"], left["removed_members"]) == ("unshared", ["t2"])
    assert (left["user"], left["tenant"], left["dialect"]) == ("bob", "t2", "glance_v1")


def test_it_is_read_page_by_page(t1: Caller) -> None:
    image = create(t1, RAW)["id"]
    for number in range(4):
        t1.put(f"/v1/images/{image}", {**meta(name=str(number)), "x-glance-registry-purge-props": "false"})

    first = t1.get(f"/v1/images/{image}/events?limit=2").json
    second = t1.get(first["next"].removeprefix("http://registry.example")).json
    third = t1.get(second["next"].removeprefix("http://registry.example")).json

    pages = [[event["version"] for event in page["events"]] for page in (first, second, third)]
    assert pages == [[1, 2], [3, 4], [5]]
    assert "next" not in third
    assert history(t1, image, "?limit=0") == []
    assert len(history(t1, image)) == 5


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "marker=x", "marker="])
def test_a_page_that_makes_no_sense_is_refused(t1: Caller, query: str) -> None:
    image = create(t1, RAW)["id"]

    assert refusal(t1.get(f"/v1/images/{image}/events?{query}", JSON))[0] == 400


def test_the_upload_in_a_request_is_told_with_the_image(t1: Caller) -> None:
    image = create(t1, RAW)["id"]
    t1.put(f"/v1/images/{image}", {**OCTETS, "x-glance-registry-purge-props": "false"}, SMALL)

    assert told(t1, image) == ["created", "uploaded"]
