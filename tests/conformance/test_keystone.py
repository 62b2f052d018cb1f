"""Callers whom a Keystone knows, in each dialect: they are callers as all others, and are told when it is away."""

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.query import ImageQuery, Scope
from tests.api import ORDINARY, Api, Caller, a_caller, basic
from tests.conformance.clients import CLIENTS, Client, Facts
from tests.conformance.test_outages import logged
from tests.conftest import MakeApi
from tests.storage.keystones import Fault, Keystone, a_token

PROJECT = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
SECRET = "gAAAAABof-keystone"
GOOD = {"id": PROJECT, "name": "web", "domain": {"id": "default", "name": "Default"}}
each_client = pytest.mark.parametrize("client", CLIENTS)


@pytest.fixture
def api(make_api: MakeApi, keystone: Keystone) -> Api:
    api = make_api(**keystone.settings())
    keystone.clock = api.clock
    return api


def of(client: type[Client], api: Api, user: str = "ann", secret: str = SECRET) -> Client:
    """A client with a token that the registry has not issued."""
    found = client(api, a_caller(PROJECT, *ORDINARY))
    found.caller = Caller(api, found.credentials(a_caller(PROJECT, user=user), secret))
    return found


def member(keystone: Keystone, *roles: str) -> None:
    keystone.know(SECRET, a_token(*(roles or ("member", "reader")), project=GOOD))


@each_client
def test_a_member_creates_shows_lists_and_deletes(api: Api, keystone: Keystone, client: type[Client]) -> None:
    member(keystone)
    caller = of(client, api)

    image_id = caller.registered(Facts())
    answers = [caller.show(image_id), caller.delete(image_id)]

    assert [answer.status for answer in answers if answer.status >= 300] == []
    assert keystone.methods() == ["POST", "GET"]


@each_client
def test_what_it_does_is_logged_and_remembered_as_anybodys(
    api: Api, keystone: Keystone, caplog: pytest.LogCaptureFixture, client: type[Client]
) -> None:
    caplog.set_level(logging.INFO)
    member(keystone)

    of(client, api).create(Facts())

    line = logged(caplog)
    token = hashlib.sha256(SECRET.encode()).hexdigest()[:12]
    assert (line["user"], line["tenant"], line["token"]) == ("ann", PROJECT, token)
    [image] = api.world.images.images(a_caller(PROJECT, *ORDINARY), ImageQuery(Scope.OWN))
    [event, *_] = api.world.chronicle.of(image.id, 0, 10)
    assert (event.actor.user, event.actor.tenant) == ("ann", PROJECT)


@each_client
def test_a_reader_lists_and_creates_nothing(api: Api, keystone: Keystone, client: type[Client]) -> None:
    member(keystone, "reader")
    caller = of(client, api)

    assert caller.listing().status == 200
    assert caller.create(Facts()).status in {400, 403}


@each_client
def test_a_token_without_a_known_role_is_refused_as_an_unknown_one(
    api: Api, keystone: Keystone, client: type[Client]
) -> None:
    member(keystone, "auditor")
    refused, unknown = of(client, api).listing(), of(client, api, secret="unknown").listing()

    assert (refused.status, unknown.status) == (401, 401)
    assert without_ids(refused.text) == without_ids(unknown.text)


def without_ids(text: str) -> Any:
    """An answer without what differs between any two."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return {name: value for name, value in found.items() if name != "request_id"} if isinstance(found, dict) else found


OUTAGES: Mapping[Outage, tuple[str, Fault]] = {
    Outage.UNREACHABLE: ("POST", Fault()),
    Outage.FAILING: ("POST", Fault(500)),
    Outage.BUSY: ("POST", Fault(503)),
    Outage.REFUSED: ("POST", Fault(401)),
}


@each_client
@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_is_told_in_each_dialect_and_in_the_log(
    api: Api, keystone: Keystone, caplog: pytest.LogCaptureFixture, client: type[Client], outage: Outage
) -> None:
    caplog.set_level(logging.INFO)
    member(keystone)
    method, fault = OUTAGES[outage]
    keystone.fail(fault, method=method)

    answer = of(client, api).listing()

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert [word for word in Outage if word in answer.text] == [outage]
    assert "identity service" in answer.text
    line = logged(caplog)
    assert (line["error"], line["outage"]) == ("IdentitiesUnavailable", outage)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_log_tells_operators_whether_the_credentials_or_the_right_to_ask_were_refused(
    api: Api, keystone: Keystone, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    caplog.set_level(logging.INFO)
    keystone.fail(Fault(403), method=method)

    Caller(api, {"X-Auth-Token": SECRET}).get("/v1/images")

    line = logged(caplog)
    assert (line["status"], line["outage"], line["causes"]) == (503, "refused", [f"UnexpectedStatus {method} 403"])


@each_client
def test_callers_of_our_own_notice_nothing_of_an_outage(api: Api, keystone: Keystone, client: type[Client]) -> None:
    keystone.fail(*[Fault(500)] * 10, method="POST")

    assert client(api, a_caller(PROJECT, *ORDINARY)).listing().status == 200
    assert keystone.methods() == []


@pytest.mark.parametrize("target", ["/v1/images", "/v3/images", "/api/architectures", "/v2/zone/ac1/images"])
def test_the_user_of_basic_has_to_be_the_one_of_the_token(api: Api, keystone: Keystone, target: str) -> None:
    member(keystone)
    statuses = [Caller(api, basic(user, SECRET)).get(target).status for user in ("ann", "bob", "")]

    assert statuses == [200, 401, 401]


def test_signing_in_gives_back_a_token_of_keystone(api: Api, keystone: Keystone) -> None:
    member(keystone)
    body = b"grant_type=client_credentials"

    good, bad = (Caller(api, basic(user, SECRET)).post("/v2/oauth2/token", {}, body) for user in ("ann", "bob"))

    assert good.json["access_token"] == SECRET
    assert bad.status == 401


def test_signing_in_tells_of_an_outage(api: Api, keystone: Keystone) -> None:
    keystone.fail(Fault(500), method="POST")

    answer = Caller(api, basic("ann", SECRET)).post("/v2/oauth2/token", {}, b"grant_type=client_credentials")

    assert answer.status == 503


def test_projects_do_not_see_each_others_images(api: Api, keystone: Keystone) -> None:
    member(keystone)
    keystone.know("other", a_token("member", project={**GOOD, "id": "p2"}))
    keystone.know("root", a_token("admin", project={**GOOD, "id": "p3"}))
    headers = {"x-image-meta-name": "secret"}
    image_id = Caller(api, {"X-Auth-Token": SECRET}).post("/v1/images", headers).json["image"]["id"]

    seen = [Caller(api, {"X-Auth-Token": name}).head(f"/v1/images/{image_id}").status for name in ("other", "root")]

    assert seen == [404, 200]
