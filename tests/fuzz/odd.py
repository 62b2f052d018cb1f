"""Hypothesis strategies for odd texts, numbers, documents and bytes."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from chalicelib.catalog.image import Status
from tests.fuzz.catalogue import ALIASES, IMAGES, OTHER_TENANT

LONGEST_HEADER = 7000
TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\t",
    "\r\nSet-Cookie: a=b",
    "0",
    "-1",
    "+1",
    "1.5",
    "1e9",
    "9" * 31,
    "9" * 5000,
    "٣",
    "²",
    "true",
    "None",
    "null",
    "NaN",
    "é" * 128,
    "\U0001f4bf" * 255,
    "\U0001f4bf" * 256,
    "a" * 256,
    "a" * 6000,
    "é" * 1000,
    "İ",
    "ß",
    "\u202e",
    "\ufeff",
    "\uffff",
    "..",
    "../../v1/images",
    "a/b",
    "%",
    "%41",
    "%zz",
    "a,b,,c",
    "<script>alert(1)</script>",
    "{image_id}",
    "{0.__class__}",
    "%(name)s %s",
    "2012-01-31T00:00:00Z",
    "0000-00-00",
    "9999-12-31T23:59:59-14:00",
    "2012-0131",
    "{" + IMAGES[Status.ACTIVE].upper() + "}",
    f"urn:uuid:{IMAGES[Status.ACTIVE]}",
    IMAGES[Status.DELETED],
    ALIASES[IMAGES[Status.ACTIVE]],
    OTHER_TENANT,
    "s3://elsewhere/key",
    "s3://",
    "https://127.0.0.1/x",
    "http://[::1",
    "file:///etc/passwd",
)
"""Texts that have each broken a parser somewhere."""
SEARCHES = (
    *("name", "username", "compute_resource", "architecture", "operatingsystem", "user_data", "id", "nope", "title"),
    *("=", "!=", "<>", "~", "!~", ">", "<=", "^", "!^", "(", ")", ",", "and", "or", "not", "-", "!", "&&", "||"),
    *("has", "set?", "null?", "before", "after", "at", "like", '"', "'", "\\", '"a b"', "%", "*", "_", "?", "[", ".*"),
    *("10", "-7", "true", "imag", "root", "DESC", "ASC", "\x00", "é", "a" * 300, "9" * 400),
)
NUMBERS = (0, -1, 1, 100, 2**31, 2**53 + 1, 2**63, 2**64, 10**38, 10**39, -(10**130), 10**400, 0.1, 1e-200, 1e308, -0.0)
RAW = (
    b"",
    b" \n",
    b"\x00",
    b"{",
    b"[" * 3000,
    b'{"a":' * 3000,
    b'{"name": "a", "name": "b"}',
    b'{"name": NaN}',
    b'{"name": 1e400}',
    b'{"name": ' + b"9" * 5000 + b"}",
    b'{"name": "\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"name": "\xff"}',
    b'\xef\xbb\xbf{"name": "bom"}',
    '{"name": "wide"}'.encode("utf-16"),
    b'{"name": "a"} x',
    b"name=a&arch=arm",
    b"null",
    b"[]",
    b'"text"',
    b"7",
    b'{"": {"": ""}}',
    json.dumps({"name": "x" * 450_000}).encode(),
    json.dumps({"image": {"password": "x" * 450_000}}).encode(),
)
HEADS = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
"""Characters that HTTP servers accept in a header, decoded as Latin-1."""

texts = st.sampled_from(TEXTS) | st.text(max_size=30)
numbers = st.sampled_from(NUMBERS) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | numbers | texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
searches = st.lists(st.sampled_from(SEARCHES) | st.text(max_size=5), max_size=9).flatmap(
    lambda words: st.sampled_from(["", " "]).map(lambda between: between.join(words))
)
header_values = st.one_of(
    st.text(HEADS, max_size=30),
    # UTF-8 decoded as Latin-1, and percent-encoded as newer clients do.
    texts.map(lambda text: "".join(filter(str.isprintable, text)).encode().decode("latin-1")),
    texts.map(lambda text: quote(text.encode("utf-8", "replace"))),
).map(lambda value: value[:LONGEST_HEADER].strip())


@st.composite
def segments(draw: st.DrawFn, known: str) -> str:
    """A percent-encoded segment of a path: an odd text, or the known one in another spelling."""
    text = draw(texts)
    spellings = {
        "quoted": quote(text.encode("utf-8", "replace"), safe=""),
        "quoted twice": quote(quote(text.encode("utf-8", "replace"), safe=""), safe=""),
        "known, quoted": "".join(f"%{byte:02x}" for byte in known.encode()),
        "known, upper case": known.upper(),
        "known, between": f"%20{known}%0a",
        "known, and more": f"{known},{quote(text[:50].encode('utf-8', 'replace'), safe='')}",
        "bytes": "".join(f"%{byte:02x}" for byte in draw(st.binary(min_size=1, max_size=9))),
        "raw": draw(st.text("ab01-._~!$&'()*+,;=:@%", min_size=1, max_size=20)),
    }
    return spellings[draw(st.sampled_from(sorted(spellings)))]


def queries(values_: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A percent-encoded value in a query string."""
    return values_.map(lambda text: quote(text.encode("utf-8", "replace"))) | st.text("ab01+%=;é", max_size=9)


@st.composite
def bodies(draw: st.DrawFn, document: Any) -> bytes:
    """Bytes that are almost the document, or something quite different."""
    kind = draw(st.sampled_from(["changed", "changed", "changed", "raw", "value", "bytes"]))
    if kind == "raw":
        return draw(st.sampled_from(RAW))
    if kind == "bytes":
        return draw(st.binary(max_size=40))
    found = draw(changed(document)) if kind == "changed" else draw(values)
    return json.dumps(found).encode()


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """The document with some odd, missing or additional values."""
    if isinstance(document, dict) and document and draw(st.integers(0, 9)):
        keys = draw(st.sets(st.sampled_from(sorted(document)), min_size=1, max_size=2))
        kept = {key: draw(changed(value)) if key in keys else value for key, value in document.items()}
        for key in keys:
            if not draw(st.integers(0, 4)):
                del kept[key]
        return kept if draw(st.integers(0, 4)) else {**kept, draw(texts): draw(values)}
    if isinstance(document, list) and document and draw(st.booleans()):
        return [draw(changed(document[0])), *document]
    return draw(values)


@st.composite
def alike(draw: st.DrawFn, document: Any) -> Any:
    """A document of the same shape, with some odd values of the same types."""
    if draw(st.integers(0, 5)) and not isinstance(document, dict | list):
        return document
    if isinstance(document, dict):
        return {key: draw(alike(value)) for key, value in document.items()}
    if isinstance(document, list):
        return [draw(alike(value)) for value in document]
    return draw(ALIKE.get(type(document), values))


ALIKE: dict[type, st.SearchStrategy[Any]] = {bool: st.booleans(), int: numbers, str: texts}
"""Odd values, by type."""
