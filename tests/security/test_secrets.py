"""Whoever reads the logs, or the answers to others, learns no secret: no credentials, no signed link, no password."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.job import JobStatus
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import ImageQuery, Scope
from chalicelib.catalog.token import digest_of
from chalicelib.http.dialect import Route
from tests import tally
from tests.api import ORDINARY, Answer, Caller, a_caller
from tests.conformance.conftest import T1
from tests.conftest import MakeApi
from tests.credentials import SCHEMES, caller_of
from tests.deploy.everything import LARGE, SETTINGS, do_everything
from tests.dialects.glance_v1.glance import RAW
from tests.jobs.arriving import copying, trusting
from tests.jobs.jobs import Stage
from tests.openapi.checking import DESCRIBED
from tests.permissions.stored import stored
from tests.security import lists
from tests.security.overheard import SIGNATURE, Overheard, whole
from tests.storage.contract.faults import answering
from tests.storage.web import CONTENT, SIZE, Resolver, Web

PASSWORD = "correct-horse-battery-staple"
MARK = "a-token-in-the-wrong-place"
JSON = {"Content-Type": "application/json"}
OPERATIONS = [(dialect.name, route) for dialect in DESCRIBED for route in dialect.routes]
WRONG = ({"Authorization": f"Bearer {MARK}"}, {"Authorization": f"Basic {MARK}"})

OWN = ImageQuery(Scope.OWN)

Log = Callable[[], list[str]]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Log:
    """All that a function would write, at the level that it has on Lambda or below, and what goes to the console."""
    caplog.set_level(logging.INFO)

    def read() -> list[str]:
        formatter = logging.Formatter("%(levelname)s %(name)s %(message)s")
        lines = [f"{formatter.format(record)} {_extras(record)}" for record in caplog.records]
        return [*lines, *capfd.readouterr()]

    return read


def _extras(record: logging.LogRecord) -> str:
    """What a formatter of JSON would add."""
    usual = vars(logging.makeLogRecord({}))
    return json.dumps({name: str(value) for name, value in vars(record).items() if name not in usual})


def test_nothing_that_is_done_leaves_a_secret_in_a_log(make_api: MakeApi, aws: Aws, log: Log) -> None:
    eager = make_api()
    api = Overheard(SETTINGS, aws)

    do_everything(Stage(api, aws), eager)
    [large, *_] = [image for image in api.world.images.images(a_caller("t1"), OWN) if image.size == len(LARGE)]
    linked = api.caller("t1").get(f"/v1/images/{large.id}")

    logged = log()
    served = set(re.findall(r'"dialect": "(\w+)"', "".join(logged)))
    assert {dialect.name for dialect in DESCRIBED} - served == set(), "missing in tests/deploy/everything.py"
    assert linked.status == 302
    assert len(api.credentials) > 8
    assert len(api.signatures) > 4
    assert sum('"status": 20' in line for line in logged) > 40
    assert api.told(logged) == []
    assert [line for line in logged if "Signature" in line] == []
    assert {answer.status for answer in api.answers if SIGNATURE.search(whole(answer))} == {200, 201, 302}
    tally.count("requests whose log was searched for secrets", len(api.answers))


def test_the_secret_of_a_token_that_is_made_is_told_once_and_kept_nowhere(
    make_api: MakeApi, aws: Aws, log: Log
) -> None:
    make_api()
    api = Overheard({}, aws)
    ann, wanted = api.caller(T1), b'{"token": {"name": "laptop"}}'

    token = ann.post("/v1/tokens", JSON, wanted).json["token"]
    made = Caller(api, {"X-Auth-Token": token["secret"]})
    image = made.post("/v1/images", {"x-image-meta-name": "web"}).json["image"]["id"]
    grandchild = made.post("/v1/tokens", JSON, wanted).json["token"]
    for target in ("tokens", "tokens/current", f"tokens/{token['id']}", f"images/{image}/events", "images?limit=x"):
        made.get(f"/v1/{target}")
    refused = [
        made.post("/v1/tokens", JSON, json.dumps({"token": {"name": token["secret"], "policies": ["admin"]}}).encode()),
        made.get(f"/v1/tokens/{token['secret']}"),
        made.get(f"/v1/tokens?tenant={token['secret']}"),
        made.delete(f"/v1/tokens/{token['secret']}"),
    ]
    made.delete(f"/v1/tokens/{grandchild['id']}")

    assert [answer.status for answer in refused] == [403, 400, 403, 400]
    for each in (token, grandchild):
        secret, digest = each["secret"], digest_of(each["secret"])
        assert [answer.status for answer in api.answers if secret in whole(answer)] == [201]
        assert [answer for answer in api.answers if digest in whole(answer)] == []
        assert [line for line in log() if secret in line or digest in line] == []
        assert secret not in repr(stored())
    assert {token["secret"], grandchild["secret"]} <= api.secrets


def target_of(route: Route, value: str) -> str:
    """The path of a route with a value for each of its variables but the zone, and a secret in its query."""
    parts = [value if part.startswith("{") and part != "{zone}" else part for part in route.path.split("/")]
    return "/".join(parts).replace("{zone}", "ac1") + f"?token={MARK}&limit={MARK}"


def fails(_request: object) -> tuple[HTTPStatus, Any]:
    """What DynamoDB answers when it is broken."""
    return HTTPStatus.INTERNAL_SERVER_ERROR, {"Error": {"Code": "InternalServerError", "Message": "as the test asks"}}


def breaks(_request: object) -> tuple[HTTPStatus, Any]:
    """An invalid response of DynamoDB, which causes an internal error."""
    return HTTPStatus.OK, {"Responses": None, "Items": None, "Item": None}


def ways(dialect: str, route: Route, user: Principal, secret: str) -> Iterator[Callable[[Caller], Answer]]:
    """How an operation is asked for: what is wrong is the credentials, the body, or nothing."""
    right, wrong = (SCHEMES[dialect](user.user, each) for each in (secret, MARK))
    document = json.dumps({"image": {"name": MARK, "password": PASSWORD}, "password": PASSWORD}).encode()
    asked = [(credentials, MARK, document) for credentials in (wrong, *WRONG)]
    asked += [(right, MARK, document), (right, MARK, PASSWORD.encode()), (right, T1, b""), (right, T1, document)]
    for credentials, value, body in asked:
        headers = {**JSON, **credentials, "Cookie": MARK, "x-image-meta-property-key": MARK}
        yield partial(Caller.request, method=route.method, target=target_of(route, value), headers=headers, body=body)


@pytest.mark.parametrize(
    ("operation", "reply"),
    [("", fails), ("Query", fails), ("Query", breaks), ("BatchGetItem", breaks), ("TransactWriteItems", fails)],
    ids=["all is well", "queries fail", "queries break", "reads break", "writes fail"],
)
def test_no_refusal_and_no_defect_leaves_a_secret_in_a_log_or_an_answer(
    make_api: MakeApi, aws: Aws, log: Log, operation: str, reply: Any
) -> None:
    make_api()
    api, user = Overheard({}, aws), a_caller(T1, *ORDINARY, user="ann")
    secret = api.world.identities.issue(user)

    with answering(operation or "Nothing", reply):
        asked = [(each[0], ask(api.anonymous())) for each in OPERATIONS for ask in ways(*each, user, secret)]

    known = {dialect for dialect, answer in asked if answer.status != HTTPStatus.UNAUTHORIZED}
    assert operation or known == {dialect for dialect, _ in OPERATIONS}
    logged = log()
    hidden = (MARK, PASSWORD, secret)
    assert [line for line in logged if any(each in line for each in hidden)] == []
    assert api.told(logged) == []
    assert [whole(answer) for answer in api.answers if secret in whole(answer) or PASSWORD in whole(answer)] == []
    assert any(answer.status >= 500 for answer in api.answers) is bool(operation)
    assert ("Traceback" in "\n".join(logged)) is any(answer.status == 500 for answer in api.answers)
    tally.count("requests whose log was searched for secrets", len(api.answers))


def sign_ins(secret: str) -> Iterator[Callable[[Caller], Answer]]:
    """All the ways to show a secret in a body, and to ask about it."""
    credential = {"name": "ci", "user": {"name": "ann"}, "secret": secret}
    methods = {
        "password": {"user": {"name": "ann", "password": secret}},
        "token": {"id": secret},
        "application_credential": credential,
    }
    bodies = [
        *(("/identity/v3/auth/tokens", {"identity": {"methods": [name], name: how}}) for name, how in methods.items()),
        *(("/v2.0/tokens", how) for how in ({"token": {"id": secret}}, _of_v2("ann", secret), _of_v2("bob", secret))),
        ("/v3/auth/tokens", {"identity": {"methods": ["password"], "password": {"user": {"password": secret}}}}),
    ]
    for path, auth in bodies:
        yield partial(Caller.post, target=path, headers=JSON, body=json.dumps({"auth": auth}).encode())
    for shown in ({"X-Auth-Token": secret}, {"X-Auth-Token": secret, "X-Subject-Token": secret}):
        yield partial(Caller.get, target="/v3/auth/tokens", headers=shown)
    yield partial(Caller.get, target="/v3/auth/tokens", headers={"X-Auth-Token": "x", "X-Subject-Token": secret})


def _of_v2(user: str, secret: str) -> dict[str, Any]:
    return {"passwordCredentials": {"username": user, "password": secret}}


@pytest.mark.parametrize("reply", [None, fails, breaks], ids=["all is well", "reads fail", "reads break"])
def test_a_sign_in_tells_its_secret_to_its_bearer_and_to_no_log(
    make_api: MakeApi, aws: Aws, log: Log, reply: Any
) -> None:
    make_api()
    api, secrets = Overheard({}, aws), [MARK]
    secrets.append(api.world.identities.issue(a_caller(T1, *ORDINARY, user="ann")))

    with answering("GetItem" if reply else "Nothing", reply or fails):
        for secret in secrets:
            for ask in sign_ins(secret):
                ask(api.anonymous())

    logged = log()
    told = [answer.status for answer in api.answers if any(secret in whole(answer) for secret in secrets)]
    assert sum('"dialect": "keystone"' in line for line in logged) == len(api.answers)
    assert [line for line in logged if any(secret in line for secret in secrets)] == []
    assert told == ([] if reply else [201, 201, 201, 200, 200, 200])
    tally.count("requests whose log was searched for secrets", len(api.answers))


def a_parent(caller: Caller, kind: str, facts: dict[str, str]) -> int:
    answer = caller.post(f"/api/{kind}", JSON, json.dumps(facts).encode())
    number: int = answer.json["id"]
    return number


def test_a_login_password_is_in_no_answer_and_no_log(make_api: MakeApi, aws: Aws, log: Log) -> None:
    make_api()
    api = Overheard({}, aws)
    caller = api.basic_caller(T1, *ORDINARY)
    below = {
        "compute_resource_id": a_parent(caller, "compute_resources", {"name": "cloud", "provider": "EC2"}),
        "operatingsystem_id": a_parent(caller, "operatingsystems", {"name": "Linux"}),
        "architecture_id": a_parent(caller, "architectures", {"name": "arm64"}),
    }
    new = {"name": "web", "uuid": "ami-1", "username": "root", "password": PASSWORD, **below}
    made = caller.post("/api/compute_resources/1/images", JSON, json.dumps(new).encode())
    [image] = api.world.images.images(a_caller(T1), OWN)
    stored = api.world.images.many([image.id])

    for dialect, method, target in lists.requests():
        asking = caller_of(api, dialect, T1)
        asking.request(method, target.replace("{own}", T1).replace("{known}", image.id))
    for target in (f"/v1/images/{image.id}", f"/images/{image.id}", f"/v3/image/{image.id}"):
        (caller if "v3" in target else api.caller(T1)).get(target)
    changed = {"password": f"{PASSWORD}2"}
    shown = [
        made,
        caller.get(f"/api/compute_resources/1/images/{image.number}?search=password={PASSWORD}"),
        caller.put(f"/api/compute_resources/1/images/{image.number}", JSON, json.dumps(changed).encode()),
        caller.delete(f"/api/compute_resources/1/images/{image.number}"),
    ]

    assert [answer.status for answer in shown] == [201, 200, 200, 200]
    assert [each.login_password for each in stored] == [PASSWORD]
    assert image.login_password is None  # a list does not even read it
    assert [whole(answer) for answer in api.answers if PASSWORD in whole(answer)] == []
    assert [line for line in log() if PASSWORD in line] == []


FAILURES: dict[str, tuple[int, dict[str, str]]] = {
    "missing": (404, {"Content-Length": "0"}),
    "forbidden": (403, {"Content-Length": "0"}),
    "broken": (500, {"Content-Length": "0"}),
    "busy": (503, {"Content-Length": "0"}),
    "a part": (206, SIZE),
    "short": (200, {"Content-Length": str(len(CONTENT) + 1)}),
    "redirected to nowhere": (302, {"Content-Length": "0"}),
    "redirected to another scheme": (302, {"Content-Length": "0", "Location": f"ftp://files.example/?{MARK}"}),
    "redirected to nobody": (302, {"Content-Length": "0", "Location": f"http://nobody.example/?{MARK}"}),
    "redirected in a circle": (302, {"Content-Length": "0", "Location": f"?X-Amz-Signature={MARK}"}),
    "redirected to a closed port": (302, {"Content-Length": "0", "Location": f"http://127.0.0.1:1/?{MARK}"}),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_copy_that_fails_tells_nobody_where_it_was_to_come_from(
    make_api: MakeApi, aws: Aws, web: Web, resolver: Resolver, log: Log, failure: tuple[int, dict[str, str]]
) -> None:
    """A source may be a signed link of somebody's store."""
    stage, target = trusting(Stage(make_api(), aws)), f"/disk.raw?X-Amz-Signature={MARK}"
    web.heads[target] = (200, SIZE, b"")
    job = copying(stage, web.answer(target, *failure))

    for receipts in range(1, 6):
        stage.deliver(job, receipts=receipts)
        stage.api.clock.advance(100)

    logged, user = log(), stage.api.caller("t1")
    answers = [user.get(f"/v1/jobs/{job.id}"), user.head(f"/v1/images/{job.images[0]}"), user.get("/v1/images/detail")]
    assert stage.stored(job).status is JobStatus.FAILED
    assert [line for line in logged if MARK in line] == []
    assert [whole(answer) for answer in answers if MARK in whole(answer)] == []


def test_nobody_is_told_where_bytes_are_kept(make_api: MakeApi) -> None:
    api = make_api()
    location = api.put_elsewhere(MARK, b"bytes")
    caller = api.caller(T1, *ORDINARY, "publicize_image")
    created = caller.post("/v1/images", {**RAW, "x-image-meta-location": location, "x-image-meta-is_public": "True"})

    image_id = created.json["image"]["id"]
    stranger = api.caller("t2")
    answers = [created, stranger.get("/v1/images/detail"), stranger.head(f"/v1/images/{image_id}")]
    answers += [stranger.get(f"/images/{image_id}"), stranger.get("/v2/zone/ac1/images")]

    assert created.status == 202
    assert [whole(answer) for answer in answers if MARK in whole(answer)] == []
