"""A search means what Foreman's wire §7 says, read independently: lark's LALR parser, and logic with three values."""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError
from lark.lexer import Lexer

from chalicelib.dialects.foreman.search import Field, Fields, Kind, Row, SearchRefused, parse_search
from tests.properties.strategies import EXAMPLES

FIELDS: Fields = {
    "name": Field(Kind.TEXT, free=True),
    "username": Field(Kind.TEXT, free=True),
    "architecture": Field(Kind.INTEGER),
    "user_data": Field(Kind.FLAG),
    "uuid": Field(Kind.TEXT),
}
ROWS: list[Row] = [
    dict(zip(FIELDS, values, strict=True))
    for values in [
        ("alpha", "root", 7, True, "beta"),
        ("beta", "alpha", 6, False, None),
        ("gamma one", "root", None, True, "alpha"),
        ("Alphabet", None, -7, None, ""),
        (None, "ec2-user", 10**30, False, 'a"b\\'),
        (None, None, None, None, None),
    ]
]
GRAMMAR = """
start      : logical*
?logical   : unary | unary AND logical -> conjunction | unary OR logical -> disjunction
?unary     : _OPEN start _CLOSE | _NOT unary -> negation | comparison
comparison : (HAS | NULL) VALUE -> nullness
           | VALUE -> word
           | VALUE COMPARISON VALUE -> infix
           | VALUE MEMBERSHIP values -> infix
           | COMPARISON VALUE -> prefix
           | MEMBERSHIP values -> prefix
values     : VALUE | _OPEN VALUE* _CLOSE
%declare AND OR _NOT HAS NULL VALUE COMPARISON MEMBERSHIP _OPEN _CLOSE
"""
TYPES = {
    "AND": ["&&", "&", "and"],
    "OR": ["||", "|", "or"],
    "_NOT": ["!", "-", "not"],
    "HAS": ["has", "set?"],
    "NULL": ["null?"],
    "COMPARISON": ["!~", "==", "!=", "<>", ">=", "<=", "=", "<", ">", "~", "at", "before", "after"],
    "MEMBERSHIP": ["!^", "^"],
    "_OPEN": ["("],
    "_CLOSE": [")"],
}
TYPE_OF = {text: kind for kind, texts in TYPES.items() for text in texts}
NAMES = {"~": "like", "!~": "unlike", ">": "gt", "<": "lt", ">=": "gte", "<=": "lte", "after": "gt", "before": "lt"}
COMPARE = {"gt": operator.gt, "lt": operator.lt, "gte": operator.ge, "lte": operator.le}
SYNTAX = "Value expected"

Truth = bool | None
Meaning = Callable[[Row], Truth]


class Scanner(Lexer):
    """The tokens of Foreman's wire §7.2, scanned character by character, with its corrections."""

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]  # the form that lark gives simple lexers
        tokens = list(scan(text))
        while tokens and tokens[-1].type != "VALUE":
            tokens.pop()
        depth = 0
        for token in tokens:
            depth += {"_OPEN": 1, "_CLOSE": -1}.get(token.type, 0)
            if depth < 0:
                return
            yield token
        for _ in range(depth):
            yield Token("_CLOSE", ")")


def scan(text: str) -> Iterator[Token]:
    while text:
        length = 1
        if text[0] == '"':
            value, length = unquoted(text)
            yield Token("VALUE", value)
        elif text[0] in "&|=<>^!~-()":
            length = 2 if text[:2] in TYPE_OF else 1
            yield Token(TYPE_OF[text[:length]], text[:length])
        elif not text[0].isspace() and text[0] != ",":
            while length < len(text) and not text[length].isspace() and text[length] not in "=~<>&|(),":
                length += 1
            word = text[:length]
            yield Token(TYPE_OF[word.lower()], word.lower()) if word.lower() in TYPE_OF else Token("VALUE", word)
        text = text[length:]


