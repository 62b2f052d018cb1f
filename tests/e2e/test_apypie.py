"""What a program does with images through apypie: its description of the API, parents, images below them, refusals."""

import json
import re
from dataclasses import replace

import pytest

from tests.e2e.clients import Installation, refusal, running_library
from tests.e2e.foreman import ForemanCaller, Parents, Record, facts, heard, make, missing, names, said
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("installation", ["apypie-0.8.0"], indirect=True)]

CLIENTS = pytest.mark.parametrize("client", ["Api", "ForemanApi"])
DESCRIPTION = "GET /apidoc/v2.json"
STATUS = "GET /api/status"
STATUS_ROUTE = {"api_url": "/api/status", "http_method": "GET", "short_description": ""}
HOME = {"methods": [{"name": "status", "apis": [STATUS_ROUTE], "params": []}]}
"""As much of its description as is needed to ask for the status."""
EVERYTHING = 4294967296
"""The size of page with which `ForemanApi` asks for all there is."""
UNKNOWN = 999999
UNSEARCHABLE = {"class": "ScopedSearch::QueryNotSupported"}
UNORDERED = "the field 'uuid' in the order statement is not valid field for search"


@CLIENTS
def test_the_description_is_loaded_before_anything_else_and_once(
    f1: ForemanCaller, server: Server, client: str
) -> None:
    caller = replace(f1, client=client)
    before = len(server.answered())

    statuses = [caller.do("home", "status") for _ in range(2)]

    assert statuses[0] == {"result": "ok", "status": 200, "version": statuses[0]["version"], "api_version": 2}
    assert re.fullmatch(r"\d+(\.\d+)+", statuses[0]["version"])
    assert heard(server, before) == [DESCRIPTION, STATUS, STATUS]


@CLIENTS
def test_the_next_start_makes_do_with_the_description_that_was_kept(
    f1: ForemanCaller, parents: Parents, server: Server, installation: Installation, client: str
) -> None:
    caller = replace(f1, client=client)
    caller.do("home", "status")
    before = len(server.answered())

    with running_library(installation) as library:
        listed = replace(caller, bindings=library).do("images", "index", compute_resource_id=parents.ec2)

    assert listed["results"] == []
    assert heard(server, before) == ["GET /api/compute_resources/…/images"]


@CLIENTS
def test_a_description_that_changed_is_loaded_anew(f1: ForemanCaller, server: Server, client: str) -> None:
    caller = replace(f1, client=client)
    caller.cache.mkdir()
    (caller.cache / "stale.json").write_text(json.dumps({"docs": {"resources": {"home": HOME}}}), "utf-8")
    before = len(server.answered())

    known = [caller.call("resources"), caller.do("home", "status"), caller.call("resources")]

    assert known[0] == ["home"]
    assert "images" in known[2]
    assert heard(server, before) == [STATUS, DESCRIPTION]
    assert [path.name for path in caller.cache.glob("stale*")] == []


@pytest.mark.parametrize(("language", "ending"), [("", ".json"), ("de", ".de.json")], ids=["none", "German"])
def test_the_description_is_kept_under_its_checksum(f1: ForemanCaller, language: str, ending: str) -> None:
    caller = replace(f1, language=language)
    caller.do("home", "status")

    told = caller.call("http_call", "get", "/apidoc/apipie_checksum")

    assert [path.name for path in f1.cache.iterdir()] == [f"{told['checksum']}{ending}"]


@pytest.mark.parametrize(
    ("resource", "given", "search"),
    [
        ("compute_resources", {"name": "made cloud", "provider": "Openstack", "url": "https://x"}, 'name="made cloud"'),
        ("operatingsystems", {"name": "MadeOS", "major": "11", "minor": "4"}, 'title="MadeOS 11.4"'),
        ("operatingsystems", {"name": "Other", "major": "1", "description": "Made, told"}, 'title~"made, told"'),
        ("architectures", {"name": "made_riscv64"}, 'name="made_riscv64"'),
    ],
    ids=["compute resource", "operating system", "described system", "architecture"],
)
def test_a_parent_is_made_listed_and_shown(f1: ForemanCaller, resource: str, given: Record, search: str) -> None:
    made = f1.call("http_call", "post", f"/api/{resource}", {resource.removesuffix("s"): given})

    listed = f1.do(resource, "index", search=search, per_page=EVERYTHING)

    [found] = listed["results"]
    assert given.items() <= found.items() <= made.items()
    assert (listed["search"], listed["per_page"]) == (search, EVERYTHING)
    assert f1.do(resource, "show", id=made["id"]) == {**made, "images": []}


