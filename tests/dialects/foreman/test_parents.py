"""How images are found below their parents: cases P01 to P13, and wire §3.1."""

import pytest

from tests.dialects.foreman.foreman import (
    UNKNOWN,
    Parent,
    World,
    add_parent,
    attributes,
    create,
    listed,
    listing,
    missing,
    post,
    put,
    show,
)

KINDS = ["compute_resources", "operatingsystems", "architectures"]
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def test_case_p01_an_empty_list_is_an_envelope_around_nothing(world: World) -> None:
    answer = world.admin.get(world.ca.images)

    assert answer.status == 200
    assert answer.json == {
        "total": 0,
        "subtotal": 0,
        "page": 1,
        "per_page": 20,
        "search": None,
        "sort": {"by": None, "order": None},
        "results": [],
    }


def test_case_p02_nothing_is_below_an_unknown_compute_resource(world: World) -> None:
    answer = world.admin.get(f"/api/compute_resources/{UNKNOWN}/images")

    assert answer.status == 404
    assert answer.json == missing()


def test_case_p03_nothing_is_below_an_unknown_operating_system(world: World) -> None:
    answer = world.admin.get(f"/api/operatingsystems/{UNKNOWN}/images")

    assert answer.status == 404
    assert answer.json == missing()


def test_case_p04_nothing_is_below_an_unknown_architecture(world: World) -> None:
    answer = world.admin.get(f"/api/architectures/{UNKNOWN}/images")

    assert answer.status == 404
    assert answer.json == missing()


def test_case_p05_below_an_unknown_parent_the_image_is_what_is_missing(world: World) -> None:
    answer = world.admin.get(f"/api/compute_resources/{UNKNOWN}/images/5")

    assert answer.status == 404
    assert answer.json == missing(5)


def test_case_p06_nothing_is_created_below_an_unknown_parent(world: World) -> None:
    answer = post(world.admin, f"/api/compute_resources/{UNKNOWN}/images", {"image": attributes(world)})

    assert answer.status == 404
    assert answer.json == missing()


def test_case_p07_an_architecture_is_found_by_its_name(stocked: World) -> None:
    answer = stocked.admin.get("/api/architectures/cv_x86_64/images")

    assert answer.status == 200
    assert answer.json == listing(stocked.admin, stocked.aa.images)


def test_case_p08_an_operating_system_is_found_by_its_title(stocked: World) -> None:
    answer = stocked.admin.get("/api/operatingsystems/CvLinux%207.9/images")

    assert answer.status == 200
    assert answer.json == listing(stocked.admin, stocked.oa.images)


def test_case_p09_what_follows_the_id_of_a_parent_is_ignored(stocked: World) -> None:
    answer = stocked.admin.get(f"/api/compute_resources/{stocked.ca.id}-cv-cloud/images")

    assert answer.status == 200
    assert answer.json == listing(stocked.admin, stocked.ca.images)


def test_case_p10_a_compute_resource_is_not_found_by_its_name(world: World) -> None:
    answer = world.admin.get("/api/compute_resources/cv-cloud/images")

    assert answer.status == 404
    assert answer.json == missing()


def test_case_p11_the_version_may_be_part_of_the_path(stocked: World) -> None:
    answer = stocked.admin.get(f"/api/v2/compute_resources/{stocked.ca.id}/images")

    assert answer.status == 200
    assert answer.json == listing(stocked.admin, stocked.ca.images)


@pytest.mark.parametrize("root", ["/api", "/api/v2"])
def test_a_path_may_end_in_the_format(stocked: World, root: str) -> None:
    images = f"{root}/compute_resources/{stocked.ca.id}/images"
    alpha = stocked.images["alpha"]

    answers = {
        path: stocked.admin.get(f"{root}{path}.json")
        for path in (
            "/status",
            "/architectures",
            "/architectures/cv_x86_64",
            "/operatingsystems/CvLinux%207.9",
            f"/compute_resources/{stocked.ca.id}/images",
            f"/compute_resources/{stocked.ca.id}/images/{alpha['id']}",
        )
    }

    for path, answer in answers.items():
        assert (answer.status, answer.json) == (200, stocked.admin.get(root + path).json), path
    assert stocked.admin.get(f"{images}/{UNKNOWN}.json").json == missing(UNKNOWN)
    assert listed(stocked.admin, f"{images}.json", search="name = alpha") == ["alpha"]
    assert put(stocked.admin, f"{images}/{alpha['id']}.json", username="changed").json["username"] == "changed"


@pytest.mark.parametrize("path", ["/api/images.json", "/api/architectures.xml", "/api/architectures/.json"])
def test_there_is_nothing_at_other_paths_with_a_format(world: World, path: str) -> None:
    assert world.admin.get(path).status == 404


def test_case_p13_there_are_no_images_without_a_parent(world: World) -> None:
    create(world)

    answer = world.admin.get("/api/images")

    assert answer.status == 404


@EACH_KIND
@pytest.mark.parametrize("text", ["-", "-any-text", "-%C3%BC%20%2F"], ids=["hyphen", "text", "quoted"])
def test_any_text_may_follow_the_id_and_a_hyphen(stocked: World, kind: str, text: str) -> None:
    parent = stocked.parent(kind)

    answer = stocked.admin.get(f"{parent.path}{text}/images")

    assert answer.status == 200
    assert answer.json == listing(stocked.admin, parent.images)


