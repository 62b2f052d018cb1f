"""Searches and orders that are refused: cases E01 to E10 and O13 to O15, and wire §7.5."""

import pytest

from tests.dialects.foreman.foreman import World, assert_refused, denied, query, unsearchable

SEARCHES = [
    ("E01", "nope = 1", "Field 'nope' not recognized for searching!"),
    ("E02", "uuid = cv-u1", "Field 'uuid' not recognized for searching!"),
    ("E03", "NAME = alpha", "Field 'NAME' not recognized for searching!"),
    ("E04", "has nope", "Field 'nope' not recognized for searching!"),
    ("E05", "name!=alpha", "Field 'name!' not recognized for searching!"),
    ("E06", "user_data = maybe", "'user_data' should be one of 'true, false', but the query was 'maybe'"),
    ("E07", "user_data > true", "Operator 'gt' not supported for 'user_data'"),
    ("E08", "architecture ~ 1", "the operator 'like' is not supported for field type 'integer'"),
    ("E09", "architecture = x86_64", "Value 'x86_64' is not valid for field 'id'"),
]
"""Number, search and the message that refuses it."""

ORDERS = [
    ("O13", "nope DESC", "nope"),
    ("O14", "created_at DESC", "created_at"),
    ("O15", "uuid DESC", "uuid"),
]
"""Number, order and the field that is refused."""

MORE_SEARCHES = [
    ("null? nope", "Field 'nope' not recognized for searching!"),
    ("os = 1", "Field 'os' not recognized for searching!"),
    ("created_at > 1", "Field 'created_at' not recognized for searching!"),
    ("password = x", "Field 'password' not recognized for searching!"),
    ("name = alpha or nope = 1", "Field 'nope' not recognized for searching!"),
    ("(not (nope = 1))", "Field 'nope' not recognized for searching!"),
    ("nope ^ (a, b)", "Field 'nope' not recognized for searching!"),
    ("operatingsystem !~ 1", "the operator 'unlike' is not supported for field type 'integer'"),
    ("operatingsystem = 7.9", "Value '7.9' is not valid for field 'id'"),
    ("id > x", "Value 'x' is not valid for field 'id'"),
    ("user_data < true", "Operator 'lt' not supported for 'user_data'"),
    ("user_data >= true", "Operator 'gte' not supported for 'user_data'"),
    ("user_data <= true", "Operator 'lte' not supported for 'user_data'"),
    ("user_data ~ true", "Operator 'like' not supported for 'user_data'"),
    ("user_data !~ true", "Operator 'unlike' not supported for 'user_data'"),
]

MORE_ORDERS = [
    "updated_at",
    "NAME",
    "name,id",
    "operatingsystem_id",
    "architecture_name ASC",
    "search",
    "password DESC",
]


def refused_order(field: str) -> str:
    return f"the field '{field}' in the order statement is not valid field for search"


@pytest.mark.parametrize(
    ("search", "message"),
    [*(case[1:] for case in SEARCHES), *MORE_SEARCHES],
    ids=[*(f"{number} {search}" for number, search, _ in SEARCHES), *(search for search, _ in MORE_SEARCHES)],
)
def test_a_search_is_refused_in_these_words(stocked: World, search: str, message: str) -> None:
    answer = stocked.admin.get(stocked.ca.images + query(search=search))

    assert answer.status == 400
    assert answer.json == unsearchable(message)


def test_case_e10_a_value_is_expected_after_an_operator(stocked: World) -> None:
    answer = stocked.admin.get(stocked.ca.images + query(search="name = = alpha"))

    assert answer.status == 400
    message = answer.json["error"]["message"]
    assert message.startswith("Value expected but found ")
    assert answer.json == unsearchable(message)


@pytest.mark.parametrize(
    ("order", "field"),
    [*(case[1:] for case in ORDERS), *((order, order.split()[0]) for order in MORE_ORDERS)],
    ids=[*(f"{number} {order}" for number, order, _ in ORDERS), *MORE_ORDERS],
)
def test_an_order_is_refused_in_these_words(stocked: World, order: str, field: str) -> None:
    answer = stocked.admin.get(stocked.ca.images + query(order=order))

    assert answer.status == 400
    assert answer.json == unsearchable(refused_order(field))


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_searches_are_refused_below_each_parent(stocked: World, kind: str) -> None:
    answer = stocked.admin.get(stocked.parent(kind).images + query(search="nope = 1"))

    assert answer.status == 400
    assert answer.json == unsearchable("Field 'nope' not recognized for searching!")


def test_a_search_is_refused_where_there_is_nothing_to_find(world: World) -> None:
    answer = world.admin.get(world.ca.images + query(search="architecture = x86_64"))

    assert answer.status == 400
    assert answer.json == unsearchable("Value 'x86_64' is not valid for field 'id'")


def test_an_order_is_refused_where_there_is_nothing_to_order(world: World) -> None:
    answer = world.admin.get(world.ca.images + query(order="created_at"))

    assert answer.status == 400
    assert answer.json == unsearchable(refused_order("created_at"))


def test_permissions_are_checked_before_a_search(world: World) -> None:
    answer = world.nobody.get(world.ca.images + query(search="nope = 1", order="nope"))

    assert answer.status == 403
    assert answer.json == denied("view_images")


@pytest.mark.parametrize(("length", "status"), [(2000, 200), (2001, 400)])
def test_a_search_has_two_thousand_characters_at_most(world: World, length: int, status: int) -> None:
    answer = world.admin.get(world.ca.images + query(search="x" * length))

    assert answer.status == status
    if status == 400:
        assert answer.json == unsearchable("Search is too long (maximum is 2000 characters)")


@pytest.mark.parametrize(
    "search",
    [
        "(" * 8000,
        "(" * 4000 + "name = alpha" + ")" * 4000,
        "not " * 2000 + "alpha",
        "!" * 8000 + "alpha",
        "alpha and " * 800 + "alpha",
        "alpha or " * 800 + "alpha",
        "alpha " * 1300,
        "name ~ " + "*a" * 4000,
        'name = "' + "\\" * 8000,
        "id = " + "9" * 8000,
        "id = -" + "9" * 8000,
        "name ^ (" + "a," * 4000,
        "\x00 \ud7ff \U0010ffff",
        "= = = > < ~ ~ ^ ^ ( ) ) ( , , ! ! - -",
    ],
    ids=[
        "open brackets",
        "brackets",
        "not",
        "exclamation marks",
        "and",
        "or",
        "words",
        "wildcards",
        "backslashes",
        "digits",
        "negative digits",
        "values",
        "odd characters",
        "operators",
    ],
)
def test_a_hostile_search_is_answered_or_refused(stocked: World, search: str) -> None:
    answer = stocked.admin.get(stocked.ca.images + query(search=search))

    if answer.status == 200:
        assert answer.json["search"] == search
        assert answer.json["total"] == 5
    else:
        assert answer.status == 400
        assert_refused(answer)


@pytest.mark.parametrize(
    "order",
    ["name " * 1000, "\x00", "\uff4e\uff41\uff4d\uff45", "(name)", "name;DROP", "x" * 8000],
    ids=["many words", "null", "wide letters", "brackets", "semicolon", "long"],
)
def test_a_hostile_order_is_answered_or_refused(stocked: World, order: str) -> None:
    answer = stocked.admin.get(stocked.ca.images + query(order=order))

    if answer.status == 200:
        assert answer.json["sort"]["by"] == "name"
        assert answer.json["total"] == 5
    else:
        assert answer.status == 400
        assert_refused(answer)