def test_an_image_is_made_and_shown(f1: ForemanCaller, parents: Parents) -> None:
    made = make(f1, parents, name="Сервер «Ёлка» 猫", user_data=True)

    assert made == {
        **facts(parents, name="Сервер «Ёлка» 猫", user_data=True),
        "id": made["id"],
        "compute_resource_id": parents.ec2,
        "compute_resource_name": "cv-cloud",
        "operatingsystem_name": "CvLinux 7.9",
        "architecture_name": "cv_x86_64",
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "iam_role": None,
    }
    assert f1.do("images", "show", compute_resource_id=parents.ec2, id=made["id"]) == made


@pytest.mark.parametrize(
    ("kind", "parent", "expected"),
    [
        ("compute_resource", "libvirt", ["omega-x"]),
        ("operatingsystem", "bsd", ["gamma one", "delta-1"]),
        ("architecture", "aarch64", ["beta", "delta-1"]),
    ],
)
def test_images_are_listed_and_shown_below_each_parent(
    f1: ForemanCaller, parents: Parents, stock: dict[str, Record], kind: str, parent: str, expected: list[str]
) -> None:
    below = {f"{kind}_id": getattr(parents, parent)}

    listed = f1.do("images", "index", **below)

    assert listed["results"] == [stock[name] for name in expected]
    assert [f1.do("images", "show", id=stock[name]["id"], **below) for name in expected] == listed["results"]
    with refusal("HTTPError", status=404):
        f1.do("images", "show", id=stock["alpha"]["id"], **below)


def test_images_are_listed_below_two_parents_at_once(
    f1: ForemanCaller, parents: Parents, stock: dict[str, Record], server: Server
) -> None:
    before = len(server.answered())

    listed = f1.do("images", "index", compute_resource_id=parents.ec2, architecture_id=parents.x86_64)

    assert names(listed) == ["alpha", "gamma one", "alphabet"]
    assert heard(server, before)[-1] == "GET /api/architectures/…/images"


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ('name="gamma one"', ["gamma one"]),
        ("alpha", ["alpha", "alphabet"]),
        ("cv-cloud", ["alpha", "beta", "gamma one", "delta-1", "alphabet"]),
        ("username = root, user_data = true", ["alpha", "gamma one"]),
        ("name ~ a*t or username ^ (debian, nobody)", ["delta-1", "alphabet"]),
        ("not (name ~ alpha)", ["beta", "gamma one", "delta-1"]),
        ('name="ALPHA"', []),
    ],
    ids=["name", "free text", "compute resource", "both", "one or the other", "negation", "none"],
)
@pytest.mark.usefixtures("stock")
def test_images_are_searched(f1: ForemanCaller, parents: Parents, search: str, expected: list[str]) -> None:
    listed = f1.do("images", "index", compute_resource_id=parents.ec2, search=search)

    assert names(listed) == expected
    assert (listed["total"], listed["subtotal"], listed["search"]) == (5, len(expected), search)


def test_pages_are_read_one_by_one(f1: ForemanCaller, parents: Parents, stock: dict[str, Record]) -> None:
    asked = {"compute_resource_id": parents.ec2, "order": "name DESC", "per_page": 2}

    pages = [f1.do("images", "index", page=page, **asked) for page in (1, 2, 3, 4)]

    assert [names(page) for page in pages] == [["gamma one", "delta-1"], ["beta", "alphabet"], ["alpha"], []]
    assert [page["page"] for page in pages] == [1, 2, 3, 4]
    assert [page["sort"] for page in pages] == [{"by": "name", "order": "DESC"}] * 4
    assert {(page["total"], page["subtotal"], page["per_page"]) for page in pages} == {(5, 5, 2)}


@pytest.mark.parametrize(
    ("size", "told"),
    [(EVERYTHING, EVERYTHING), (str(EVERYTHING), EVERYTHING), ("all", 30)],
    ids=["number", "text", "all"],
)
def test_everything_is_read_at_once(f1: ForemanCaller, parents: Parents, size: int | str, told: int) -> None:
    made = [make(f1, parents, name=f"image {number}", uuid=f"cv-u{number}") for number in range(30)]

    usual = f1.do("images", "index", compute_resource_id=parents.ec2)
    listed = f1.do("images", "index", compute_resource_id=parents.ec2, per_page=size)

    assert (usual["results"], usual["total"], usual["per_page"]) == (made[:20], 30, 20)
    assert (listed["results"], listed["total"], listed["per_page"]) == (made, 30, told)


def test_an_update_changes_what_it_is_given_alone(f1: ForemanCaller, parents: Parents) -> None:
    image = make(f1, parents)
    place = {"compute_resource_id": parents.ec2, "id": image["id"]}

    changed = f1.do("images", "update", image={"username": "admin", "user_data": True}, **place)
    unchanged = f1.do("images", "update", image={}, **place)

    expected = {"username": "admin", "user_data": True, "updated_at": changed["updated_at"]}
    assert changed == {**image, **expected}
    assert unchanged == f1.do("images", "show", **place) == changed