@pytest.mark.parametrize(
    "segment",
    ["CvLinux", "cvlinux%207.9", "CvLinux%207", "CvLinux%207.9%20", "CvLinux%25207.9"],
    ids=["without version", "lower case", "without minor version", "a blank more", "quoted twice"],
)
def test_an_operating_system_is_found_by_its_exact_title_only(world: World, segment: str) -> None:
    answer = world.admin.get(f"/api/operatingsystems/{segment}/images")

    assert answer.status == 404
    assert answer.json == missing()


@pytest.mark.parametrize("segment", ["CV_X86_64", "cv_x86", "x86_64"])
def test_an_architecture_is_found_by_its_exact_name_only(world: World, segment: str) -> None:
    answer = world.admin.get(f"/api/architectures/{segment}/images")

    assert answer.status == 404
    assert answer.json == missing()


def test_a_title_that_is_a_description_finds_the_operating_system(world: World) -> None:
    described = add_parent(world.admin, "operatingsystems", name="CvLinux", major="8", description="Cv: the 8th/2")
    create(world, operatingsystem_id=described.id)

    found = listed(world.admin, "/api/operatingsystems/Cv%3A%20the%208th%2F2/images")

    assert found == ["alpha"]


def test_a_name_goes_before_a_number(world: World) -> None:
    named = add_parent(world.admin, "architectures", name=str(world.aa.id))
    create(world, name="below the number")
    create(world, name="below the name", uuid="cv-u2", architecture_id=named.id)

    found = listed(world.admin, f"/api/architectures/{world.aa.id}/images")

    assert found == ["below the name"]


def test_a_title_goes_before_a_number(world: World) -> None:
    titled = add_parent(world.admin, "operatingsystems", name="CvX", major="1", description=str(world.oa.id))
    create(world, name="below the number")
    create(world, name="below the title", uuid="cv-u2", operatingsystem_id=titled.id)

    found = listed(world.admin, f"/api/operatingsystems/{world.oa.id}/images")

    assert found == ["below the title"]


@pytest.mark.parametrize("path", ["/api/architectures/cv_x86_64", "/api/operatingsystems/CvLinux%207.9"])
def test_an_image_is_shown_below_a_parent_that_is_named(stocked: World, path: str) -> None:
    image = stocked.images["alpha"]

    found = show(stocked.admin, f"{path}/images/{image['id']}")

    assert found == image


@pytest.mark.parametrize(
    ("below", "also", "expected"),
    [
        ("oa", ["cb"], ["omega-x"]),
        ("oa", ["ca"], ["alpha", "beta", "alphabet"]),
        ("ca", ["ob"], ["gamma one", "delta-1"]),
        ("ca", ["ob", "ab"], ["delta-1"]),
        ("aa", ["oa", "ca"], ["alpha", "alphabet"]),
        ("ca", ["cb"], []),
        ("ca", ["ca"], ["alpha", "beta", "gamma one", "delta-1", "alphabet"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value) or "none",
)
def test_all_parents_that_are_given_must_match(
    stocked: World, below: str, also: list[str], expected: list[str]
) -> None:
    path: Parent = getattr(stocked, below)
    others: list[Parent] = [getattr(stocked, name) for name in also]

    found = listing(stocked.admin, path.images, **{f"{parent.kind[:-1]}_id": parent.id for parent in others})

    assert [image["name"] for image in found["results"]] == expected
    assert (found["total"], found["subtotal"]) == (len(expected), len(expected))


@EACH_KIND
@pytest.mark.parametrize("other", KINDS)
def test_an_unknown_parent_in_the_query_is_not_found(stocked: World, kind: str, other: str) -> None:
    parent = stocked.parent(kind)

    answer = stocked.admin.get(f"{parent.images}?{other[:-1]}_id={UNKNOWN}")

    assert answer.status == 404
    assert answer.json == missing()


@pytest.mark.parametrize("kind", ["operatingsystems", "architectures"])
def test_an_image_is_shown_if_the_parents_of_the_query_match_too(stocked: World, kind: str) -> None:
    image = stocked.images["alpha"]
    path, name = stocked.ca.image(image), f"{kind[:-1]}_id"

    matching = stocked.admin.get(f"{path}?{name}={stocked.parent(kind).id}")
    failing = stocked.admin.get(f"{path}?{name}={stocked.other(kind).id}")

    assert (matching.status, matching.json) == (200, image)
    assert (failing.status, failing.json) == (404, missing(image["id"]))


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_image_is_left_alone_if_a_parent_of_the_query_does_not_match(stocked: World, method: str) -> None:
    image = stocked.images["alpha"]
    target = f"{stocked.ca.image(image)}?architecture_id={stocked.ab.id}"

    answer = stocked.admin.delete(target) if method == "DELETE" else put(stocked.admin, target, username="changed")

    assert answer.status == 404
    assert answer.json == missing(image["id"])
    assert show(stocked.admin, stocked.ca.image(image)) == image


@pytest.mark.parametrize("name", ["organization_id", "location_id"])
def test_organizations_and_locations_are_ignored(stocked: World, name: str) -> None:
    found = listing(stocked.admin, stocked.ca.images, **{name: UNKNOWN})

    assert found["total"] == 5


def test_names_of_parents_are_shown_as_they_are_in_the_list_of_parents(stocked: World) -> None:
    image = stocked.images["gamma one"]

    found = [show(stocked.admin, parent.path) for parent in (stocked.ca, stocked.ob, stocked.aa)]

    assert image["compute_resource_name"] == found[0]["name"] == "cv-cloud"
    assert image["operatingsystem_name"] == found[1]["title"] == "CvBsd 13"
    assert image["architecture_name"] == found[2]["name"] == "cv_x86_64"
