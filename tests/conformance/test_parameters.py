"""No list of any dialect ignores a parameter that it documents: an answer to another question is worse than none."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from chalicelib.catalog.image import Status, Visibility
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.reference import Kind
from tests.api import ORDINARY, Answer, Api, Caller, a_caller
from tests.conformance.conftest import T1
from tests.credentials import caller_of
from tests.factories import START, a_membership, an_image
from tests.openapi.checking import DIALECT_OF, described

FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NOBODY = "33333333-3333-4333-8333-333333333333"
JOBS = (str(uuid4()), str(uuid4()))
JSON = {"Content-Type": "application/json"}
VARIABLES = {
    "v1/images/{image_id}": f"v1/images/{FIRST}",
    "{token_id}": "current",
    "{parent_id}": "1",
    "{image_id}": "1",
    "{zone}": "ac1",
}
NARROWING: Mapping[str, Mapping[str, str]] = {
    "glance_v1": {
        "limit": "1",
        "marker": SECOND,
        "sort_key": "size",
        "sort_dir": "asc",
        "name": "first",
        "container_format": "ovf",
        "disk_format": "iso",
        "status": "killed",
        "size_min": "15",
        "size_max": "15",
        "min_ram": "1",
        "min_disk": "1",
        "protected": "true",
        "is_public": "false",
        "changes-since": "2999-01-01",
        "property-key": "value",
        "tenant": NOBODY,
    },
    "glance_v2": {
        "limit": "1",
        "marker": SECOND,
        "sort": "size",
        "sort_key": "size",
        "sort_dir": "asc",
        "visibility": "public",
        "member_status": "pending",
        "tag": "x",
        "name": "first",
        "disk_format": "iso",
        "container_format": "ovf",
        "id": FIRST,
        "status": "queued",
        "owner": NOBODY,
        "checksum": "x",
        "os_hash_value": "x",
        "os_hash_algo": "md5",
        "size": "20",
        "virtual_size": "20",
        "size_min": "15",
        "size_max": "15",
        **dict.fromkeys(("min_disk", "min_ram", "min_disk_min", "min_ram_min"), "1"),
        **dict.fromkeys(("min_disk_max", "min_ram_max"), "-1"),
        "protected": "true",
        "os_hidden": "true",
        "created_at": "gt:2026-01-01",
        "updated_at": "gt:2999-01-01",
    },
    "scaleway": {
        "page": "2",
        "per_page": "1",
        "organization": NOBODY,
        "arch": "arm",
        "name": "first",
        "public": "true",
    },
    "devops_service": {"provider": "openstack"},
    "foreman": {
        "search": "name=first",
        "order": "name DESC",
        "page": "2",
        "per_page": "1",
        **{f"{kind}_id": "2" for kind in Kind},
    },
    "qingcloud": {
        "images": FIRST,
        "jobs": JOBS[0],
        "status": "deprecated",
        "processor_type": "32bit",
        "os_family": "plan9",
        "visibility": "public",
        "provider": "system",
        "search_word": "first",
        "offset": "1",
        "limit": "1",
    },
}
"""A value for each parameter, by dialect, that makes a difference."""
OTHER_VALUES = {
    ("/v2/zone/{zone}/jobs", "status"): "failed",
    ("/v1/images/{image_id}/events", "limit"): "0",
    ("/v1/images/{image_id}/events", "marker"): "1",
}
"""Those that differ in one list."""
FREE = {"properties": "property-key"}
"""A parameter that stands for all that begin alike, by its name in the description."""


class Asked(NamedTuple):
    """A parameter of a list, in its query or in a body."""

    dialect: str
    method: str
    path: str
    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.name} in the {self.place}"


def documented() -> Iterator[Asked]:
    """All parameters of all lists, and of whatever else is read."""
    for path, item in described()["paths"].items():
        for method, operation in item.items():
            if method in {"get", "head"}:
                [title] = operation["tags"]
                for parameter in operation.get("parameters", ()):
                    if parameter["in"] == "query":
                        name = FREE.get(parameter["name"], parameter["name"])
                        yield Asked(DIALECT_OF[title], method.upper(), path, "query", name)
                for content in operation.get("requestBody", {"content": {}})["content"].values():
                    for name in content["schema"]["properties"]:
                        yield Asked(DIALECT_OF[title], method.upper(), path, "body", name)


@pytest.fixture
def caller(api: Api, asked: Asked) -> Caller:
    """Whoever lists two images, two jobs and two parents of each kind, which differ in little."""
    owner, now = a_caller(T1, *ORDINARY), api.clock.now()
    catalog = api.world.catalog(owner)
    for name in ("first", "second"):
        for kind in Kind:
            catalog.references.add(kind, {"name": name, "title": name, "provider": "EC2"})
    common: dict[str, Any] = {
        "owner": T1,
        "status": Status.ACTIVE,
        "container_format": "bare",
        "disk_format": "raw",
        "provider": "ec2",
        "compute_resource": 1,
        "os_title": "first",
        "architecture": "first",
    }
    first: dict[str, Any] = {"id": FIRST, "name": "first", "number": 1, "size": 20, "visibility": Visibility.PUBLIC}
    second: dict[str, Any] = {
        "id": SECOND,
        "name": "second",
        "number": 2,
        "size": 10,
        "created_at": START + timedelta(days=1),
    }
    for image in (first, second):
        api.world.images.add(an_image(**common, **image))
    if asked.name == "member_status":
        given = api.world.images.add(an_image(owner="t2"))
        api.world.memberships.change(given, [a_membership(given, T1, status=MemberStatus.PENDING)], [])
    for job_id in JOBS:
        done: dict[str, Any] = {"status": JobStatus.SUCCESSFUL, "began_at": now, "finished_at": now}
        api.world.jobs.add(Job(id=job_id, owner=T1, action=Action.CAPTURE, zone="ac1", created_at=now, **done))
    # Glance's `is_public` must make sense whoever asks, and chooses for administrators (Glance v1's wire §3.1).
    more = ("admin",) if asked.name in {"is_public", "tenant"} else ()
    return caller_of(api, asked.dialect, T1, *ORDINARY, *more)


def ask(caller: Caller, asked: Asked, value: str | None) -> Answer:
    """Ask for the list, with the parameter or without it."""
    target = asked.path
    for variable, known in VARIABLES.items():
        target = target.replace(variable, known)
    given = {} if value is None else {asked.name: value}
    if asked.place == "body":
        return caller.request(asked.method, target, JSON, json.dumps(given).encode())
    return caller.request(asked.method, f"{target}?{'&'.join(f'{name}={text}' for name, text in given.items())}")


def found(answer: Answer) -> tuple[int, list[Any]]:
    """What is in a list, or how long it is, without what it only repeats of the question."""
    if not answer.body:
        return answer.status, [answer.headers.get("x-total-count"), answer.headers.get("link", "").count("rel=")]
    if answer.status == 404:
        return answer.status, [answer.text]
    document = answer.json
    if "usage" in document:
        document = [{**document["usage"], "tenant": None}]
    if isinstance(document, dict):
        document = next(
            (document[key] for key in ("images", "jobs", "events", "results") if key in document), [document]
        )
    return answer.status, document


@pytest.mark.parametrize("asked", [*documented()], ids=str)
def test_no_list_ignores_a_parameter_that_it_documents(caller: Caller, asked: Asked) -> None:
    value = OTHER_VALUES.get((asked.path, asked.name), NARROWING[asked.dialect][asked.name])

    everything, narrowed = ask(caller, asked, None), ask(caller, asked, value)

    assert everything.status == 200
    assert found(narrowed) != found(everything)
    assert narrowed.status in {200, 404}


def test_every_value_is_asked_for() -> None:
    named = {(asked.dialect, asked.name) for asked in documented()}

    assert named == {(dialect, name) for dialect, values in NARROWING.items() for name in values}
