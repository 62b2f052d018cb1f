"""Our own client of DynamoDB, against botocore's: both talk to the same server, which does the same with both."""

import json
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, NamedTuple

import botocore.auth
import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from chalicelib.storage.credentials import Credentials
from chalicelib.storage.dynamodb import Client
from chalicelib.storage.wire import Wire
from tests.storage.rivals import (
    ACTIONS,
    ATTEMPTS,
    BOTH,
    GET,
    KEYS,
    PUT,
    REGION,
    SECONDS,
    SHORT,
    TRANSACTION,
    Make,
    botocores,
    client_of,
    ours,
    prepare,
    seconds_for,
    unheard,
)
from tests.storage.scripted import (
    CLOSED,
    RESET,
    SILENCE,
    Act,
    Asked,
    answer,
    checked,
    chunked,
    cut,
    error,
    exactly,
    nobody,
    scripted,
)

ITEM = {"Item": {"image_id": {"S": "é"}}}
WELL = checked(json.dumps(ITEM).encode())
WRITTEN = checked(b"{}")
HEAD = b"HTTP/1.1 200 OK\r\n"
FAILING = "500 Internal Server Error"
THROTTLED = error("ThrottlingException")
REFUSED = error("AccessDeniedException")


class Told(NamedTuple):
    """What comes of a call: what is returned or raised, the attempts, and the pauses between them."""

    result: object
    attempts: tuple[str, ...] = ()
    calls: int = 0
    pauses: tuple[float, ...] = ()
    counted: int = 0


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would be waited for."""
    return prepare(monkeypatch)


def result_of(client: Any, operation: str, parameters: Mapping[str, object]) -> object:
    """What is returned, or what the error is called."""
    try:
        found = dict(client._make_api_call(operation, dict(parameters)))  # noqa: SLF001  # what pynamodb calls
    except ClientError as refusal:
        told = refusal.response["ResponseMetadata"]
        return refusal.response.get("Error", {}).get("Code"), told["HTTPStatusCode"], told.get("RequestId", "")
    except Exception as failure:  # noqa: BLE001  # whatever it is, it is compared
        return type(failure).__name__
    found.pop("ResponseMetadata", None)
    return found


def told_by(make: Make, acts: tuple[Act, ...], pauses: list[float], operation: str = "GetItem") -> Told:
    pauses.clear()
    counted: list[int] = []
    parameters = PUT if operation == "PutItem" else GET
    with (
        scripted(*acts) as server,
        closing(make(server.url, unheard, [lambda: counted.append(1)], seconds_for(acts))) as client,
    ):
        result = result_of(client, operation, parameters)
        attempts = tuple(asked.headers["amz-sdk-request"] for asked in server.asked)
        calls = len({asked.headers["amz-sdk-invocation-id"] for asked in server.asked})
    return Told(result, attempts, calls, tuple(pause for pause in pauses if pause), len(counted))


def numbered(attempts: int) -> tuple[str, ...]:
    return tuple(f"attempt={number}; max={ATTEMPTS}" for number in range(1, attempts + 1))


NOT_TRIED_AGAIN = (
    *("AccessDeniedException", "ConditionalCheckFailedException", "ExpiredTokenException", "ResourceNotFoundException"),
    *("ItemCollectionSizeLimitExceededException", "TransactionCanceledException", "TransactionConflictException"),
    *("UnrecognizedClientException", "ValidationException", "ServiceUnavailable", "NewException"),
)
TRIED_AGAIN = sorted(
    {
        *vars(TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"],
        *vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"],
        "ReplicatedWriteConflictException",
    }
)
EQUAL: dict[str, tuple[Act, ...]] = {
    "well": (WELL,),
    "chunked": (chunked(b'{"Item": ', b"{}}"),),
    "http-1.0": (answer(b"{}", version="1.0"),),
    "close": (answer(b"{}", connection="close"),),
    "wrong-checksum-once": (answer(b"{}", x_amz_crc32="1"), WELL),
    "wrong-checksum-thrice": (*[answer(b"{}", x_amz_crc32="1")] * 3, WELL),
    "wrong-checksum": (answer(b"{}", x_amz_crc32="1"),),
    "wrong-checksum-of-an-error": (error("ValidationException", x_amz_crc32="1"),),
    "cut-off-in-a-body-with-a-checksum": (cut(WELL.content[:-5]),),
    "cut-off-in-the-status-line": (cut(b"HTTP/1.1 20"),),
    "cut-off-in-a-chunk": (chunked(b"{}", end=b"8\r\n{}", ends=True),),
    "cut-off-before-the-last-chunk": (chunked(b"{}", end=b"", ends=True),),
    "closed": (CLOSED,),
    "closed-once": (CLOSED, WELL),
    "reset": (RESET,),
    "silence": (SILENCE,),
    "silence-once": (SILENCE, WELL),
    "each-differently": (CLOSED, THROTTLED, error("InternalServerError", FAILING), WELL),
    "html-502": (answer(b"<html></html>", "502 Bad Gateway"),),
    "html-503": (answer(b"<html></html>", "503 Service Unavailable"),),
    "html-504": (answer(b"<html></html>", "504 Gateway Timeout"),),
    "upper-case-html": (answer(b"<!DOCTYPE HTML><HTML></HTML>", "502 Bad Gateway"),),
    "nothing-500": (answer(b"", FAILING),),
    "nothing-503": (answer(b"", "503 Service Unavailable"),),
    "nothing-429": (answer(b"", "429 Too Many Requests"),),
    "nothing-501": (answer(b"", "501 Not Implemented"),),
    "nothing-404": (answer(b"", "404 Not Found"),),
    "words-400": (answer(b"oops", "400 Bad Request"),),
    "without-a-code": (answer(b'{"message": "x"}', "400 Bad Request"),),
    "capital-message": (answer(b'{"__type": "X", "Message": "x"}', "400 Bad Request"),),
    "redirect": (answer(b"{}", "302 Found", location="http://127.0.0.1:1/"),),
    "url-behind-the-code": (error("ValidationException:http://internal.amazon.com/x#y/"),),
    "internal": (error("InternalServerError", FAILING),),
    "unavailable": (error("ServiceUnavailable", "503 Service Unavailable"),),
    "known-code-of-500": (error("ValidationException", FAILING),),
    "unknown-code-of-429": (error("NewException", "429 Too Many Requests"),),
    "asked-to-wait": (*[error("ThrottlingException", x_amz_retry_after="3000")] * 3, WELL),
    "asked-to-wait-less": (error("ThrottlingException", x_amz_retry_after="10"), WELL),
    "asked-to-wait-long": (error("InternalServerError", FAILING, x_amz_retry_after="30000"), WELL),
    "asked-in-vain": (
        error("InternalServerError", FAILING, x_amz_retry_after="-1"),
        error("InternalServerError", FAILING, x_amz_retry_after="9" * 400),
        error("InternalServerError", FAILING, x_amz_retry_after="9" * 5000),
        WELL,
    ),
    "asked-in-words": (error("InternalServerError", FAILING, x_amz_retry_after="Thu, 01 Jan 2015 00:00:00 GMT"), WELL),
    **{code: (error(code),) for code in (*TRIED_AGAIN, *NOT_TRIED_AGAIN)},
}
BROKEN = "ConnectionClosedError"
STRICTER: dict[str, tuple[Act, object]] = {
    "cut-off-in-the-body": (cut(HEAD + b'content-length: 8\r\n\r\n{"a"'), {}),
    "cut-off-behind-a-document": (cut(HEAD + b"content-length: 8\r\n\r\n{}"), {}),
    "cut-off-in-the-head": (cut(HEAD + b"x-amzn-requestid: 1\r\ncontent-le"), {}),
    "without-length": (cut(HEAD + b"\r\n{}"), {}),
    "no-json": (answer(b"<html>"), {}),
    "nothing": (answer(b""), {}),
    "no-content": (answer(b"", "204 No Content"), {}),
    "early-hints": (exactly(b"HTTP/1.1 103 Early Hints\r\n\r\n"), {}),
    "list": (answer(b"[]"), "AttributeError"),
    "text": (answer(b'"x"'), "AttributeError"),
    "null": (answer(b"null"), "AttributeError"),
    "deep": (answer(b"[" * 100_000), "RecursionError"),
    "no-utf-8": (answer(b'{"a": "\xff"}'), "UnicodeDecodeError"),
    "checksum-is-no-number": (answer(b"{}", x_amz_crc32="x"), "ValueError"),
}
"""Answers that are not whole, and what botocore makes of them at the first attempt."""


@pytest.mark.parametrize("acts", EQUAL.values(), ids=EQUAL)
def test_it_does_what_botocore_does(acts: tuple[Act, ...], pauses: list[float]) -> None:
    operation = "PutItem" if acts == EQUAL["ReplicatedWriteConflictException"] else "GetItem"

    found, expected = told_by(ours, acts, pauses, operation), told_by(botocores, acts, pauses, operation)

    assert found == expected
    assert found.attempts == numbered(found.counted)
    assert found.calls == 1


@pytest.mark.parametrize(("act", "botocores_result"), STRICTER.values(), ids=STRICTER)
def test_an_answer_that_is_not_whole_is_asked_for_again(
    act: Act, botocores_result: object, pauses: list[float]
) -> None:
    found, other = told_by(ours, (act,), pauses), told_by(botocores, (act,), pauses)

    assert found == Told(BROKEN, numbered(4), 1, (0.025, 0.05, 0.1), 4)
    assert other == Told(botocores_result, numbered(1), 1, (), 1)


@pytest.mark.parametrize("act", [act for act, _ in STRICTER.values()], ids=STRICTER)
def test_a_whole_answer_after_one_that_is_not_is_the_answer(act: Act, pauses: list[float]) -> None:
    assert told_by(ours, (act, WELL), pauses) == Told(ITEM, numbered(2), 1, (0.025,), 2)


@pytest.mark.parametrize(
    ("act", "result"),
    [
        (answer(b"[1]", "400 Bad Request"), ("400", 400, "")),
        (answer(b'{"__type": 5}', "400 Bad Request"), ("5", 400, "")),
        (answer(b'{"__type": ""}', "400 Bad Request"), ("400", 400, "")),
        (answer(b'{"__type": null}', "400 Bad Request"), ("400", 400, "")),
        (answer(b"{}", "300 Multiple Choices"), ("300", 300, "")),
    ],
    ids=["list", "number", "blank", "null", "300"],
)
def test_an_odd_refusal_is_a_refusal(act: Act, result: object, pauses: list[float]) -> None:
    """Botocore fails with errors of its own, or with one that has no code."""
    assert told_by(ours, (act,), pauses) == Told(result, numbered(1), 1, (), 1)
    assert told_by(botocores, (act,), pauses).result != result


def test_a_modelled_error_that_is_too_much_is_tried_again(pauses: list[float]) -> None:
    """Botocore does not: it believes what it knows of the error rather than the status."""
    acts = (error("ResourceNotFoundException", "429 Too Many Requests"), WELL)

    assert told_by(ours, acts, pauses) == Told(ITEM, numbered(2), 1, (1.0,), 2)
    assert told_by(botocores, acts, pauses).counted == 1


def test_no_attempt_tells_how_long_it_is_worth_an_answer(pauses: list[float]) -> None:
    """Botocore's do, from the first answer with a date on."""
    acts = (error("ThrottlingException", date="Thu, 01 Jan 2015 00:00:00 GMT"), WELL)

    assert told_by(ours, acts, pauses).attempts == numbered(2)
    assert [told[:3] for told in told_by(botocores, acts, pauses).attempts] == ["att", "ttl"]


