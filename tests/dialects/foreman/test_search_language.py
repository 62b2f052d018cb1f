"""The search language by itself: the cases of Search and of Refused search and order, and the rest of wire §7."""

import time

import pytest

from chalicelib.dialects.foreman.search import Field, Fields, Kind, Row, SearchRefused, parse_order, parse_search

FIELDS: Fields = {
    **dict.fromkeys(["name", "username", "compute_resource"], Field(Kind.TEXT, free=True)),
    **dict.fromkeys(["architecture", "operatingsystem", "id"], Field(Kind.INTEGER)),
    "user_data": Field(Kind.FLAG),
}
ROWS: list[Row] = [
    dict(zip(FIELDS, values, strict=True))
    for values in [
        ("alpha", "root", "cv-cloud", 6, 13, 1, True),
        ("beta", "ec2-user", "cv-cloud", 7, 13, 2, False),
        ("gamma one", "root", "cv-cloud", 6, 14, 3, True),
        ("delta-1", "debian", "cv-cloud", 7, 14, 4, False),
        ("alphabet", "admin", "cv-cloud", 6, 13, 5, False),
    ]
]
ALL = ["alpha", "beta", "gamma one", "delta-1", "alphabet"]
NULLS: Row = dict.fromkeys(FIELDS)
CASES: dict[str, tuple[list[str], list[str]]] = {
    "Q01": (["name = alpha", "name=alpha", "name == alpha", "name at alpha"], ["alpha"]),
    "Q03": (["name = ALPHA"], []),
    "Q04": (['name = "gamma one"'], ["gamma one"]),
    "Q05": (["name != alpha", "name <> alpha"], ALL[1:]),
    "Q07": (["name ~ ALPHA"], ["alpha", "alphabet"]),
    "Q08": (["name !~ alpha"], ALL[1:4]),
    "Q09": (["name ~ alp*", "name ~ alp%"], ["alpha", "alphabet"]),
    "Q10": (["name ~ *bet", "name ~ a*t"], ["alphabet"]),
    "Q12": (["name ^ (alpha, beta)", "name ^ (alpha beta)"], ["alpha", "beta"]),
    "Q13": (["name !^ (alpha, beta)"], ALL[2:]),
    "Q14": (["name > b", "name after b"], ALL[1:4]),
    "Q15": (["username = root and user_data = true"], ["alpha", "gamma one"]),
    "Q16-18": ([f"username = root{sign} architecture = 6" for sign in (",", "", " &&")], ["alpha", "gamma one"]),
    "Q19-20": ([f"username = debian {sign} username = admin" for sign in ("or", "||")], ["delta-1", "alphabet"]),
    "Q22": (["(name = alpha and name = beta) or username = root"], ["alpha", "gamma one"]),
    "Q23": (["name = alpha and name = beta or username = root"], ["alpha"]),
    "Q24": (["name = alpha or name = beta and username = root"], ["alpha"]),
    "Q25": (["not name = alpha"], ALL[1:]),
    "Q26": (["! username = root", "-username = root"], ["beta", "delta-1", "alphabet"]),
    "Q27": (["not (name = alpha or name = beta)"], ALL[2:]),
    "Q28": (["user_data"], ["alpha", "gamma one"]),
    "Q29": (["user_data = false", "user_data != true"], ["beta", "delta-1", "alphabet"]),
    "Q31": (["has username", "set? name"], ALL),
    "Q33": (["null? username"], []),
    "Q34": (["architecture = 7"], ["beta", "delta-1"]),
    "Q35": (['operatingsystem = "14"'], ["gamma one", "delta-1"]),
    "Q37": (['name="alpha",operatingsystem="13"'], ["alpha"]),
    "Q38": (['name="alpha",operatingsystem="14"'], []),
    "Q39": (["id = 1"], ["alpha"]),
    "Q40": (["alpha", "ALPHA"], ["alpha", "alphabet"]),
    "Q42": (["root"], ["alpha", "gamma one"]),
    "Q43": (["gamma one", '"gamma one"'], ["gamma one"]),
    "Q45": (["-alpha"], ALL[1:4]),
    "Q46": (["cv-cloud", "compute_resource = cv-cloud"], ALL),
    "Q50": (["= alpha"], ["alpha"]),
    "Q51": (["alpha and"], ["alpha", "alphabet"]),
    "Q52": (["(alpha"], ["alpha", "alphabet"]),
    "Q53": (['name = "alpha'], ["alpha"]),
    "blank": (["", "  ", ",", "and", "()", "((", ") alpha"], ALL),
}
REFUSED = {
    "E01": ("nope = 1", "Field 'nope' not recognized for searching!"),
    "E02": ("uuid = cv-u1", "Field 'uuid' not recognized for searching!"),
    "E03": ("NAME = alpha", "Field 'NAME' not recognized for searching!"),
    "E04": ("has nope", "Field 'nope' not recognized for searching!"),
    "E04 null?": ("null? nope", "Field 'nope' not recognized for searching!"),
    "E05": ("name!=alpha", "Field 'name!' not recognized for searching!"),
    "E05 other signs": ("name-^=alpha", "Field 'name-^' not recognized for searching!"),
    "E06": ("user_data = maybe", "'user_data' should be one of 'true, false', but the query was 'maybe'"),
    "E07 gt": ("user_data > true", "Operator 'gt' not supported for 'user_data'"),
    "E07 lt": ("user_data < true", "Operator 'lt' not supported for 'user_data'"),
    "E07 gte": ("user_data >= true", "Operator 'gte' not supported for 'user_data'"),
    "E07 lte": ("user_data <= true", "Operator 'lte' not supported for 'user_data'"),
    "E07 like": ("user_data ~ true", "Operator 'like' not supported for 'user_data'"),
    "E07 unlike": ("user_data !~ true", "Operator 'unlike' not supported for 'user_data'"),
    "E08 like": ("architecture ~ 1", "the operator 'like' is not supported for field type 'integer'"),
    "E08 unlike": ("architecture !~ 1", "the operator 'unlike' is not supported for field type 'integer'"),
    "E09": ("architecture = x86_64", "Value 'x86_64' is not valid for field 'id'"),
    "E09 one of": ("id ^ (1, two)", "Value 'two' is not valid for field 'id'"),
    "E09 not ASCII": ("id = ٣", "Value '٣' is not valid for field 'id'"),
}
TOKENS = {
    "escape": (r'name = "gamma\ one"', ["gamma one"]),
    "escaped quote": (r'not name = "a\"b"', ALL),
    "backslash at the end": ('name = "alpha\\', ["alpha"]),
    "quoted field": ('"name" = "alpha"', ["alpha"]),
    "quoted flag": ('"user_data"', ["alpha", "gamma one"]),
    "quoted keyword": ('root "and"', []),
    "single quotes": ("name = 'alpha'", []),
    "keywords of any case": ("NOT alpha AND Has name", ALL[1:4]),
    "bracket too many": ("name = alpha) or beta", ["alpha"]),
    "brackets missing": ("((name = alpha) or (name = beta", ["alpha", "beta"]),
}
VALUE_EXPECTED = [
    "name = = alpha",
    "has = alpha",
    "name = (alpha)",
    "name ^ (alpha = beta)",
    "and alpha",
    "alpha and or beta",
    "(alpha and) beta",
    "architecture = -1",
]
LONG = {
    "nots": "not " * 2000 + "alpha",
    "hyphens": "-" * 8000 + "alpha",
    "ands": "name = alpha" + " and alpha" * 1000,
    "ors": "beta or " * 1000 + "alpha",
    "ands and ors": "alpha and beta or " * 500 + "alpha",
    "words": "alpha " * 1000,
    "brackets": "(((" * 20 + "alpha" + ")))" * 20,
    "empty brackets": "(" * 4000 + ")" * 4000,
    "list": "name ^ (" + "alpha " * 1000,
}


