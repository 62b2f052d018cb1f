"""Parents that are changed and deleted, and the images that stand against it."""

from functools import partial
from typing import Any

import pytest

from chalicelib.catalog.image import Status
from tests.dialects.foreman.foreman import (
    ABSENT,
    BLANK,
    JSON,
    SINGULAR,
    TAKEN,
    TEXT,
    TOO_LONG,
    UNKNOWN,
    Record,
    World,
    add,
    add_parent,
    assert_invalid,
    assert_refused,
    assert_unsupported,
    attributes,
    create,
    denied,
    in_ca,
    is_dumped_stamp,
    listing,
    missing,
    plain,
    post,
    put,
    send,
    show,
)
from tests.storage.contract.faults import answering
from tests.threads import at_once, statuses

EACH_KIND = pytest.mark.parametrize("kind", SINGULAR)
TITLED = pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
METHODS = pytest.mark.parametrize("method", ["PUT", "PATCH"])
RENAMED: dict[str, Record] = {
    "compute_resources": {"name": "renamed", "url": "eu-west-2", "description": "ours"},
    "operatingsystems": {"name": "Renamed", "minor": "1", "family": "Redhat"},
    "architectures": {"name": "renamed"},
}
"""What of the parents of each kind is changed."""
SEGMENTS = {"operatingsystems": "CvLinux%207.9", "architectures": "cv_x86_64"}


def change(world: World, path: str, /, **given: Any) -> Any:
    """A PUT of attributes of a parent."""
    return send(world.admin, "PUT", path, {SINGULAR[path.split("/")[2]]: given})


def errors(answer: Any) -> Record:
    """What is wrong, by attribute."""
    assert answer.status == 422, answer.text
    found: Record = answer.json["error"]["errors"]
    return found


@EACH_KIND
@METHODS
@pytest.mark.parametrize("wrapped", [True, False], ids=["wrapped", "flat"])
def test_what_is_given_of_a_parent_changes_and_the_rest_stays(
    world: World, kind: str, method: str, wrapped: bool
) -> None:
    parent, before = world.parent(kind), show(world.admin, world.parent(kind).path)
    given = {SINGULAR[kind]: RENAMED[kind]} if wrapped else RENAMED[kind]

    answer = send(world.admin, method, parent.path, given)

    title = {"title": "Renamed 7.1"} if kind == "operatingsystems" else {}
    assert answer.status == 200
    changed = {**before, **RENAMED[kind], **title, "updated_at": answer.json["updated_at"]}
    assert {**answer.json, "images": []} == changed
    assert show(world.admin, parent.path) == changed


@EACH_KIND
@pytest.mark.parametrize("given", [{}, {"colour": "blue", "id": 7}], ids=["nothing", "unknown"])
def test_a_change_of_nothing_leaves_the_times_alone(world: World, kind: str, given: Record) -> None:
    before = show(world.admin, world.parent(kind).path)
    world.api.clock.advance(60)

    answers = [change(world, world.parent(kind).path, **given), change(world, world.parent(kind).path)]

    assert [(answer.status, {**answer.json, "images": []}) for answer in answers] == [(200, before)] * 2


@EACH_KIND
def test_a_changed_parent_knows_when_it_was_changed(world: World, kind: str) -> None:
    before = show(world.admin, world.parent(kind).path)
    world.api.clock.advance(60)

    after = change(world, world.parent(kind).path, name="renamed").json

    assert (after["created_at"], after["updated_at"] > before["updated_at"]) == (before["created_at"], True)


@TITLED
def test_a_parent_is_changed_and_deleted_by_its_title(world: World, kind: str) -> None:
    path = f"/api/{kind}/{SEGMENTS[kind]}"

    assert change(world, path, family="Redhat").json["id"] == world.parent(kind).id
    assert world.admin.delete(path).json["id"] == world.parent(kind).id
    assert world.admin.get(world.parent(kind).path).status == 404


@EACH_KIND
@pytest.mark.parametrize(
    ("name", "reason"), [("", BLANK), (" ", BLANK), (None, BLANK), ("x" * 256, TOO_LONG), ([], "is invalid")]
)
def test_a_parent_keeps_a_name(world: World, kind: str, name: object, reason: str) -> None:
    parent = world.parent(kind)

    answer = change(world, parent.path, name=name)

    assert_invalid(answer, parent.id, name=reason)
    assert show(world.admin, parent.path)["name"] != name


