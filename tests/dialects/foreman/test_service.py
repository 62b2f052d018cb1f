"""The service itself, and the headers of all answers: cases F01, F08 and F09, and wire §1 and §10."""

import re
from http import HTTPStatus

import pytest

from tests.api import Answer
from tests.dialects.foreman.foreman import (
    TEXT,
    UNKNOWN,
    MakeApi,
    World,
    assert_has_headers,
    attributes,
    create,
    listing,
    missing,
    post,
    put,
    send,
    show,
    try_create,
)
from tests.storage.contract.faults import answering

SITUATIONS = [
    "status",
    "description",
    "checksum",
    "list",
    "show",
    "create",
    "update",
    "delete",
    "parents",
    "parent",
    "bad request",
    "malformed",
    "unauthorized",
    "forbidden",
    "not found",
    "no route",
    "no such page",
    "media type",
    "invalid",
]
PAST_THE_PERMISSION_CHECK = [
    "status",
    "list",
    "show",
    "create",
    "update",
    "delete",
    "bad request",
    "not found",
    "media type",
    "invalid",
]


def answer_in(world: World, situation: str) -> Answer:
    """What is answered in a situation that leads to one status or another."""
    admin, below = world.admin, world.ca.images
    image = create(world)
    answers = {
        "status": lambda: admin.get("/api/status"),
        "description": lambda: world.anonymous.get("/apidoc/v2.json"),
        "checksum": lambda: world.anonymous.get("/apidoc/apipie_checksum"),
        "list": lambda: admin.get(below),
        "show": lambda: admin.get(world.ca.image(image)),
        "create": lambda: try_create(world, name="beta", uuid="cv-u2"),
        "update": lambda: put(admin, world.ca.image(image), username="changed"),
        "delete": lambda: admin.delete(world.ca.image(image)),
        "parents": lambda: admin.get("/api/architectures"),
        "parent": lambda: admin.get(world.aa.path),
        "bad request": lambda: admin.get(f"{below}?order=nope"),
        "malformed": lambda: admin.post(below, {"Content-Type": "application/json"}, b'{"image": '),
        "unauthorized": lambda: world.anonymous.get(below),
        "forbidden": lambda: world.nobody.get(below),
        "not found": lambda: admin.get(world.ca.image(UNKNOWN)),
        "no route": lambda: admin.get("/api/images"),
        "no such page": lambda: world.anonymous.get("/apidoc/unknown"),
        "media type": lambda: admin.post(below, TEXT, b"{}"),
        "invalid": lambda: post(admin, below, {"image": {}}),
    }
    return answers[situation]()


@pytest.mark.parametrize("path", ["/api/ping", "/api/v2/ping"])
def test_whether_the_server_answers_can_be_asked_without_credentials(world: World, path: str) -> None:
    answer = world.anonymous.get(path)

    assert answer.status == 200
    assert answer.json["results"]["foreman"].keys() == {"database"}
    assert answer.json["results"]["foreman"]["database"]["active"] is True
    assert answer.json["results"]["foreman"]["database"]["duration_ms"].isdecimal()


def test_a_server_whose_tables_do_not_answer_says_so(world: World) -> None:
    busy = {"Error": {"Code": "ThrottlingException", "Message": "x"}}

    with answering("BatchGetItem", lambda _: (HTTPStatus.BAD_REQUEST, busy)):
        answer = world.anonymous.get("/api/ping")

    assert answer.status == 503
    assert answer.json["error"]["message"]


def test_what_the_server_consists_of_is_told_with_credentials(world: World) -> None:
    refused, answer = world.anonymous.get("/api/statuses"), world.nobody.get("/api/statuses")

    assert (refused.status, answer.status) == (401, 200)
    found = answer.json["results"]["foreman"]
    assert found["version"] == world.admin.get("/api/status").json["version"]
    assert found["api"] == {"version": "v2"}
    assert found["database"]["active"] is True
    assert [found[name] for name in ("plugins", "smart_proxies", "compute_resources")] == [[], [], []]


def test_case_f01_the_status_names_the_version_of_the_interface(world: World) -> None:
    answer = world.admin.get("/api/status")

    assert answer.status == 200
    assert set(answer.json) == {"result", "status", "version", "api_version"}
    assert (answer.json["result"], answer.json["status"], answer.json["api_version"]) == ("ok", 200, 2)


def test_the_version_looks_like_a_dotted_number(world: World) -> None:
    found = show(world.admin, "/api/status")["version"]

    assert re.fullmatch(r"\d+(\.\d+)+", found)


def test_the_status_needs_credentials(world: World) -> None:
    answer = world.anonymous.get("/api/status")

    assert answer.status == 401
    assert answer.json == {"error": {"message": "Unable to authenticate user "}}