def unquoted(text: str) -> tuple[str, int]:
    """The value that a text begins with, and where it ends."""
    value, at = "", 1
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        value += text[at : at + 1]
        at += 1
    return value, at + 1


class Meanings(Transformer[Token, Meaning]):
    """What each rule of the grammar means (Foreman's wire §7.4)."""

    def start(self, terms: list[Meaning]) -> Meaning:
        return lambda row: all_of(term(row) for term in terms)

    def conjunction(self, children: list[Any]) -> Meaning:
        left, _, right = children
        return lambda row: all_of([left(row), right(row)])

    def disjunction(self, children: list[Any]) -> Meaning:
        left, _, right = children
        return lambda row: any_of([left(row), right(row)])

    def negation(self, children: list[Meaning]) -> Meaning:
        return lambda row: children[0](row) is not True

    def nullness(self, children: list[Token]) -> Meaning:
        wanted, name = children
        known(name)
        return lambda row: (row[name] is None) is (wanted.type == "NULL")

    def word(self, children: list[Token]) -> Meaning:
        [word] = children
        if word in FIELDS and FIELDS[word].kind is Kind.FLAG:
            return compared(word, "=", ["true"])
        return anywhere("~", [word])

    def infix(self, children: list[Any]) -> Meaning:
        name, sign, values = children
        return compared(name, sign, [values] if isinstance(values, Token) else values)

    def prefix(self, children: list[Any]) -> Meaning:
        sign, values = children
        return anywhere(sign, [values] if isinstance(values, Token) else values)

    def values(self, values: list[Token]) -> list[Token]:
        return values


def all_of(truths: Iterable[Truth]) -> Truth:
    found = set(truths)
    return False if False in found else None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    found = set(truths)
    return True if True in found else None if None in found else False


def anywhere(sign: str, values: Sequence[str]) -> Meaning:
    if NAMES.get(sign) in COMPARE or sign in TYPES["MEMBERSHIP"]:
        return lambda _row: True
    tests = [compared(name, sign, values) for name, field in FIELDS.items() if field.free]
    return lambda row: any_of(test(row) for test in tests)


def compared(name: str, sign: str, values: Sequence[str]) -> Meaning:
    known(name)
    wanted = [read(name, sign, value) for value in values]
    return lambda row: None if row[name] is None else holds(row[name], sign, wanted)


def holds(value: Any, sign: str, wanted: Sequence[Any]) -> bool:
    name = NAMES.get(sign)
    if name is None:
        return (value in wanted) is (sign not in {"!=", "<>", "!^"})
    if name in COMPARE:
        return bool(COMPARE[name](value, wanted[0]))
    return is_like(value, wanted[0]) is (name == "like")


def is_like(value: str, text: str) -> bool:
    pieces = [re.escape(piece) for piece in re.split("[*%]", text.casefold())]
    pattern = re.compile(".*".join(pieces), re.DOTALL)
    find = pattern.search if len(pieces) == 1 else pattern.fullmatch
    return find(value.casefold()) is not None


def known(name: str) -> None:
    if name not in FIELDS:
        raise ValueError(f"Field '{name}' not recognized for searching!")


def read(name: str, sign: str, value: str) -> Any:
    kind = FIELDS[name].kind
    if kind is Kind.INTEGER:
        if not re.fullmatch("-?[0-9]+", value):
            raise ValueError(f"Value '{value}' is not valid for field 'id'")
        if sign in {"~", "!~"}:
            raise ValueError(f"the operator '{NAMES[sign]}' is not supported for field type 'integer'")
        return int(value)
    if kind is Kind.FLAG:
        if value not in {"true", "false"}:
            raise ValueError(f"'{name}' should be one of 'true, false', but the query was '{value}'")
        if sign in NAMES:
            raise ValueError(f"Operator '{NAMES[sign]}' not supported for '{name}'")
        return value == "true"
    return str(value)


TWIN = Lark(GRAMMAR, parser="lalr", lexer=Scanner)


