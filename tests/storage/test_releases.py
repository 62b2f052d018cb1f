"""What other releases have written is read, kept, or left out: never an unexpected error, and nothing lost."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalog.image import Image, Inspecting, Status
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.outages import Unreadable
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.storage.items import image_of, item_of
from chalicelib.storage.releases import FORMAT
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import (
    FIRST_LAYOUT,
    MODELS,
    EventItem,
    ImageItem,
    JobItem,
    MembershipItem,
    ReferenceItem,
    TokenItem,
    create_tables,
)
from tests.api import ORDINARY, Answer, Api, Caller, a_caller
from tests.conftest import MakeApi
from tests.credentials import caller_of
from tests.factories import START, a_membership, an_image
from tests.storage.contract.shelf import rows, stored

WRITTEN = Path(__file__).parent / "written"
LATER: dict[str, Any] = {"provenance": {"M": {"by": {"S": "somebody"}}}}
"""What some later release knows of everything."""
LISTS = {
    "glance_v1": "/v1/images/detail",
    "glance_v2": "/v2/images",
    "scaleway": "/images",
    "qingcloud": "/v2/zone/ac1/images",
    "devops_service": "/v3/images/provider/ec2",
    "foreman": "/api/compute_resources/1/images",
}


def written(model: Any, key: dict[str, Any], **attributes: Any) -> None:
    """Have attributes of an item be others, as another release would leave them."""
    table = model._get_connection()  # noqa: SLF001  # the model itself would not take them
    names, values = (
        {f"{mark}{name}": value for name, value in pairs}
        for mark, pairs in (
            ("#", [(name, name) for name in attributes]),
            (":", attributes.items()),
        )
    )
    request = {
        "TableName": table.table_name,
        "Key": key,
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    table.connection.dispatch("UpdateItem", request)


def of_image(image: Image) -> dict[str, Any]:
    return {"image_id": {"S": image.id}}


def everywhere(image: Image, **attributes: Any) -> None:
    """As `written`, of an image and its rows."""
    written(ImageItem, of_image(image), **attributes)
    short = {RowItem.get_attributes()[name].attr_name: value for name, value in attributes.items()}
    for row in rows(image.id):
        written(RowItem, {"s": {"S": row.scope}, "k": {"S": row.key}}, **short)


def raw(model: Any, key: dict[str, Any]) -> dict[str, Any]:
    table = model._get_connection()  # noqa: SLF001  # as above
    request = {"TableName": table.table_name, "Key": key, "ConsistentRead": True}
    found: dict[str, Any] = table.connection.dispatch("GetItem", request)["Item"]
    return found


def asked(api: Api, target: str) -> Answer:
    by_token = target.startswith(("/v1/", "/v2/images", "/images"))
    return (api.caller("t1") if by_token else api.basic_caller("t1", *ORDINARY)).get(target)


@pytest.fixture
def t1(api: Api) -> Caller:
    return api.caller("t1")


def known(api: Api, **fields: Any) -> Image:
    below = {"compute_resource": 1, "provider": "ec2", "tenant_aliases": {"devops": "ami-1"}}
    return api.world.images.add(an_image(**{"status": Status.ACTIVE, "number": 1, **below, **fields}))


@pytest.mark.parametrize(
    "attributes",
    [
        {"status": {"S": "enchanted"}},
        {"visibility": {"S": "enchanted"}},
        {"format": {"N": str(FORMAT + 1)}},
        {"min_disk": {"N": "1.5"}},
    ],
    ids=lambda value: next(iter(value)),
)
@pytest.mark.parametrize("dialect", LISTS)
def test_an_image_that_cannot_be_read_is_left_out_of_lists_and_logged(
    api: Api, dialect: str, attributes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    api.caller("t1").get("/v1/images")
    if dialect == "foreman":
        foreman = api.basic_caller("t1", *ORDINARY)
        body = {"name": "cloud", "provider": "EC2"}
        foreman.post("/api/compute_resources", {"Content-Type": "application/json"}, json.dumps(body).encode())
    readable = known(api, number=1, tenant_aliases={"devops": "ami-2"}, name="readable")
    unreadable = known(api, number=2, name="unreadable")
    everywhere(unreadable, **attributes)

    answer = caller_of(api, dialect, "t1").get(LISTS[dialect])

    assert answer.status == 200, answer.text
    assert "unreadable" not in answer.text
    assert readable.name is not None
    assert readable.name in answer.text
    assert f"The image {unreadable.id} was written by another release" in caplog.text


def test_of_an_image_that_cannot_be_read_it_is_said_so(api: Api, t1: Caller) -> None:
    image = known(api)
    everywhere(image, status={"S": "enchanted"})

    answers = [t1.get(f"/v1/images/{image.id}"), t1.get(f"/images/{image.id}"), t1.delete(f"/v1/images/{image.id}")]

    assert [answer.status for answer in answers] == [503, 503, 503]
    assert "was written by another release of the registry" in answers[1].text
    with pytest.raises(Unreadable):
        api.world.images.get(image.id)


@pytest.mark.parametrize("fact", ["created_at", "updated_at", "status_changed_at"])
def test_an_image_that_lacks_what_every_image_has_cannot_be_read(fact: str) -> None:
    raw = {name: value for name, value in item_of(an_image(), None).items() if name != fact}

    with pytest.raises(Unreadable):
        image_of(raw)


def test_what_is_not_known_of_an_image_survives_every_write(api: Api, t1: Caller) -> None:
    image = known(api, member_count=0)
    written(ImageItem, of_image(image), **LATER)

    t1.put(f"/v1/images/{image.id}", {"x-image-meta-name": "new", "x-glance-registry-purge-props": "false"})
    t1.put(f"/v1/images/{image.id}/members/t2")
    t1.request("PATCH", f"/images/{image.id}", {"Content-Type": "application/json"}, b'{"name": "newer"}')
    t1.delete(f"/v1/images/{image.id}")

    found = raw(ImageItem, of_image(image))
    assert found["provenance"] == LATER["provenance"]
    assert found["status"] == {"S": "deleted"}
    assert stored(api.world, image.id).unknown == LATER


def test_what_is_not_known_of_a_membership_survives(api: Api) -> None:
    image = known(api)
    api.world.memberships.change(image, [a_membership(image, "t2")], [])
    key = {**of_image(image), "member": {"S": "t2"}}
    written(MembershipItem, key, **LATER)
    [membership] = api.world.memberships.of_image(image.id)

    api.world.memberships.change(
        stored(api.world, image.id), [], [], [(membership, membership._replace(can_share=True))]
    )

    assert raw(MembershipItem, key)["provenance"] == LATER["provenance"]


def test_what_is_not_known_of_a_job_survives(api: Api) -> None:
    job = Job(id="job", owner="t1", action=Action.DELETE, created_at=START)
    api.world.jobs.add(job)
    key = {"owner": {"S": "tenant/t1"}, "job_id": {"S": "job"}}
    facts = {**json.loads(raw(JobItem, key)["facts"]["S"]), "priority": 7, "by": {"user": "u", "device": "phone"}}
    written(JobItem, key, facts={"S": json.dumps(facts)}, **LATER)
    read = api.world.jobs.get("t1", "job")
    assert read is not None

    api.world.jobs.save(read, read._replace(info="done"))

    assert (read.unknown, read.beside, read.by.user) == ({"priority": 7}, LATER, "u")
    found = raw(JobItem, key)
    assert (json.loads(found["facts"]["S"])["info"], json.loads(found["facts"]["S"])["priority"]) == ("done", 7)
    assert found["provenance"] == LATER["provenance"]


def test_what_is_not_known_of_a_share_survives(api: Api) -> None:
    shares, later = api.world.shares, START + timedelta(minutes=1)
    assert shares.take("t1", "job", START, later)
    key = {"owner": {"S": "share/t1"}, "job_id": {"S": "share"}}
    written(JobItem, key, **LATER)

    shares.give_back("t1", "job")

    assert raw(JobItem, key)["provenance"] == LATER["provenance"]
    assert json.loads(raw(JobItem, key)["facts"]["S"]) == {}


def test_what_is_not_known_of_a_reference_survives(api: Api) -> None:
    kind = Kind.ARCHITECTURE
    facts = {"name": "arm64", "endianness": "little"}
    made = api.world.references.add(Reference(kind=kind, owner="t1", facts=facts, created_at=START, updated_at=START))
    key = {"owner_kind": {"S": "architecture/t1"}, "number": {"N": "1"}}
    written(ReferenceItem, key, **LATER)
    foreman = api.basic_caller("t1", *ORDINARY)

    body = b'{"name": "aarch64"}'
    answer = foreman.put(f"/api/architectures/{made.number}", {"Content-Type": "application/json"}, body)

    assert answer.status == 200
    found = raw(ReferenceItem, key)
    assert found["provenance"] == LATER["provenance"]
    assert json.loads(found["facts"]["S"]) == {"name": "aarch64", "endianness": "little"}


def test_a_job_that_cannot_be_read_is_left_out_of_lists(api: Api, t1: Caller) -> None:
    for name in ("one", "two"):
        api.world.jobs.add(Job(id=name, owner="t1", action=Action.DELETE, created_at=START))
    key = {"owner": {"S": "tenant/t1"}, "job_id": {"S": "two"}}
    facts = {**json.loads(raw(JobItem, key)["facts"]["S"]), "action": "translate"}
    written(JobItem, key, facts={"S": json.dumps(facts)})

    assert [job["id"] for job in t1.get("/v1/jobs").json["jobs"]] == ["one"]
    assert t1.get("/v1/jobs/two").status == 503


def test_a_job_of_a_newer_format_is_left_out_of_lists(api: Api, t1: Caller) -> None:
    for name in ("one", "two"):
        api.world.jobs.add(Job(id=name, owner="t1", action=Action.DELETE, created_at=START))
    written(JobItem, {"owner": {"S": "tenant/t1"}, "job_id": {"S": "two"}}, format={"N": str(FORMAT + 1)})

    assert [job["id"] for job in t1.get("/v1/jobs").json["jobs"]] == ["one"]
    assert t1.get("/v1/jobs/two").status == 503


def test_a_policy_that_is_not_known_grants_nothing(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1", "read_images"))
    [token] = list(TokenItem.scan())
    written(TokenItem, {"digest": {"S": token.digest}}, policies={"S": "read_images inspect_images"})

    principal = api.world.identities.authenticate(secret)

    assert principal is not None
    assert principal.policies == {"read_images"}


def test_what_a_token_says_of_inspection_is_the_strictest_if_it_is_not_known(api: Api) -> None:
    secret = api.world.identities.issue(replace(a_caller("t1", "read_images"), inspecting=Inspecting.OFF))
    [token] = list(TokenItem.scan())
    written(TokenItem, {"digest": {"S": token.digest}}, inspecting={"S": "quarantine"})

    principal = api.world.identities.authenticate(secret)

    assert principal is not None
    assert principal.inspecting is Inspecting.ENFORCE


def test_an_event_that_is_not_known_is_shown_by_its_word(api: Api, t1: Caller) -> None:
    image = known(api)
    key = {**of_image(image), "version": {"N": "1"}}
    written(EventItem, key, what={"S": "inspected"}, facts={"S": json.dumps({"user": "u", "device": "phone"})})

    [event] = t1.get(f"/v1/images/{image.id}/events").json["events"]

    assert (event["event"], event["user"]) == ("inspected", "u")


@pytest.mark.parametrize("file", sorted(WRITTEN.glob("*.json")), ids=lambda file: str(file.stem))
def test_what_was_ever_written_is_read_for_ever(api: Api, make_api: MakeApi, file: Path) -> None:
    document = json.loads(file.read_text("utf-8"))
    create_tables(FIRST_LAYOUT)
    names = {model.Meta.table_name.removeprefix("rosetta-"): model for model in (*MODELS, *FIRST_LAYOUT)}
    for table, items in document["items"].items():
        for item in items:
            name = names[table].Meta.table_name
            ImageItem._get_connection().connection.dispatch("PutItem", {"TableName": name, "Item": item})  # noqa: SLF001

    migrating = make_api(MIGRATING="true")
    for request, expected in document["answers"].items():
        assert asked(migrating, request).json == expected, request
    list(api.world.migration.move())
    for request, expected in document["answers"].items():
        assert asked(api, request).json == expected, request
    assert not api.world.migration.differences()


def test_items_of_every_table_are_kept() -> None:
    kept = {table for file in WRITTEN.glob("*.json") for table in json.loads(file.read_text("utf-8"))["items"]}

    tables = {model.Meta.table_name.removeprefix("rosetta-") for model in (*MODELS, *FIRST_LAYOUT)}
    assert kept == tables - {"tokens"}
