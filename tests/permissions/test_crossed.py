"""Requests that name one of the caller's objects and one of another tenant's, whose existence must stay hidden."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.reference import Kind
from tests.api import Api, Caller
from tests.lane import Lane
from tests.permissions.callers import TENANTS, all_callers
from tests.permissions.expected.notation import State, Who
from tests.permissions.operations.operation import filled
from tests.permissions.stored import Calls, differences, listening, stored
from tests.permissions.things import ABSENT_NUMBER, MD5, SUBJECTS, Parents, Subject, Thing, add_parents, owned
from tests.permissions.trial import Reply
from tests.tally import count

THEIRS = TENANTS[Who.STRANGER]
JSON = {"Content-Type": "application/json"}
PARTS = {"parts": [{"number": 1, "etag": MD5, "md5": MD5}]}
NEW = {"name": "new", "username": "root", "uuid": "ami-new", "operatingsystem_id": 1, "architecture_id": 1}
UPLOAD = "/v1/images/{own}/uploads/{other}"
SOME = "/v2/zone/ac1/images"


OTHERS: Mapping[str, Subject] = {
    **{name: owned(name, THEIRS) for name in ("upload", "captured image")},
    **{kind.value: Subject(Parents(kind, THEIRS), ABSENT_NUMBER) for kind in Kind},
}
"""How to make another tenant's objects, by kind."""


@dataclass(frozen=True)
class Crossing:
    """A request that with `{own}`, the caller's own object, and `{other}`, another tenant's, which must look absent."""

    dialect: str
    method: str
    target: str
    own: str
    other: str
    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    state: State = State.PRIVATE

    @property
    def name(self) -> str:
        """The name in the test's id."""
        return f"{self.method} {self.target} {json.dumps(self.body) if self.body else ''}".strip()

    def ask(self, caller: Caller, calls: Calls, own: Thing, other: Thing) -> Mapping[str, object]:
        """Everything that the caller learns from the response, with the ids that it knows left out."""
        names = {"own": own.alias_of, "other": other.upload if self.other == "upload" else other.alias_of}
        body = filled(json.dumps(self.body), names).encode() if self.body else b""
        calls.begin()
        answer = caller.request(self.method, filled(self.target, names), self.headers, body)
        return Reply(answer, calls.made).seen(other)


CROSSINGS = (
    Crossing("glance_v1", "GET", UPLOAD, "upload", "upload", 404),
    Crossing("glance_v1", "POST", UPLOAD, "upload", "upload", 404, PARTS),
    Crossing("glance_v1", "POST", f"{UPLOAD}/links", "upload", "upload", 404, PARTS),
    Crossing("glance_v1", "DELETE", UPLOAD, "upload", "upload", 404),
    Crossing("qingcloud", "GET", f"{SOME}?images={{own}},{{other}}", "captured image", "captured image", 404),
    Crossing("qingcloud", "DELETE", f"{SOME}/{{own}},{{other}}", "captured image", "captured image", 404),
    Crossing(
        "qingcloud",
        "POST",
        "/v2/zone/ac1/lease",
        "captured image",
        "captured image",
        404,
        {"resources": ["{own}", "{other}"]},
        state=State.DELETED,
    ),
    *(
        Crossing("foreman", "GET", f"/api/architectures/1/images?{kind}_id={{other}}", "number", kind.value, 404)
        for kind in Kind
    ),
    *(
        Crossing(
            "foreman",
            "POST",
            "/api/compute_resources/1/images",
            "number",
            kind.value,
            422,
            {"image": {**NEW, f"{kind}_id": "{other}"}},
            JSON,
        )
        for kind in (Kind.OPERATINGSYSTEM, Kind.ARCHITECTURE)
    ),
    *(
        Crossing(
            "foreman",
            "PUT",
            "/api/compute_resources/1/images/{own}",
            "number",
            kind.value,
            422,
            {"image": {f"{kind}_id": "{other}"}},
            JSON,
        )
        for kind in Kind
    ),
)


@pytest.fixture
def calls(aws: Aws, lane: Lane) -> Iterator[Calls]:
    with listening(aws, lane) as calls:
        yield calls


@pytest.mark.parametrize("crossing", CROSSINGS, ids=lambda crossing: crossing.name)
def test_another_tenants_objects_look_absent(api: Api, calls: Calls, crossing: Crossing) -> None:
    caller = all_callers(api, crossing.dialect)[Who.OWNER]
    add_parents(api)
    own = SUBJECTS[crossing.own].make(api, crossing.state)
    hidden = OTHERS[crossing.other].make(api, crossing.state)
    absent = Thing(OTHERS[crossing.other].absent)
    before = stored()

    seen = [crossing.ask(caller, calls, own, other) for other in (hidden, absent)]

    count("hidden things named beside one's own")
    assert seen[0] == seen[1]
    assert seen[0]["status"] == crossing.status
    assert differences(before, stored()) == []