def twin(text: str) -> list[bool] | str:
    """Which rows match by the twin's reading, or why there is none."""
    try:
        matches = Meanings().transform(TWIN.parse(text))
    except UnexpectedInput:
        return SYNTAX
    except VisitError as error:
        return str(error.orig_exc)
    return [matches(row) is True for row in ROWS]


def ours(text: str) -> list[bool] | str:
    try:
        matches = parse_search(text, FIELDS)
    except SearchRefused as refusal:
        return str(refusal)
    return [matches(row) for row in ROWS]


def quoted(text: str) -> str:
    return '"' + "".join(f"\\{character}" for character in text) + '"'


WORDS = ["name", "alpha", "ALPHA", "a*", "%a*t", "one", "ec2-user", "7", "true", "nope", "it's", '"and"', '"gamma one"']
LOOSE = [*TYPE_OF, "Or", "NOT", *WORDS, "architecture", "user_data", "uuid", '""', '"a\\"b', "a!^b", "\\"]
pieces = st.builds("{}{}".format, st.sampled_from(LOOSE), st.sampled_from(["", " ", " ", "\n", ","]))
loose = st.lists(pieces, max_size=14).map("".join)
texts = loose | st.text('ab1 "\\()!=~<>^&|-,*%', max_size=20) | st.text(max_size=12)
text_signs = st.sampled_from([*TYPES["COMPARISON"], "=", "!="])
number_signs = text_signs.filter(lambda sign: sign not in {"~", "!~"})
words = st.sampled_from(WORDS)
lists = st.lists(words, max_size=3).map(lambda values: f"({', '.join(values)})")
conditions = st.one_of(
    words,
    st.just("user_data"),
    st.builds("{} {}".format, text_signs, words),
    st.builds("{} {} {}".format, st.sampled_from(["name", "username", "uuid"]), text_signs, words),
    st.builds("{} {} {}".format, st.sampled_from(["name", "uuid"]), st.sampled_from(["^", "!^"]), words | lists),
    st.builds("architecture {} {}".format, number_signs, st.sampled_from(["6", "7", '"-7"', "0007", "1" + "0" * 30])),
    st.builds("{} {}".format, st.sampled_from(["has", "null?", "set?"]), st.sampled_from(sorted(FIELDS))),
    st.builds("user_data {} {}".format, st.sampled_from(["=", "!=", "<>"]), st.sampled_from(["true", "false"])),
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joint = st.sampled_from([" and ", " or ", " or ", " ", ", ", " && ", " | "])
    row = st.builds("{}{}{}{}{}".format, inner, joint, inner, joint, inner)
    negation = st.builds("{}{}".format, st.sampled_from(["not ", "! ", "-"]), inner)
    return row | row.map("({})".format) | negation


sentences = st.recursive(conditions, combined, max_leaves=20)


@settings(EXAMPLES, max_examples=500)
@given(text=sentences)
def test_a_sentence_finds_what_the_twin_finds(text: str) -> None:
    expected = twin(text)

    assert ours(text) == expected


@settings(EXAMPLES, max_examples=500)
@given(text=texts)
def test_any_text_finds_what_the_twin_finds_or_is_refused_by_both(text: str) -> None:
    """Whether the fields or the grammar are looked at first is nobody's promise."""
    expected = twin(text)

    found = ours(text)

    assert isinstance(found, str) if expected == SYNTAX else found == expected


@settings(EXAMPLES, max_examples=500)
@given(
    pattern=st.text("ab*", max_size=6) | st.text('AbßS*%_.\n"\\'),
    value=st.text("ab", max_size=3) | st.text('aBßs_.\n"\\'),
)
def test_wildcards_match_as_the_regular_expression_does(pattern: str, value: str) -> None:
    matches = parse_search(f"name ~ {quoted(pattern)}", FIELDS)

    assert matches({**ROWS[0], "name": value}) is is_like(value, pattern)