@EACH_KIND
def test_the_name_of_another_is_refused(world: World, kind: str) -> None:
    parent, other = world.parent(kind), show(world.admin, world.other(kind).path)
    taken = {name: other[name] for name in ("name", "major", "minor") if name in other}

    answer = change(world, parent.path, **taken)

    assert_invalid(answer, parent.id, name=TAKEN)


def test_the_provider_of_a_compute_resource_stays(world: World) -> None:
    changed = change(world, world.ca.path, provider="Libvirt", name="renamed")
    unknown = change(world, world.ca.path, provider="Hyperspace")
    same = change(world, world.ca.path, provider="ec2", description="ours")

    assert errors(changed) == {"provider": ["cannot be changed"]}
    assert set(errors(unknown)) == {"provider"}
    assert (same.status, same.json["name"], same.json["description"]) == (200, "cv-cloud", "ours")
    assert same.json["provider"] == "EC2"


def test_a_renamed_compute_resource_keeps_its_images(stocked: World) -> None:
    change(stocked, stocked.ca.path, name="renamed")

    found = listing(stocked.admin, stocked.ca.images)
    assert {image["compute_resource_name"] for image in found["results"]} == {"renamed"}
    assert found["total"] == 5


@TITLED
def test_what_images_refer_to_by_its_title_is_not_renamed(stocked: World, kind: str) -> None:
    parent, before = stocked.parent(kind), show(stocked.admin, stocked.parent(kind).path)

    answer = change(stocked, parent.path, name="renamed")

    [*reasons] = errors(answer)["base"]
    assert f"{parent.name} is used by alpha" in reasons
    assert answer.json["error"]["full_messages"] == reasons
    assert answer.json["error"]["id"] == parent.id
    assert show(stocked.admin, parent.path) == before
    assert listing(stocked.admin, parent.images)["total"] == 4


def test_a_title_has_255_characters_at_most(world: World) -> None:
    system = world.oa
    before = show(world.admin, system.path)

    longest = add_parent(world.admin, "operatingsystems", name="n" * 250, major="1" * 4)
    made = post(world.admin, "/api/operatingsystems", {"operatingsystem": {"name": "n" * 250, "major": "1" * 5}})
    changed = change(world, system.path, name="n" * 255)

    assert len(show(world.admin, longest.path)["title"]) == 255
    assert_invalid(made, title=TOO_LONG)
    assert_invalid(changed, system.id, title=TOO_LONG)
    assert show(world.admin, system.path) == before


def test_a_description_that_is_the_title_is_changed_only_while_no_image_refers_to_it(stocked: World) -> None:
    taken = change(stocked, stocked.oa.path, description="The seventh")
    free = add_parent(stocked.admin, "operatingsystems", name="Free", description="The first")
    renamed = change(stocked, free.path, description="")

    assert "base" in errors(taken)
    assert (renamed.status, renamed.json["title"], renamed.json["description"]) == (200, "Free", None)


def test_other_facts_change_whatever_refers_to_them(stocked: World) -> None:
    answer = change(stocked, stocked.oa.path, family="Redhat", release_name="seven")

    assert (answer.status, answer.json["title"]) == (200, "CvLinux 7.9")
    assert listing(stocked.admin, stocked.oa.images)["total"] == 4


@TITLED
def test_images_of_other_dialects_come_below_a_parent_that_gets_their_name(world: World, kind: str) -> None:
    field = {"operatingsystems": "os_title", "architectures": "architecture"}[kind]
    image = add(world, **{field: "renamed"}, provider_image_id="ami-7")

    change(world, world.parent(kind).path, name="renamed", major="", minor="")

    assert [found["id"] for found in listing(world.admin, world.parent(kind).images)["results"]] == [image.number]


