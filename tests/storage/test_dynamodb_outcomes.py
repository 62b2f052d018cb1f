"""Both clients distinguish a transaction with an unknown outcome from one that was not executed."""

from contextlib import closing

import pytest
from pynamodb.exceptions import VerboseClientError

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import OutcomeUnknown, TablesRefused, TablesUnavailable
from tests.storage.rivals import (
    ACTIONS,
    BOTH,
    ENVIRON,
    GET,
    REGION,
    TRANSACTION,
    Direct,
    Make,
    connected,
    prepare,
    seconds_for,
)
from tests.storage.scripted import CLOSED, RESET, SILENCE, Act, answer, checked, cut, error, nobody, scripted

WELL = WRITTEN = checked(b"{}")
FAILING = "500 Internal Server Error"
LOST = CLOSED
"""What was asked for may have been done, but nobody hears of it."""
THROTTLED = error("ThrottlingException")
REFUSED = error("AccessDeniedException")


@pytest.fixture(autouse=True)
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait before trying again."""
    prepare(monkeypatch)


LEFT = Act(leaves=True, ends=True)
MET = answer(
    b'{"__type": "x#TransactionCanceledException", "CancellationReasons": [{"Code": "TransactionConflict"}]}',
    "400 Bad Request",
)
OPEN: dict[str, tuple[tuple[Act, ...], Outage]] = {
    "lost": ((LOST,), Outage.UNREACHABLE),
    "lost-then-throttled": ((LOST, THROTTLED), Outage.BUSY),
    "lost-then-refused": ((LOST, REFUSED), Outage.REFUSED),
    "lost-then-met": ((LOST, MET), Outage.BUSY),
    "lost-then-nobody": ((LEFT,), Outage.UNREACHABLE),
    "throttled-then-lost-then-throttled": ((THROTTLED, LOST, THROTTLED), Outage.BUSY),
    "reset-then-throttled": ((RESET, THROTTLED), Outage.BUSY),
    "silence-then-throttled": ((SILENCE, THROTTLED), Outage.BUSY),
    "silence": ((SILENCE,), Outage.TIMED_OUT),
    "cut-off-then-throttled": ((cut(WRITTEN.content[:-1]), THROTTLED), Outage.BUSY),
    "cut-off": ((cut(WRITTEN.content[:-1]),), Outage.UNREACHABLE),
    "wrong-checksum-then-throttled": ((answer(b"{}", x_amz_crc32="1"), THROTTLED), Outage.BUSY),
    "wrong-checksum": ((answer(b"{}", x_amz_crc32="1"),), Outage.UNREACHABLE),
    "failing": ((error("InternalServerError", FAILING),), Outage.FAILING),
    "failing-then-throttled": ((error("InternalServerError", FAILING), THROTTLED), Outage.BUSY),
    "unavailable": ((error("ServiceUnavailable", "503 Service Unavailable"),), Outage.BUSY),
    "in-progress": ((error("TransactionInProgressException"),), Outage.BUSY),
    "in-progress-then-refused": ((error("TransactionInProgressException"), REFUSED), Outage.REFUSED),
    "502": ((answer(b"<html></html>", "502 Bad Gateway"),), Outage.FAILING),
    "502-then-refused": ((answer(b"<html></html>", "502 Bad Gateway"), REFUSED), Outage.REFUSED),
    "503": ((answer(b"", "503 Service Unavailable"),), Outage.BUSY),
    "504-then-throttled": ((answer(b"oops", "504 Gateway Timeout"), THROTTLED), Outage.BUSY),
}
NOT_MADE: dict[str, tuple[tuple[Act, ...], type[Exception], Outage]] = {
    "throttled": ((THROTTLED,), TablesUnavailable, Outage.BUSY),
    "refused": ((REFUSED,), TablesRefused, Outage.REFUSED),
    "throttled-then-refused": ((THROTTLED, REFUSED), TablesRefused, Outage.REFUSED),
    "throttled-then-nobody": (
        (Act(error("ThrottlingException", connection="close").content, ends=True, leaves=True),),
        TablesUnavailable,
        Outage.UNREACHABLE,
    ),
}


@BOTH
@pytest.mark.parametrize(("acts", "outage"), OPEN.values(), ids=OPEN)
def test_a_transaction_that_may_have_been_made_is_open(make: Make, acts: tuple[Act, ...], outage: Outage) -> None:
    seconds = seconds_for(acts)

    with scripted(*acts) as server, connected(server, make, seconds) as tables, pytest.raises(OutcomeUnknown) as caught:
        tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert caught.value.outage is outage


@BOTH
@pytest.mark.parametrize("after", [THROTTLED, REFUSED, Act(REFUSED.content, ends=True)])
def test_a_transaction_on_a_kept_connection_that_ended_is_open(make: Make, after: Act) -> None:
    with scripted(WELL, LOST, after) as server, connected(server, make) as tables:
        tables.dispatch("GetItem", dict(GET))
        with pytest.raises(OutcomeUnknown):
            tables.dispatch(TRANSACTION, dict(ACTIONS))


@BOTH
def test_a_transaction_on_a_kept_connection_that_ended_is_open_though_nobody_listens_any_more(make: Make) -> None:
    with scripted(WELL, LEFT) as server, connected(server, make) as tables:
        tables.dispatch("GetItem", dict(GET))
        with pytest.raises(OutcomeUnknown):
            tables.dispatch(TRANSACTION, dict(ACTIONS))


@BOTH
@pytest.mark.parametrize(("acts", "kind", "outage"), NOT_MADE.values(), ids=NOT_MADE)
def test_a_transaction_that_was_not_made_is_not_open(
    make: Make, acts: tuple[Act, ...], kind: type[TablesUnavailable | TablesRefused], outage: Outage
) -> None:
    with scripted(*acts) as server, connected(server, make) as tables, pytest.raises(kind) as caught:
        tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert type(caught.value) is kind
    assert caught.value.outage is outage


@BOTH
def test_a_transaction_that_nobody_heard_of_is_not_open(make: Make) -> None:
    with connected(nobody(), make) as tables, pytest.raises(TablesUnavailable) as caught:
        tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert type(caught.value) is TablesUnavailable


@BOTH
def test_an_idle_connection_that_was_closed_leaves_nothing_open(make: Make) -> None:
    with scripted(WELL, THROTTLED) as server, connected(server, make) as tables:
        tables.dispatch("GetItem", dict(GET))
        server.hang_up()
        with pytest.raises(TablesUnavailable) as caught:
            tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert type(caught.value) is TablesUnavailable


@BOTH
def test_an_open_outcome_is_that_of_its_own_call(make: Make) -> None:
    with scripted(LOST, LOST, LOST, LOST, THROTTLED) as server, connected(server, make) as tables:
        with pytest.raises(OutcomeUnknown):
            tables.dispatch(TRANSACTION, dict(ACTIONS))
        with pytest.raises(TablesUnavailable) as caught:
            tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert type(caught.value) is TablesUnavailable


@BOTH
def test_a_lost_answer_does_not_hide_a_defect(make: Make) -> None:
    acts = (LOST, error("ValidationException"))

    with scripted(*acts) as server, connected(server, make) as tables, pytest.raises(VerboseClientError):
        tables.dispatch(TRANSACTION, dict(ACTIONS))


def test_credentials_that_cannot_be_had_are_a_refusal() -> None:
    counted: list[int] = []
    environ = {
        **{name: value for name, value in ENVIRON.items() if "KEY" not in name},
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{nobody()}/credentials",
    }

    with (
        scripted(WELL) as server,
        closing(Direct(REGION, {**environ, "AWS_ENDPOINT_URL_DYNAMODB": server.url})) as tables,
    ):
        tables.on_call(lambda: counted.append(1))
        with pytest.raises(TablesRefused):
            tables.dispatch("GetItem", dict(GET))
        with pytest.raises(TablesRefused):
            tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert (server.connections, counted) == (0, [])