def found(search: str) -> list[object]:
    """The names of the rows that match."""
    matches = parse_search(search, FIELDS)
    return [row["name"] for row in ROWS if matches(row)]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        pytest.param(search, names, id=f"{number} {search}")
        for number, (searches, names) in CASES.items()
        for search in searches
    ],
)
def test_a_search_finds(search: str, names: list[str]) -> None:
    assert found(search) == names


@pytest.mark.parametrize(("search", "message"), REFUSED.values(), ids=REFUSED)
def test_a_search_is_refused_in_the_words_of_the_service(search: str, message: str) -> None:
    with pytest.raises(SearchRefused) as refusal:
        parse_search(search, FIELDS)

    assert str(refusal.value) == message


@pytest.mark.parametrize("search", VALUE_EXPECTED)
def test_a_value_is_expected(search: str) -> None:
    with pytest.raises(SearchRefused, match=r"^Value expected but found ."):
        parse_search(search, FIELDS)


@pytest.mark.parametrize(("search", "names"), TOKENS.values(), ids=TOKENS)
def test_a_search_is_cut_into_tokens(search: str, names: list[str]) -> None:
    assert found(search) == names


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("alpha or root name = beta", []),
        ("name = beta or name = alpha or name = delta-1", ["alpha", "beta", "delta-1"]),
        ("not name = alpha and not name = beta", ALL[2:]),
        ("not not name = alpha", ["alpha"]),
        ("name ^ alpha beta", []),
        ("name = alpha name != beta", ["alpha"]),
        ("has name = alpha", ["alpha"]),
        ("!~ alpha", ALL),
        ("> b", ALL),
        ("^ (alpha)", ALL),
        ("user_data ^ (true)", ["alpha", "gamma one"]),
        ("user_data ^ (true, false)", ALL),
        ("id !^ (1, 2, 3)", ["delta-1", "alphabet"]),
        ("name ^ () or id = 1", ["alpha"]),
    ],
)
def test_a_search_is_read_by_the_grammar(search: str, names: list[str]) -> None:
    assert found(search) == names


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("id >= 2 id <= 3", ["beta", "gamma one"]),
        ("id = 007 or id = 001", ["alpha"]),
        ('id > "-1"', ALL),
        ("name >= beta", ["beta", "gamma one", "delta-1"]),
        ("name < Z", []),
        ("name ~ __pha", []),
        ("name ~ a*a*a", []),
        ("name ~ *ph*ha*", []),
        ("name ~ *alpha*", ["alpha", "alphabet"]),
        ("name ~ alpha*alpha", []),
        ('name ~ ""', ALL),
        ("GAMMA* or *-USER", ["beta", "gamma one"]),
    ],
)
def test_values_compare(search: str, names: list[str]) -> None:
    assert found(search) == names


