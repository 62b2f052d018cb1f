"""How SDKs sign in: user and secret for a Bearer token, in the shapes of OAuth 2.0 (wire §3, RFC 6749)."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from tests.api import ORDINARY, Answer, Api, Caller, a_caller, basic
from tests.dialects.qingcloud.qingcloud import FORM, IMAGES, JSON, capture, listed_ids
from tests.dialects.qingcloud.shapes import assert_error, assert_not_found, assert_ok, media_type
from tests.security.wire import touched
from tests.storage.contract.faults import answering

TOKEN = "/v2/oauth2/token"
GRANT = b"grant_type=client_credentials"
ALICE = a_caller("t1", *ORDINARY, user="alice")


@pytest.fixture
def secret(api: Api) -> str:
    """Of the user alice."""
    return api.world.identities.issue(ALICE)


def sign_in(
    api: Api, secret: str, body: bytes = GRANT, headers: Mapping[str, str] = FORM, user: str = "alice"
) -> Answer:
    return Caller(api, basic(user, secret)).post(TOKEN, headers, body)


def bearer(api: Api, answer: Answer) -> Caller:
    """Whoever sends the token of an answer."""
    assert answer.status == 200, answer.text
    return Caller(api, {"Authorization": f"Bearer {answer.json['access_token']}"})


def assert_refused(answer: Answer, status: int, error: str) -> None:
    """The answer refuses as OAuth has it, and in no other shape."""
    assert answer.status == status, answer.text
    assert media_type(answer) == "application/json"
    assert set(answer.json) == {"error", "error_description"}
    assert answer.json["error"] == error
    assert answer.json["error_description"]
    assert answer.headers["cache-control"] == "no-store"


def test_user_and_secret_are_traded_for_a_token(api: Api, secret: str) -> None:
    answer = sign_in(api, secret)

    assert answer.status == 200
    assert media_type(answer) == "application/json"
    assert answer.json == {"access_token": secret, "token_type": "Bearer", "expires_in": 7200}
    assert type(answer.json["expires_in"]) is int


def test_the_token_works_as_a_bearer_token_afterwards(api: Api, secret: str, stopped: str) -> None:
    caller = bearer(api, sign_in(api, secret))

    captured = capture(caller, stopped)["resource_ids"]

    assert listed_ids(caller) == captured


def test_a_token_is_kept_by_no_cache(api: Api, secret: str) -> None:
    answer = sign_in(api, secret)

    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


def test_signing_in_touches_one_key_and_stores_no_more_than_the_day(api: Api, secret: str) -> None:
    with touched() as keys:
        answer = sign_in(api, secret)
    api.clock.advance(60)
    with touched() as later:
        sign_in(api, secret)

    assert answer.status == 200
    assert (len(set(keys)), len(later)) == (1, 1)
    assert len(api.world.identities.list()) == 1


@pytest.mark.parametrize("policies", [(), ("read_images",), ("admin",)], ids=["none", "read", "admin"])
def test_whoever_is_known_signs_in_whatever_its_rights(api: Api, policies: tuple[str, ...]) -> None:
    issued = api.world.identities.issue(a_caller("t1", *policies, user="alice"))

    assert sign_in(api, issued).json["access_token"] == issued


def test_a_token_ends_with_the_secret_that_it_was_traded_for(api: Api, secret: str) -> None:
    caller = bearer(api, sign_in(api, secret))
    before = caller.get(IMAGES)
    api.world.identities.revoke(secret)

    assert_ok(before)
    assert_error(caller.get(IMAGES), 401, 1200)
    assert_refused(sign_in(api, secret), 401, "invalid_client")


def test_a_secret_that_has_expired_is_traded_no_longer(api: Api) -> None:
    expires = api.clock.now() + timedelta(hours=1)
    issued = api.world.identities.issue(ALICE, expires=expires)
    before = sign_in(api, issued)
    api.clock.advance(3601)

    assert before.status == 200
    assert_refused(sign_in(api, issued), 401, "invalid_client")


def test_wrong_credentials_are_refused_alike_with_a_challenge(api: Api, secret: str) -> None:
    somebody_elses = api.world.identities.issue(a_caller("t2", *ORDINARY, user="bob"))
    answers = [sign_in(api, wrong) for wrong in (f"{secret}x", "x", "", somebody_elses)]
    answers += [sign_in(api, secret, user="eve"), api.anonymous().post(TOKEN, FORM, GRANT)]

    for answer in answers:
        assert_refused(answer, 401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "header",
    ["Bearer {secret}", "Basic", "Basic {secret}", "Basic YWxpY2U=", "Digest {secret}", "{secret}", ""],
)
def test_nothing_but_user_and_secret_is_traded(api: Api, secret: str, header: str) -> None:
    caller = Caller(api, {"Authorization": header.format(secret=secret)})

    answer = caller.post(TOKEN, FORM, GRANT)

    assert_refused(answer, 401, "invalid_client")
    assert secret not in answer.text


def test_a_secret_in_the_form_is_none(api: Api, secret: str) -> None:
    form = f"grant_type=client_credentials&client_id=alice&client_secret={secret}".encode()

    answer = api.anonymous().post(TOKEN, FORM, form)

    assert_refused(answer, 401, "invalid_client")
    assert secret not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        GRANT + b"&scope=&redirect_uri=",
        b"scope=images&" + GRANT,
        b"grant%5Ftype=client%5Fcredentials",
        b"&" + GRANT + b"&",
    ],
    ids=["empty fields", "scope", "quoted", "ampersands"],
)
@pytest.mark.parametrize("headers", [FORM, JSON, {}], ids=["form", "JSON", "no type"])
def test_a_form_is_read_whatever_it_says_that_it_is(
    api: Api, secret: str, body: bytes, headers: Mapping[str, str]
) -> None:
    assert sign_in(api, secret, body, headers).json["access_token"] == secret


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "Client_Credentials", "é", "%"])
def test_another_grant_is_not_supported(api: Api, secret: str, grant: str) -> None:
    answer = sign_in(api, secret, f"grant_type={grant}".encode())

    assert_refused(answer, 400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"grant=client_credentials",
        GRANT + b"&" + GRANT,
        b'{"grant_type": "client_credentials"}',
        b"\xff\xfe=\xff",
        b"&".join(b"a%d=b" % number for number in range(1000)),
    ],
    ids=["empty", "blank", "another field", "twice", "JSON", "no UTF-8", "too many fields"],
)
def test_a_body_that_asks_for_no_grant_is_invalid(api: Api, secret: str, body: bytes) -> None:
    answer = sign_in(api, secret, body)

    assert_refused(answer, 400, "invalid_request")
    assert secret not in answer.text


def test_the_grant_is_looked_at_after_the_credentials(api: Api) -> None:
    assert_refused(sign_in(api, "wrong", b"grant_type=password"), 401, "invalid_client")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_refused_in_the_same_shape(api: Api, secret: str, method: str) -> None:
    answer = Caller(api, basic("alice", secret)).request(method, TOKEN, FORM, GRANT)

    assert_refused(answer, 405, "invalid_request")
    assert answer.headers["allow"] == "POST"


def test_a_slash_at_the_end_makes_no_difference(api: Api, secret: str) -> None:
    answer = Caller(api, basic("alice", secret)).post(f"{TOKEN}/", FORM, GRANT)

    assert answer.json["access_token"] == secret


@pytest.mark.parametrize("target", ["/v2/oauth2/token/info", "/v2/zone/ac1/token"])
def test_no_other_path_gives_tokens(api: Api, secret: str, target: str) -> None:
    answer = Caller(api, basic("alice", secret)).post(target, FORM, GRANT)

    assert_not_found(answer)


@pytest.mark.parametrize("target", ["/v2", "/v2/oauth2", "/v2/oauth2/tokens", "/v2/tokens", "/v2/images"])
def test_other_paths_of_v2_are_left_to_others(api: Api, secret: str, target: str) -> None:
    """They are those of other services that have a second version."""
    answer = Caller(api, basic("alice", secret)).post(target, FORM, GRANT)

    assert answer.status >= 300
    assert "error_description" not in answer.text
    assert secret not in answer.text


def test_a_store_that_does_not_answer_is_a_refusal_too(api: Api, secret: str) -> None:
    def fails(_request: object) -> tuple[HTTPStatus, Any]:
        return HTTPStatus.INTERNAL_SERVER_ERROR, {"Error": {"Code": "InternalServerError", "Message": "as asked"}}

    with answering("GetItem", fails):
        answer = sign_in(api, secret)

    assert_refused(answer, 503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "1"


def test_a_defect_of_ours_is_a_refusal_too(api: Api, secret: str) -> None:
    def breaks(_request: object) -> tuple[HTTPStatus, Any]:
        return HTTPStatus.OK, {"Item": {"digest": {"S": "x"}, "policies": {"N": "1"}}}

    with answering("GetItem", breaks):
        answer = sign_in(api, secret)

    assert_refused(answer, 500, "server_error")