@pytest.mark.parametrize("more", [{}, {"organization_id": 1}], ids=["no body", "body"])
def test_a_destroyed_image_is_gone(f1: ForemanCaller, parents: Parents, more: Record) -> None:
    image, kept = make(f1, parents), make(f1, parents, name="kept", uuid="cv-u2")
    place = {"compute_resource_id": parents.ec2, "id": image["id"]}

    record = f1.do("images", "destroy", **place, **more)

    stamps = {name: record[name] for name in ("created_at", "updated_at")}
    ids = {"id": image["id"], "compute_resource_id": parents.ec2}
    assert record == {**facts(parents), **ids, **stamps, "iam_role": None, "user_data": False, "password": None}
    assert f1.do("images", "index", compute_resource_id=parents.ec2)["results"] == [kept]
    for action in ("show", "destroy"):
        with refusal("HTTPError", missing(image["id"]), status=404):
            f1.do("images", action, **place)


@CLIENTS
@pytest.mark.parametrize(
    ("user", "password"), [("f1", "wrong"), ("f2", None), ("", None)], ids=["password", "user", "none"]
)
def test_wrong_credentials_are_refused(
    f1: ForemanCaller, parents: Parents, client: str, user: str, password: str | None
) -> None:
    caller = replace(f1, client=client, user=user, token=password or f1.token)

    with refusal("HTTPError", said(f"Unable to authenticate user {user}"), status=401):
        caller.do("images", "index", compute_resource_id=parents.ec2)


@pytest.mark.parametrize(
    ("action", "right"),
    [("index", "view"), ("show", "view"), ("create", "create"), ("update", "edit"), ("destroy", "destroy")],
)
def test_a_missing_permission_is_named(f1_nobody: ForemanCaller, parents: Parents, action: str, right: str) -> None:
    given = {"compute_resource_id": parents.ec2, "id": UNKNOWN, "image": facts(parents)}
    details = f"Missing one of the required permissions: {right}_images"

    with refusal("HTTPError", said("Access denied", details=details, missing_permissions=[f"{right}_images"]), 403):
        f1_nobody.do("images", action, **given)


@pytest.mark.parametrize(
    ("action", "given", "status", "words"),
    [
        ("show", {"id": UNKNOWN}, 404, missing(UNKNOWN)),
        ("update", {"id": UNKNOWN, "image": {}}, 404, missing(UNKNOWN)),
        ("destroy", {"id": UNKNOWN}, 404, missing(UNKNOWN)),
        ("index", {"compute_resource_id": UNKNOWN}, 404, missing()),
        ("index", {"search": "nope = 1"}, 400, said("Field 'nope' not recognized for searching!", **UNSEARCHABLE)),
        ("index", {"order": "uuid DESC"}, 400, said(UNORDERED, **UNSEARCHABLE)),
        ("index", {"page": 0}, 400, said("invalid page: 0")),
    ],
    ids=["show", "update", "destroy", "parent", "search", "order", "page"],
)
def test_what_cannot_be_had_is_refused(
    f1: ForemanCaller, parents: Parents, action: str, given: Record, status: int, words: str
) -> None:
    with refusal("HTTPError", words, status):
        f1.do("images", action, **{"compute_resource_id": parents.ec2, **given})


def test_all_that_is_taken_is_told_at_once(f1: ForemanCaller, parents: Parents) -> None:
    image = make(f1, parents)

    with refusal("HTTPError", status=422) as refused:
        make(f1, parents)

    _, _, text = str(refused.value).partition("\n")
    error = json.loads(text)["error"]
    taken = ["has already been taken"]
    assert (error["id"], error["errors"]) == (None, {"name": taken, "uuid": taken})
    assert sorted(error["full_messages"]) == ["Name has already been taken", "Uuid has already been taken"]
    assert f1.do("images", "index", compute_resource_id=parents.ec2)["results"] == [image]


def test_what_is_required_is_missed_by_the_client_itself(f1: ForemanCaller, parents: Parents, server: Server) -> None:
    before = len(server.answered())

    with refusal("MissingArgumentsError", "image[uuid]"):
        f1.do("images", "create", compute_resource_id=parents.ec2, image={"name": "alpha", "username": "root"})

    assert heard(server, before) == [DESCRIPTION]


def test_another_tenant_has_nothing_of_this(f2: ForemanCaller, parents: Parents, stock: dict[str, Record]) -> None:
    listed = f2.do("compute_resources", "index")

    assert listed["results"] == []
    with refusal("HTTPError", missing(stock["alpha"]["id"]), status=404):
        f2.do("images", "show", compute_resource_id=parents.ec2, id=stock["alpha"]["id"])