@BOTH
def test_nobody_is_asked_four_times(make: Make, pauses: list[float]) -> None:
    counted: list[int] = []

    with closing(make(nobody(), unheard, [lambda: counted.append(1)])) as client:
        result = result_of(client, "GetItem", GET)

    assert result == "EndpointConnectionError"
    assert (len(counted), [pause for pause in pauses if pause]) == (4, [0.025, 0.05, 0.1])


def test_errors_have_what_pynamodb_reads_of_them() -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "b"}}}, {"Code": "None"}]
    document = {
        "__type": "x#TransactionCanceledException",
        "Message": "as the test asks",
        "CancellationReasons": reasons,
    }
    refusal = answer(json.dumps(document).encode(), "400 Bad Request", X_Amzn_RequestId="request-1")

    with scripted(refusal) as server, client_of(server.url) as client, pytest.raises(ClientError) as caught:
        client._make_api_call(TRANSACTION, dict(ACTIONS))  # noqa: SLF001  # what pynamodb calls

    told = caught.value.response
    assert told["Error"] == {"Code": "TransactionCanceledException", "Message": "as the test asks"}
    assert told["ResponseMetadata"]["RequestId"] == "request-1"
    assert told["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"] == "request-1"
    assert told["CancellationReasons"] == reasons
    assert caught.value.operation_name == TRANSACTION


