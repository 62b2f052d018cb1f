"""What searches find: cases Q01 to Q53, and wire §7."""

import pytest

from tests.dialects.foreman.foreman import World, create, listed, listing, names

FIVE = ["alpha", "beta", "gamma one", "delta-1", "alphabet"]
ALPHAS = ["alpha", "alphabet"]
ROOTS = ["alpha", "gamma one"]
NO_ALPHAS = ["beta", "gamma one", "delta-1"]
WITHOUT_DATA = ["beta", "delta-1", "alphabet"]

SEARCHES = [
    ("Q01", "name = alpha", ["alpha"]),
    ("Q01", "name=alpha", ["alpha"]),
    ("Q03", "name = ALPHA", []),
    ("Q04", 'name = "gamma one"', ["gamma one"]),
    ("Q05", "name != alpha", ["beta", "gamma one", "delta-1", "alphabet"]),
    ("Q05", "name <> alpha", ["beta", "gamma one", "delta-1", "alphabet"]),
    ("Q07", "name ~ ALPHA", ALPHAS),
    ("Q08", "name !~ alpha", NO_ALPHAS),
    ("Q09", "name ~ alp*", ALPHAS),
    ("Q10", "name ~ *bet", ["alphabet"]),
    ("Q10", "name ~ a*t", ["alphabet"]),
    ("Q12", "name ^ (alpha, beta)", ["alpha", "beta"]),
    ("Q13", "name !^ (alpha, beta)", ["gamma one", "delta-1", "alphabet"]),
    ("Q14", "name > b", NO_ALPHAS),
    ("Q15", "username = root and user_data = true", ROOTS),
    ("Q16", "username = root, architecture = {aa}", ROOTS),
    ("Q17", "username = root architecture = {aa}", ROOTS),
    ("Q18", "username = root && architecture = {aa}", ROOTS),
    ("Q19", "username = debian or username = admin", ["delta-1", "alphabet"]),
    ("Q20", "username = debian || username = admin", ["delta-1", "alphabet"]),
    ("Q22", "(name = alpha and name = beta) or username = root", ROOTS),
    ("Q23", "name = alpha and name = beta or username = root", ["alpha"]),
    ("Q24", "name = alpha or name = beta and username = root", ["alpha"]),
    ("Q25", "not name = alpha", ["beta", "gamma one", "delta-1", "alphabet"]),
    ("Q26", "! username = root", WITHOUT_DATA),
    ("Q27", "not (name = alpha or name = beta)", ["gamma one", "delta-1", "alphabet"]),
    ("Q28", "user_data", ROOTS),
    ("Q29", "user_data = false", WITHOUT_DATA),
    ("Q29", "user_data != true", WITHOUT_DATA),
    ("Q31", "has username", FIVE),
    ("Q31", "set? name", FIVE),
    ("Q33", "null? username", []),
    ("Q34", "architecture = {ab}", ["beta", "delta-1"]),
    ("Q35", 'operatingsystem = "{ob}"', ["gamma one", "delta-1"]),
    ("Q37", 'name="alpha",operatingsystem="{oa}"', ["alpha"]),
    ("Q38", 'name="alpha",operatingsystem="{ob}"', []),
    ("Q39", "id = {alpha}", ["alpha"]),
    ("Q40", "alpha", ALPHAS),
    ("Q40", "ALPHA", ALPHAS),
    ("Q42", "root", ROOTS),
    ("Q43", "gamma one", ["gamma one"]),
    ("Q43", '"gamma one"', ["gamma one"]),
    ("Q45", "-alpha", NO_ALPHAS),
    ("Q46", "cv-cloud", FIVE),
    ("Q46", "compute_resource = cv-cloud", FIVE),
    ("Q50", "= alpha", ["alpha"]),
    ("Q51", "alpha and", ALPHAS),
    ("Q52", "(alpha", ALPHAS),
    ("Q53", 'name = "alpha', ["alpha"]),
]
"""Number, search and the names that it finds below CA, oldest first."""