@EACH_KIND
def test_a_parent_that_no_image_refers_to_is_deleted(world: World, kind: str) -> None:
    parent, before = world.parent(kind), show(world.admin, world.parent(kind).path)

    answer = world.admin.delete(parent.path)

    assert answer.status == 200
    assert {**answer.json, "created_at": 0, "updated_at": 0} == {**plain(before), "created_at": 0, "updated_at": 0}
    assert is_dumped_stamp(answer.json["created_at"])
    assert is_dumped_stamp(answer.json["updated_at"])
    assert [world.admin.get(path).status for path in (parent.path, parent.images)] == [404, 404]
    assert world.admin.delete(parent.path).json["error"]["message"].endswith(f"not found by id '{parent.id}'")
    assert listing(world.admin, f"/api/{kind}")["total"] == 1


@EACH_KIND
def test_a_name_is_free_again_and_the_number_is_not(world: World, kind: str) -> None:
    parent = world.other(kind)  # the one with the highest number
    given = show(world.admin, parent.path)
    world.admin.delete(parent.path)

    again = post(world.admin, f"/api/{kind}", given)

    assert (again.status, again.json["name"]) == (201, given["name"])
    assert again.json["id"] > parent.id


@EACH_KIND
def test_a_parent_with_images_is_not_deleted(stocked: World, kind: str) -> None:
    parent, before = stocked.parent(kind), listing(stocked.admin, stocked.parent(kind).images)

    answer = stocked.admin.delete(parent.path)

    [*reasons] = errors(answer)["base"]
    assert reasons
    assert all(reason.startswith(f"{parent.name} is used by ") for reason in reasons)
    assert answer.json["error"] == {"id": parent.id, "errors": {"base": reasons}, "full_messages": reasons}
    assert listing(stocked.admin, parent.images) == before


@EACH_KIND
def test_a_parent_is_deleted_after_its_images(world: World, kind: str) -> None:
    image = create(world)
    refused = world.admin.delete(world.parent(kind).path)
    world.admin.delete(world.ca.image(image))

    assert [refused.status, world.admin.delete(world.parent(kind).path).status] == [422, 200]


@EACH_KIND
def test_an_image_that_can_be_brought_back_is_a_hidden_one(world: World, kind: str) -> None:
    below = {"compute_resource": world.ca.id, "os_title": world.oa.name, "architecture": world.aa.name}
    add(world, status=Status.PENDING_DELETE, deleted_at=world.api.clock.now(), **below)

    answer = world.admin.delete(world.parent(kind).path)

    assert errors(answer) == {"base": [f"{world.parent(kind).name} is being used by a hidden Image resource"]}


@EACH_KIND
def test_images_of_another_tenant_are_no_matter(world: World, kind: str) -> None:
    below = {"compute_resource": world.ca.id, "os_title": world.oa.name, "architecture": world.aa.name}
    add(world, owner="t2", **below)

    assert world.admin.delete(world.parent(kind).path).status == 200


@EACH_KIND
def test_an_unknown_parent_is_neither_changed_nor_deleted(world: World, kind: str) -> None:
    path = f"/api/{kind}/{UNKNOWN}"

    answers = [change(world, path, name="x"), world.admin.delete(path)]

    message = f"Resource {SINGULAR[kind]} not found by id '{UNKNOWN}'"
    assert [(answer.status, answer.json) for answer in answers] == [(404, {"error": {"message": message}})] * 2


@EACH_KIND
def test_a_viewer_neither_changes_nor_deletes_a_parent(world: World, kind: str) -> None:
    parent = world.parent(kind)
    path, unknown = parent.path, f"/api/{kind}/{UNKNOWN}"

    changed = [send(world.viewer, "PUT", target, RENAMED[kind]) for target in (path, unknown)]
    deleted = [world.viewer.delete(target) for target in (path, unknown)]

    assert [(answer.status, answer.json) for answer in changed] == [(403, denied(f"edit_{kind}"))] * 2
    assert [(answer.status, answer.json) for answer in deleted] == [(403, denied(f"destroy_{kind}"))] * 2
    assert show(world.admin, path)["name"] != "renamed"


@EACH_KIND
def test_who_may_not_read_images_is_shown_none(stocked: World, kind: str) -> None:
    remover = stocked.api.basic_caller("t1", "delete_image", user="remover")

    answer = remover.delete(stocked.parent(kind).path)

    assert errors(answer) == {"base": [f"{stocked.parent(kind).name} is being used by a hidden Image resource"]}