@BOTH
@pytest.mark.parametrize("given", [None, "token-1"])
def test_all_attempts_at_a_transaction_have_one_token(make: Make, given: str | None) -> None:
    parameters = ACTIONS | ({"ClientRequestToken": given} if given else {})

    with scripted(CLOSED, THROTTLED, SILENCE, WRITTEN) as server, client_of(server.url, make, SHORT) as client:
        assert result_of(client, TRANSACTION, parameters) == {}
        result_of(client, TRANSACTION, parameters)

    tokens = [asked.document["ClientRequestToken"] for asked in server.asked]
    assert tokens[:4] == [given or tokens[0]] * 4
    assert (tokens[4] == tokens[0]) == (given is not None)


@BOTH
def test_only_transactions_have_a_token(make: Make) -> None:
    with scripted(WRITTEN) as server, client_of(server.url, make) as client:
        result_of(client, "PutItem", PUT)

    assert server.asked[0].document == PUT


def test_what_is_sent_is_what_botocore_sends() -> None:
    sent = []
    for make in (ours, botocores):
        with scripted(WELL) as server, client_of(server.url, make) as client:
            result_of(client, "GetItem", GET)
        [asked] = server.asked
        varying = {"host", "authorization", "x-amz-date", "amz-sdk-invocation-id", "user-agent", "accept-encoding"}
        sent.append((asked.line, {name: value for name, value in asked.headers.items() if name not in varying}))
        assert asked.headers["host"] == server.url.removeprefix("http://")
        assert asked.document == GET
        assert asked.headers["accept-encoding"] == "identity"

    assert sent[0][0] == sent[1][0]
    assert set(sent[0][1]) == set(sent[1][1])
    assert {**sent[0][1], "content-length": ""} == {**sent[1][1], "content-length": ""}