def with_ids(world: World, search: str) -> str:
    """The search with the ids of parents and of alpha filled in."""
    ids = {name: getattr(world, name).id for name in ("ca", "oa", "ob", "aa", "ab")}
    return search.format(**ids, alpha=world.images["alpha"]["id"])


@pytest.mark.parametrize(
    ("search", "expected"),
    [case[1:] for case in SEARCHES],
    ids=[f"{number} {search}" for number, search, _ in SEARCHES],
)
def test_a_search_finds_these_names_and_counts_them(stocked: World, search: str, expected: list[str]) -> None:
    search = with_ids(stocked, search)

    found = listing(stocked.admin, stocked.ca.images, search=search)

    assert names(found) == expected
    assert (found["total"], found["subtotal"]) == (5, len(expected))
    assert found["search"] == search


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("compute_resource = cv-libvirt", ["omega-x"]),
        ("compute_resource ~ LIBVIRT", ["omega-x"]),
        ("compute_resource != cv-libvirt", ["alpha", "beta", "alphabet"]),
        ("libvirt", ["omega-x"]),
        ("-cloud", ["omega-x"]),
        ("cloud root", ["alpha"]),
        ("root or ec2", ["alpha", "beta", "omega-x"]),
    ],
)
def test_the_compute_resource_is_searched_by_its_name(stocked: World, search: str, expected: list[str]) -> None:
    found = listing(stocked.admin, stocked.oa.images, search=search)

    assert names(found) == expected
    assert (found["total"], found["subtotal"]) == (4, len(expected))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("id > {alpha}", ["gamma one", "alphabet", "omega-x"]),
        ("id <= {alpha}", ["alpha"]),
        ("operatingsystem ^ ({oa}, {ob})", ["alpha", "gamma one", "alphabet", "omega-x"]),
        ("operatingsystem ^ {oa}, {ob}", []),
        ("id != {alpha} and id > 0", ["gamma one", "alphabet", "omega-x"]),
        ('id > "-1"', ["alpha", "gamma one", "alphabet", "omega-x"]),
        ("name >= alphabet", ["gamma one", "alphabet", "omega-x"]),
        ("name before beta", ["alpha", "alphabet"]),
        ("name after gamma", ["gamma one", "omega-x"]),
    ],
)
def test_fields_are_compared_by_their_kind(stocked: World, search: str, expected: list[str]) -> None:
    found = listed(stocked.admin, stocked.aa.images, search=with_ids(stocked, search))

    assert found == expected


@pytest.mark.parametrize("search", [",", " , ", "and", ")", "() or", "not"])
def test_a_search_of_which_nothing_is_left_finds_everything(stocked: World, search: str) -> None:
    found = listed(stocked.admin, stocked.ca.images, search=search)

    assert found == FIVE


@pytest.mark.parametrize("user_data", [None, ""], ids=["null", "empty"])
def test_a_flag_that_is_null_is_neither_true_nor_false(stocked: World, user_data: str | None) -> None:
    create(stocked, name="neither", uuid="cv-u9", user_data=user_data)

    found = {
        search: "neither" in listed(stocked.admin, stocked.ca.images, search=search)
        for search in ("user_data", "user_data = false", "user_data != true", "not user_data", "null? user_data")
    }

    assert found == {
        "user_data": False,
        "user_data = false": False,
        "user_data != true": False,
        "not user_data": True,
        "null? user_data": True,
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("name+%3D+alpha", ["alpha"]),
        ("name%20%3D%20alpha", ["alpha"]),
        ("name%3D%22gamma+one%22", ["gamma one"]),
        ("name%3D%22gamma%2520one%22", []),
    ],
    ids=["plus", "quoted blanks", "quoted word", "quoted twice"],
)
def test_a_search_is_decoded_once(stocked: World, written: str, expected: list[str]) -> None:
    found = listed(stocked.admin, f"{stocked.ca.images}?search={written}")

    assert found == expected