def test_case_f08_a_list_names_the_version_in_headers(world: World) -> None:
    answer = world.admin.get(world.ca.images)

    assert answer.headers["foreman_api_version"] == "2"
    assert re.match(r"\d+\.\d+", answer.headers["foreman_version"])


def test_the_names_of_the_headers_are_written_with_underscores(world: World) -> None:
    answer = world.admin.get(world.ca.images)

    assert {"Foreman_api_version", "Foreman_version"} <= set(answer.header_names)


@pytest.mark.parametrize("situation", PAST_THE_PERMISSION_CHECK)
def test_answers_past_the_permission_check_name_the_version(world: World, situation: str) -> None:
    answer = answer_in(world, situation)

    assert answer.headers["foreman_api_version"] == "2"
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer.headers["foreman_version"])


def test_case_f09_a_list_is_json_in_utf_8(world: World) -> None:
    answer = world.admin.get(world.ca.images)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_answer_says_that_it_is_json_and_carries_the_checksum(world: World, situation: str) -> None:
    answer = answer_in(world, situation)

    assert_has_headers(answer)


def test_the_checksum_is_the_same_in_every_answer(world: World) -> None:
    answers = [
        world.anonymous.get("/apidoc/v2.json"),
        world.anonymous.get("/apidoc/apipie_checksum"),
        world.anonymous.get(world.ca.images),
        world.admin.get(world.ca.images),
        world.admin.get(world.ca.image(UNKNOWN)),
    ]

    found = {answer.headers["apipie-checksum"] for answer in answers}

    assert len(found) == 1


def test_the_checksum_is_that_of_every_instance(make_api: MakeApi) -> None:
    first, second = make_api(), make_api(TABLE_PREFIX="rosetta-", GLANCE_V1_STATUSES="upstream")

    found = {api.anonymous().get("/api/status").headers["apipie-checksum"] for api in (first, second)}

    assert len(found) == 1


def test_the_checksum_can_be_part_of_the_name_of_a_file(world: World) -> None:
    found = world.admin.get("/api/status").headers["apipie-checksum"]

    assert re.fullmatch(r"[\w.-]+", found)


def test_names_beyond_ascii_are_kept(world: World) -> None:
    image = create(world, name="Grüße aus 東京 😀")

    answer = world.admin.get(world.ca.image(image))

    assert answer.json["name"] == "Grüße aus 東京 😀"


@pytest.mark.parametrize("accept", ["application/json,version=1", "application/json;version=2", "text/html", "*/*"])
def test_the_version_in_the_accept_header_is_ignored(world: World, accept: str) -> None:
    image = create(world)

    answer = world.admin.get(world.ca.image(image), {"Accept": accept})

    assert answer.status == 200
    assert answer.json == image
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("path", ["/api/v1/architectures", "/api/v3/architectures"])
def test_other_versions_are_not_there(world: World, path: str) -> None:
    answer = world.admin.get(path)

    assert answer.status == 404


def test_a_slash_at_the_end_makes_no_difference(world: World) -> None:
    created = post(world.admin, f"{world.ca.images}/", {"image": attributes(world)})

    shown = world.admin.get(f"{world.ca.image(created.json)}/")
    found = listing(world.admin, f"{world.ca.images}/")

    assert (created.status, shown.status) == (201, 200)
    assert found["results"] == [shown.json]


@pytest.mark.parametrize(
    "path", ["/status", "/compute_resources", "/operatingsystems", "/architectures", "/architectures/{aa}"]
)
def test_what_is_around_the_images_is_below_v2_too(world: World, path: str) -> None:
    path = path.format(aa=world.aa.id)

    found = [show(world.admin, prefix + path) for prefix in ("/api", "/api/v2")]

    assert found[0] == found[1]


def test_all_operations_work_below_v2(world: World) -> None:
    below = world.ca.images.replace("/api/", "/api/v2/")
    created = post(world.admin, below, {"image": attributes(world)})
    path = f"{below}/{created.json['id']}"

    found = [world.admin.get(path), put(world.admin, path, username="changed"), world.admin.delete(path)]

    assert [created.status, *(answer.status for answer in found)] == [201, 200, 200, 200]
    assert listing(world.admin, below)["total"] == 0


def test_messages_are_english_whatever_the_client_prefers(world: World) -> None:
    french = {"Accept-Language": "fr"}

    found = world.admin.get(world.ca.image(UNKNOWN), french)

    assert found.status == 404
    assert found.json == missing(UNKNOWN)


def test_reasons_are_english_whatever_the_client_prefers(world: World) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "fr"}

    answer = send(world.admin, "POST", world.ca.images, {"image": {}}, headers)

    assert answer.status == 422
    assert answer.json["error"]["errors"]["name"] == ["can't be blank"]