def signature(asked: Asked, credentials: Credentials) -> str:
    """The header that signs such a request, by botocore."""
    names = asked.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {"host", "x-amz-date", "x-amz-target"} <= set(names)
    headers = {name: asked.headers[name] for name in names if name not in {"x-amz-date", "x-amz-security-token"}}
    request = AWSRequest(method="POST", url=f"http://{asked.headers['host']}/", headers=headers, data=asked.body)
    date = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: date)
        SigV4Auth(BotocoreCredentials(*credentials), "dynamodb", REGION).add_auth(request)
    return str(request.headers["Authorization"])


@pytest.mark.parametrize("slash", ["", "/"])
@BOTH
def test_the_server_can_verify_the_signature_of_each_attempt(make: Make, slash: str) -> None:
    with scripted(THROTTLED, CLOSED, WELL) as server, client_of(server.url + slash, make) as client:
        result_of(client, "GetItem", {**GET, "Key": {"image_id": {"S": "é\u2028"}}})

    assert len(server.asked) == 3
    for asked in server.asked:
        assert asked.headers["authorization"] == signature(asked, KEYS)


def test_a_token_that_is_renewed_during_a_call_is_used_by_its_next_attempt() -> None:
    renewed = [KEYS._replace(token=f"token-{number}") for number in range(3)]
    left = iter(renewed)

    with (
        scripted(CLOSED, THROTTLED, WELL) as server,
        closing(Client(Wire(server.url, SECONDS, SECONDS), REGION, lambda: next(left), ATTEMPTS, unheard)) as client,
    ):
        assert result_of(client, "GetItem", GET) == ITEM

    for asked, credentials in zip(server.asked, renewed, strict=True):
        assert asked.headers["x-amz-security-token"] == credentials.token
        assert asked.headers["authorization"] == signature(asked, credentials)


@BOTH
def test_an_idle_connection_that_was_closed_costs_no_attempt(make: Make, pauses: list[float]) -> None:
    counted: list[int] = []

    with scripted(WELL) as server, closing(make(server.url, unheard, [lambda: counted.append(1)])) as client:
        for _ in range(3):
            assert result_of(client, "GetItem", GET) == ITEM
            server.hang_up()

    assert [asked.headers["amz-sdk-request"] for asked in server.asked] == [*numbered(1)] * 3
    assert (len(counted), [pause for pause in pauses if pause]) == (3, [])


