"""All dialects through API Gateway and Lambda, from the bundle."""

import hashlib

import pytest
import requests

from chalicelib.catalog.principal import Principal
from tests.api import Caller, basic
from tests.conformance.clients import Client, Facts
from tests.conformance.test_crossing import EACH, PAIRS
from tests.dialects.glance_v1.glance import OCTETS, RAW, create, meta
from tests.dialects.glance_v1.sending import JSON, begin, complete, content, send_all
from tests.loopback.deployed import DeployedApi
from tests.loopback.principals import caller_of
from tests.loopback.stack import DOMAIN

pytestmark = pytest.mark.loopback

FACTS = Facts(name="crossing é")
DATA = bytes(range(256)) * 8
LARGE = content(5 * 2**20)
"""More than a function carries."""


@PAIRS
def test_what_is_written_through_one_dialect_is_read_changed_and_deleted_through_the_other(
    api: DeployedApi, owner: Principal, writing: type[Client], reading: type[Client]
) -> None:
    writer, reader = writing(api, owner), reading(api, owner)
    image_id = writer.registered(FACTS)
    record = reader.found(FACTS.name)
    reader.check(record)

    renamed = reader.rename(record["id"], "renamed")
    shown = writer.facts(writer.record(writer.show(image_id)))
    deleted = reader.delete(record["id"])

    assert (renamed.status, shown["name"]) == (200, "renamed")
    assert deleted.status in (200, 204)
    assert writer.is_gone(image_id)


@EACH
def test_an_image_is_hidden_from_strangers(
    api: DeployedApi, owner: Principal, stranger: Principal, speaking: type[Client]
) -> None:
    image_id = speaking(api, owner).registered(FACTS)

    answer = speaking(api, stranger).show(image_id)

    assert answer.status in (200, 403, 404)
    assert FACTS.name not in answer.text


def test_a_shared_image_is_seen_by_its_member(api: DeployedApi, owner: Principal, stranger: Principal) -> None:
    ours, theirs = caller_of(api, owner), caller_of(api, stranger)
    image = create(ours, meta(name="shared"))

    shared = ours.put(f"/v1/images/{image['id']}/members/{stranger.tenant}")

    assert shared.status == 204
    assert theirs.head(f"/v1/images/{image['id']}").headers["x-image-meta-name"] == "shared"
    assert [member["member_id"] for member in ours.get(f"/v1/images/{image['id']}/members").json["members"]] == [
        stranger.tenant
    ]


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
def test_bytes_come_back_as_they_went(api: DeployedApi, owner: Principal, chunked: bool) -> None:
    caller = caller_of(api, owner)
    image = create(caller, RAW)

    sent = caller.put(f"/v1/images/{image['id']}", OCTETS, DATA, chunked=chunked)

    assert (sent.status, sent.json["image"]["size"]) == (200, len(DATA))
    assert sent.json["image"]["checksum"] == hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    assert caller.get(f"/v1/images/{image['id']}").body == DATA


def test_bytes_that_a_function_does_not_carry_come_from_the_bucket(api: DeployedApi, owner: Principal) -> None:
    caller, uploaded = caller_of(api, owner), an_uploaded_image(api, owner)

    answer = caller.get(f"/v1/images/{uploaded}")

    assert answer.status == 302
    assert requests.get(answer.headers["location"], timeout=10).content == LARGE


def test_bytes_that_a_function_does_not_take_are_refused(api: DeployedApi, owner: Principal) -> None:
    answer = caller_of(api, owner).post("/v1/images", {**RAW, **OCTETS, **JSON}, LARGE)

    assert answer.status == 413


def test_the_answer_to_head_has_no_body(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    image = create(caller, meta(name="a head"))

    answer = caller.head(f"/v1/images/{image['id']}")

    assert (answer.status, answer.body, answer.headers["x-image-meta-name"]) == (200, b"", "a head")


def test_links_begin_at_the_stage(api: DeployedApi, owner: Principal) -> None:
    caller = caller_of(api, owner)
    made = caller.post("/v1/images", meta(name="found by its link"))

    followed = caller.head(api.follow(made.headers["location"]))

    assert followed.headers["x-image-meta-name"] == "found by its link"


def test_at_the_domain_there_is_no_stage(api: DeployedApi, owner: Principal) -> None:
    image = create(caller_of(api, owner), meta(name="of the stage"))

    shown = caller_of(DeployedApi(api.stack, DOMAIN), owner).head(f"/v1/images/{image['id']}")

    assert (shown.status, shown.headers["x-image-meta-name"]) == (200, "of the stage")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/no/such/path", 404, '"title": "Not Found"'),
        ("/v2/no/such/path", 404, '"title": "Not Found"'),
        ("/v1/no/such/path", 404, "404 Not Found"),
        ("/images/no/such/path", 404, '"type": "unknown_resource"'),
        ("/api/no/such/path", 404, '"error": "Not Found"'),
        ("/v2/zone/ac1/no/such/path", 404, '"ret_code": 2100'),
        ("/v3/images/no/such/path", 404, '{"message"'),
        ("/v3/no/such/path", 404, '"title": "Not Found"'),
    ],
)
def test_an_unknown_path_is_answered_in_the_dialect_s_own_words(
    api: DeployedApi, owner: Principal, path: str, status: int, words: str
) -> None:
    secret = api.world.identities.issue(owner)
    shown = {"Authorization": f"Bearer {secret}"} if path.startswith("/v2") else basic(owner.user, secret)

    answer = Caller(api, {**shown, "X-Auth-Token": secret}).get(path)

    assert answer.status == status
    assert words in answer.text


def test_what_nobody_declares_is_refused_by_the_gateway_as_all_clients_understand_it(api: DeployedApi) -> None:
    answer = api.anonymous().request("TRACE", "/v1/images")

    assert (answer.status, answer.json["error"]["code"]) == (404, 404)
    assert answer.json["error"].keys() == {"code", "title", "message"}


def an_uploaded_image(api: DeployedApi, owner: Principal) -> str:
    """The id of an image that went up directly."""
    caller = caller_of(api, owner)
    upload = begin(caller, LARGE)
    complete(caller, upload, send_all(upload, LARGE))
    api.work()
    image_id: str = upload["image_id"]
    return image_id