@EACH_KIND
def test_the_parents_of_other_tenants_are_not_there(world: World, kind: str) -> None:
    stranger = world.api.basic_caller("t2", "read_images", "create_image", "delete_image", user="stranger")
    before = show(world.admin, world.parent(kind).path)

    answers = [
        send(stranger, "PUT", world.parent(kind).path, RENAMED[kind]),
        stranger.delete(world.parent(kind).path),
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert show(world.admin, world.parent(kind).path) == before


@EACH_KIND
def test_a_change_that_is_no_json_is_refused(world: World, kind: str) -> None:
    path = world.parent(kind).path

    assert_unsupported(send(world.admin, "PUT", path, RENAMED[kind], TEXT), "text/plain")
    assert_unsupported(send(world.admin, "PUT", f"/api/{kind}/{UNKNOWN}", RENAMED[kind], TEXT), "text/plain")
    for body in (b"[]", b'{"name": ', b'{"name": "\xff"}', f'{{"{SINGULAR[kind]}": 7}}'.encode()):
        answer = world.admin.put(path, JSON, body)
        assert answer.status == 400
        assert_refused(answer)


@EACH_KIND
def test_no_image_comes_below_a_parent_that_is_gone(stocked: World, kind: str) -> None:
    gone = stocked.other(kind)
    for image in listing(stocked.admin, gone.images)["results"]:
        stocked.admin.delete(gone.image(image))
    stocked.admin.delete(gone.path)
    given = attributes(stocked, name="new", uuid="cv-new", compute_resource_id=stocked.ca.id)

    below = post(stocked.admin, gone.images, {"image": given})
    moved = put(stocked.admin, in_ca(stocked, "alpha"), **{f"{SINGULAR[kind]}_id": gone.id})

    assert (below.status, below.json) == (404, missing())
    assert_invalid(moved, stocked.images["alpha"]["id"], **{f"{SINGULAR[kind]}_id": ABSENT})


@EACH_KIND
def test_no_image_moves_below_a_parent_that_is_deleted_at_that_moment(stocked: World, kind: str) -> None:
    gone = stocked.other(kind)
    for image in listing(stocked.admin, gone.images)["results"]:
        stocked.admin.delete(gone.image(image))
    paths = iter([gone.path])

    def meanwhile(_request: object) -> None:
        for path in paths:
            assert stocked.admin.delete(path).status == 200

    with answering("TransactWriteItems", meanwhile):
        moved = put(stocked.admin, in_ca(stocked, "alpha"), **{f"{SINGULAR[kind]}_id": gone.id})

    assert_invalid(moved, stocked.images["alpha"]["id"], **{f"{SINGULAR[kind]}_id": ABSENT})


@EACH_KIND
@pytest.mark.parametrize("turn", range(3))
def test_an_image_and_the_deletion_of_its_parent_exclude_each_other(world: World, kind: str, turn: int) -> None:
    parent = world.parent(kind)
    image = attributes(world)

    created, deleted = at_once(
        partial(post, world.admin, world.ca.images, {"image": image}), partial(world.admin.delete, parent.path)
    )

    if created.status == 201:
        assert deleted.status == 422
        assert listing(world.admin, parent.images)["total"] == 1
    else:
        assert (created.status, deleted.status) in {(404, 200), (422, 200)}
        assert world.admin.get(parent.images).status == 404


@EACH_KIND
@pytest.mark.parametrize("turn", range(2))
def test_a_parent_is_deleted_once(world: World, kind: str, turn: int) -> None:
    answers = at_once(*(partial(world.admin.delete, world.parent(kind).path) for _ in range(4)))

    assert statuses(answers) == [200, 404, 404, 404]


@EACH_KIND
@pytest.mark.parametrize("turn", range(2))
def test_changes_of_different_attributes_of_a_parent_are_both_kept(world: World, kind: str, turn: int) -> None:
    path = world.parent(kind).path
    given = {"compute_resources": "url", "operatingsystems": "family", "architectures": "name"}[kind]

    answers = at_once(partial(change, world, path, name="renamed"), partial(change, world, path, **{given: "renamed"}))

    assert statuses(answers) == [200, 200]
    found = show(world.admin, path)
    assert (found["name"], found[given]) == ("renamed", "renamed")