@pytest.mark.parametrize("end", [CLOSED, RESET], ids=["closed", "reset"])
@pytest.mark.parametrize(("make", "attempts"), [(ours, (1, 1, 1)), (botocores, (1, 1, 2))])
def test_a_kept_connection_that_ends_as_it_is_used_costs_no_attempt(
    make: Make, attempts: tuple[int, ...], end: Act, pauses: list[float]
) -> None:
    """It costs botocore one."""
    counted: list[int] = []
    noted: list[str] = []

    def note(_: str, failure: Exception | None) -> None:
        noted.extend([type(failure).__name__] if failure else [])

    with scripted(WELL, end, WELL) as server, closing(make(server.url, note, [lambda: counted.append(1)])) as client:
        results = [result_of(client, "GetItem", GET) for _ in range(2)]

    ids = [asked.headers["amz-sdk-invocation-id"] for asked in server.asked]
    assert results == [ITEM, ITEM]
    assert ids[1] == ids[2] != ids[0]
    assert tuple(asked.headers["amz-sdk-request"] for asked in server.asked) == tuple(
        f"attempt={number}; max={ATTEMPTS}" for number in attempts
    )
    assert len(counted) == (2 if make is ours else 3)
    assert [pause for pause in pauses if pause] == ([] if make is ours else [0.025])
    assert noted == (["Gone"] if make is ours else ["ConnectionClosedError"])


def test_each_failed_attempt_is_told_of() -> None:
    noted: list[tuple[str, str]] = []
    acts = (CLOSED, THROTTLED, error("InternalServerError", FAILING), REFUSED)

    def note(code: str, failure: Exception | None) -> None:
        noted.append((code, type(failure).__name__))

    with scripted(*acts) as server, closing(ours(server.url, note, [])) as client:
        result_of(client, "GetItem", GET)

    assert noted == [
        ("", "ConnectionClosedError"),
        ("ThrottlingException", "ClientError"),
        ("InternalServerError", "ClientError"),
        ("AccessDeniedException", "ClientError"),
    ]


WORKS, FAILS, SLOW = "works", "fails", "slow"
DAY = (
    *((FAILS, 4) for _ in range(11)),  # 462 of 500 are spent
    (FAILS, 3),
    (FAILS, 1),  # 10 are left
    (SLOW, 3),
    (SLOW, 1),
    *((WORKS, 1) for _ in range(13)),
    (FAILS, 1),
    (WORKS, 1),
    (FAILS, 2),
    *((WORKS, 1) for _ in range(4)),
    (SLOW, 1),
    (WORKS, 1),
    (SLOW, 2),
)
"""Calls in turn, and how many attempts each takes."""


@BOTH
def test_retries_are_paid_for_and_given_back(make: Make) -> None:
    mode = [WORKS]
    replies = {WORKS: WELL, FAILS: error("InternalServerError", FAILING), SLOW: THROTTLED}
    attempts = []

    with scripted(choose=lambda _: replies[mode[0]]) as server, client_of(server.url, make) as client:
        for what, _ in DAY:
            mode[0] = what
            before = len(server.asked)
            result_of(client, "GetItem", GET)
            attempts.append((what, len(server.asked) - before))

    assert attempts == list(DAY)


@BOTH
def test_a_call_that_comes_through_gets_back_what_its_last_retry_has_cost(make: Make) -> None:
    """So with one failure before each success it can go on for ever, and with two it cannot."""
    failures = [1]

    def choose(asked: Asked) -> Act:
        number = int(asked.headers["amz-sdk-request"].removeprefix("attempt=").partition(";")[0])
        return error("InternalServerError", FAILING) if number <= failures[0] else WELL

    with scripted(choose=choose) as server, client_of(server.url, make) as client:
        assert [result_of(client, "GetItem", GET) for _ in range(40)] == [ITEM] * 40
        failures[0] = 2
        results = [result_of(client, "GetItem", GET) for _ in range(36)]

    assert [result == ITEM for result in results] == [True] * 34 + [False] * 2
