"""Readers of text: what they read, and that nothing else breaks them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.http import fields
from chalicelib.http.errors import BadMessage


def _choose(field: str, text: str) -> Any:
    return fields.choice(field, text, {"true": True, "none": None})


ANYTHING = st.text(st.characters())
DIGITS = st.text("0123456789+-_ .,eExXtTzZ:ab{}\u0663\u00b2\u2212")
DEEP = b"[" * 65 + b"]" * 65
NOON = datetime(2012, 1, 31, 12, tzinfo=UTC)
A_UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("-1", -1), ("+7", 7), (" 42 ", 42), ("007", 7), ("9" * 30, 10**30 - 1)]
)
def test_an_integer_is_read(text: str, number: int) -> None:
    assert fields.integer("size", text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "1.0", "1e3", "0x10", "1_000", "1 2", "--1", "+", "٣", "²", "\u22121", "9" * 31, "None", "1\x00"],
)
def test_what_is_no_integer_is_a_bad_message_about_its_field(text: str) -> None:
    with pytest.raises(BadMessage) as refusal:
        fields.integer("size", text)

    assert (refusal.value.field, refusal.value.status) == ("size", 400)


@pytest.mark.parametrize("text", ["true", "TRUE", " True "])
def test_a_choice_is_read_in_any_case(text: str) -> None:
    assert fields.choice("protected", text, {"true": 1, "false": 0}) == 1


def test_a_choice_may_stand_for_nothing() -> None:
    assert fields.choice("public", "none", {"none": None}) is None


@pytest.mark.parametrize("text", ["", "maybe", "tru"])
def test_what_is_no_choice_is_a_bad_message(text: str) -> None:
    with pytest.raises(BadMessage, match=f"protected got {text}$"):
        fields.choice("protected", text, {"true": 1})


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2012-01-31T12:00:00Z", NOON),
        ("2012-01-31T12:00:00", NOON),
        ("2012-01-31 12:00:00", NOON),
        (" 2012-01-31T12:00 ", NOON),
        ("2012-01-31T13:00:00+01:00", NOON),
        ("2012-01-31T11:00:00-01:00", NOON),
        ("20120131T120000Z", NOON),
        ("2012-01-31T12:00:00.000001Z", NOON + timedelta(microseconds=1)),
        ("2012-01-31", NOON - timedelta(hours=12)),
        ("20120131", NOON - timedelta(hours=12)),
        ("2012-0131", NOON - timedelta(hours=12)),
        ("1900-01-01", datetime(1900, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_utc(text: str, instant: datetime) -> None:
    found = fields.instant("since", text)

    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-42",
        "foo",
        "1100",
        "2012",
        "2012-01",
        "2012-02-30",
        "2012-01-01hey12:32:12",
        "2012-01-01T25:00",
        "2012-01-01T12:00:00+25:00",
        "1899-12-31",
        "0001-01-01T00:00+23:59",
        "9999-12-31T23:59-23:59",
        "2012-01-31T12:00:00 01:00",
        "\ud800",
        "٢٠١٢-01-31",
    ],
)
def test_what_is_no_instant_is_a_bad_message(text: str) -> None:
    with pytest.raises(BadMessage):
        fields.instant("since", text)


@given(
    st.datetimes(
        min_value=datetime(1901, 1, 1),  # noqa: DTZ001  # the strategy adds the zones
        max_value=datetime(9998, 12, 31),  # noqa: DTZ001  # as above
        # In whole seconds: Python itself does not read back all that it writes of an offset's microseconds.
        timezones=st.integers(-82_800, 82_800).map(lambda seconds: timezone(timedelta(seconds=seconds))),
    )
)
def test_every_instant_that_python_writes_is_read(moment: datetime) -> None:
    assert fields.instant("since", moment.isoformat()) == moment


@pytest.mark.parametrize(
    "text",
    [
        A_UUID,
        A_UUID.upper(),
        A_UUID.replace("-", ""),
        "{" + A_UUID + "}",
        f"urn:uuid:{A_UUID}",
    ],
)
def test_a_uuid_is_read_into_its_canonical_form(text: str) -> None:
    assert fields.uuid(text) == A_UUID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "detail",
        A_UUID[:-1],
        A_UUID + "0",
        A_UUID[:-1] + "g",
        A_UUID[:-1] + "\u0661",
        "0x" + "1" * 30,
        "+" + "1" * 31,
        "1_" + "1" * 30,
        " " * 31 + "1",
        "\n" + "1" * 31,
    ],
)
def test_what_is_no_uuid_is_none(text: str) -> None:
    assert fields.uuid(text) is None


def test_a_new_uuid_is_read() -> None:
    new = str(uuid4())

    assert fields.uuid(new) == new


@pytest.mark.parametrize(
    ("body", "document"),
    [(b'{"a": [1, null, true, 1.5]}', {"a": [1, None, True, 1.5]}), (b'"x"', "x"), (b" 0 ", 0), (b'"\\u00e9"', "é")],
)
def test_a_json_document_is_read(body: bytes, document: Any) -> None:
    assert fields.json_body(body) == document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b"\xff",
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b"[" * 100_000,
        b"1" * 5000,
        b"nul",
        "{}".encode("utf-16"),
        DEEP,
    ],
    ids=lambda body: repr(body[:10]),
)
def test_what_is_no_json_document_is_a_bad_message(body: bytes) -> None:
    with pytest.raises(BadMessage, match="Malformed JSON"):
        fields.json_body(body)


@pytest.mark.parametrize("nested", [b'{"a": %s}', b"[%s]", b'[1, {"a": 1, "b": %s}]'], ids=repr)
def test_a_document_may_be_nested_so_deep_that_it_can_be_written_again(nested: bytes) -> None:
    document = b"1"
    for _ in range(30):
        document = nested % document

    assert fields.json_body(document) == json.loads(document)


@pytest.mark.parametrize("body", [b"NaN", b"-Infinity", b'{"a": Infinity}', b"1e999", b'{"a": [-1e999]}'])
def test_numbers_that_no_json_can_say_are_a_bad_message(body: bytes) -> None:
    with pytest.raises(BadMessage):
        fields.json_body(body)


@given(ANYTHING | DIGITS)
@example("9" * 5000)
@pytest.mark.parametrize("reader", [fields.integer, fields.instant, _choose])
def test_nothing_breaks_a_reader_of_text(reader: Callable[[str, str], Any], text: str) -> None:
    found = _or_refusal(lambda: reader("field", text))

    assert found is None or isinstance(found, int | datetime) or found.field == "field"


@given(ANYTHING | DIGITS)
def test_nothing_breaks_the_reader_of_uuids(text: str) -> None:
    canonical = fields.uuid(text)

    assert canonical is None or str(UUID(canonical)) == canonical


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | ANYTHING,
    lambda inner: st.lists(inner) | st.dictionaries(ANYTHING, inner),
    max_leaves=5,
)


@given(st.binary() | st.text().map(str.encode) | DOCUMENTS.map(json.dumps).map(str.encode))
def test_nothing_breaks_the_reader_of_json(body: bytes) -> None:
    found = _or_refusal(lambda: fields.json_body(body))

    assert isinstance(found, BadMessage) or json.dumps(found, ensure_ascii=False).encode()


def _or_refusal(read: Callable[[], Any]) -> Any:
    """What was read, or how it was refused; any other error is a defect."""
    try:
        return read()
    except BadMessage as error:
        return error