@pytest.mark.parametrize("field", FIELDS)
def test_null_is_null(field: str) -> None:
    assert parse_search(f"null? {field}", FIELDS)(NULLS)
    assert not parse_search(f"has {field}", FIELDS)(NULLS)


@pytest.mark.parametrize(
    "search",
    [
        *["name = a", "name != a", "name ~ a", "name !~ a", "name > a", "name ^ (a)", "name !^ (a)", "id != 1"],
        *["user_data", "user_data != true", "alpha", "!= alpha", "name !^ () or name = a"],
    ],
)
def test_a_comparison_with_null_is_unknown(search: str) -> None:
    assert not parse_search(search, FIELDS)(NULLS)
    assert parse_search(f"not ({search})", FIELDS)(NULLS)


def test_any_fields_can_be_searched() -> None:
    fields = {"title": Field(Kind.TEXT, free=True), "number": Field(Kind.INTEGER, free=True), "on": Field(Kind.FLAG)}
    row: Row = {"title": "CvLinux 7.9", "number": 13, "on": True}
    searches = ['title="CvLinux 7.9"', 'title~"linux"', "7.9 on", "number > 12", "13"]

    outcomes = [parse_search(search, fields)(row) for search in searches]

    assert outcomes == [True, True, True, True, False]


@pytest.mark.parametrize("search", LONG.values(), ids=LONG)
def test_a_long_search_is_answered(search: str) -> None:
    assert "alpha" in found(search)


@pytest.mark.parametrize(
    "search",
    ["(" * 4000 + "alpha", "not (" * 1500 + "alpha", "(alpha and " * 700 + "alpha"],
    ids=["brackets", "negated brackets", "chained brackets"],
)
def test_a_search_that_is_nested_too_deeply_is_refused(search: str) -> None:
    with pytest.raises(SearchRefused, match="nested too deeply"):
        parse_search(search, FIELDS)


@pytest.mark.parametrize("pattern", ["*a" * 4000 + "b", "a%" * 4000, "*" * 8000 + "b"], ids=["a", "a%", "stars"])
def test_thousands_of_wildcards_are_no_work(pattern: str) -> None:
    row = {**NULLS, "name": "a" * 5000}
    matches = parse_search(f"name ~ {pattern}", FIELDS)

    started = time.process_time()
    answers = [matches(row) for _ in range(10)]

    assert answers == [pattern == "a%" * 4000] * 10
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("search", "matches"),
    [
        ("id = " + "0" * 7000 + "5", True),
        ("id < " + "9" * 7000, True),
        ("id = " + "9" * 7000, False),
        ('id > "-' + "9" * 7000 + '"', True),
        ("id ^ (5, " + "9" * 7000 + ")", True),
    ],
    ids=["zeros", "above", "equal", "below", "one of"],
)
def test_an_integer_may_have_thousands_of_digits(search: str, matches: bool) -> None:
    assert parse_search(search, FIELDS)({**NULLS, "id": 5}) is matches


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", ("name", False)),
        ("name DESC", ("name", True)),
        ("name  desc", ("name", True)),
        ("name sideways", ("name", False)),
        ("name DESC, id ASC", ("name", False)),
        ("user_data dEsC", ("user_data", True)),
        (" id", ("id", False)),
    ],
)
def test_an_order_is_a_field_and_a_direction(order: str, expected: tuple[str, bool]) -> None:
    assert parse_order(order, FIELDS) == expected


@pytest.mark.parametrize("field", ["nope", "created_at", "uuid", "NAME", "name,"])
def test_an_order_by_anything_else_is_refused(field: str) -> None:
    with pytest.raises(SearchRefused) as refusal:
        parse_order(f"{field} DESC", FIELDS)

    assert str(refusal.value) == f"the field '{field}' in the order statement is not valid field for search"


def test_a_blank_order_names_no_field() -> None:
    with pytest.raises(SearchRefused):
        parse_order(" ", FIELDS)
