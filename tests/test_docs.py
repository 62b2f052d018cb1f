"""The documentation says what is: each route, setting, file, link and example of it is held to the code."""

import argparse
import json
import re
import shlex
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalog import lengths
from chalicelib.catalog.image import Status
from chalicelib.dialects import DIALECTS
from chalicelib.dialects.glance_v1.metadata import LONGEST_NAME, PROPERTY_BYTES
from chalicelib.dialects.qingcloud.schema import LONGEST_DESCRIPTION
from chalicelib.http.dialect import Dialect, refusing
from chalicelib.http.errors import PathUnknown
from chalicelib.http.gateway import METHODS
from chalicelib.settings import Settings
from local.seed_file import InstanceSeed
from local.seeds import run
from tests.api import ORDINARY, Answer, Api, Caller, a_caller, basic
from tests.dialects.declared import DECLARED
from tests.dialects.glance_v1.glance import OCTETS, RAW, create
from tests.dialects.glance_v1.sending import begin, named, send_all
from tests.factories import an_image

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SETTINGS = ROOT / "docs" / "settings.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PAGES = [
    README,
    *(ROOT / f"{name}.md" for name in ("SECURITY", "CHANGELOG", "CONTRIBUTING")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
URL = "http://registry.example"
ORGANIZATION = "87fe9d8c-ee5c-4a5a-8c7c-1a0a3d5ec4a9"
ANN = a_caller(ORGANIZATION, *ORDINARY, user="ann")
REFUSING = refusing(PathUnknown()).__qualname__


def page_of(dialect: Dialect) -> Path:
    return ROOT / "docs" / "dialects" / f"{dialect.name.replace('_', '-')}.md"


def commands(page: Path) -> list[str]:
    """The commands of a page's `sh` blocks; one that ends in a backslash goes on in the next line."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [command for block in blocks for command in re.split(r"(?<!\\)\n", block.strip())]


def rows(page: Path) -> Iterator[list[str]]:
    """The cells of each row of a page's tables; none if there is no such page yet."""
    for line in page.read_text("utf-8").splitlines() if page.exists() else ():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("| ").split(" | ")]


def operations(page: Path) -> dict[str, str]:
    """What a page's table of operations promises: request, such as `GET /v1/images/{id}`, to answer.

    `ANY /` stands for every method.
    """
    cells = [row for row in rows(page) if re.match(r"`[A-Z]+ /", row[0])]
    return {request: answer for requests, answer in cells for request in re.findall(r"`(.+?)`", requests)}


def nameless(path: str) -> str:
    """A pattern without the names of its variables, which differ between pages and code."""
    return re.sub(r"{\w+}", "{}", path)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_operations_of_a_page_are_the_routes_of_its_dialect(dialect: Dialect) -> None:
    documented = set()
    for request in operations(page_of(dialect)):
        method, path = request.split(" ")
        documented |= {(each, nameless(path)) for each in (METHODS if method == "ANY" else [method])}

    offered = [route for route in dialect.routes if getattr(route.handler, "__qualname__", "") != REFUSING]
    assert documented == {(route.method, nameless(route.path)) for route in offered}


JSON = {"Content-Type": "application/json"}
NEW_IMAGE = {"organization": ORGANIZATION, "name": "a", "arch": "arm", "root_volume": ORGANIZATION}
NEW_RECORD = {"id": "ami-1", "provider": "ec2", "remote_user": "root"}
PARENTS = {
    "compute_resources": {"name": "a", "provider": "EC2"},
    "operatingsystems": {"name": "a"},
    "architectures": {"name": "a"},
}
BELOW = {
    "name": "a",
    "uuid": "a",
    "username": "root",
    **{f"{kind.removesuffix('s')}_id": 1 for kind in PARENTS},
}
"""An image below the first parent of each kind."""
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
HEADERS: dict[str, dict[str, str]] = {
    "PATCH /v2/images/{id}": PATCH,
    "PUT /v2/images/{id}/file": OCTETS,
    "PUT /v2/images/{id}/stage": OCTETS,
}
"""What else than JSON an operation says that it is sent."""
BODIES: dict[str, Any] = {
    "POST /v2/images": {"name": "a"},
    "PATCH /v2/images/{id}": [],
    "POST /v2/images/{id}/members": {"member": "t3"},
    "PUT /v2/images/{id}/members/{tenant}": {"status": "accepted"},
    "PUT /v1/images/{id}/members": {"memberships": []},
    "POST /images": NEW_IMAGE,
    "PUT /images/{id}": {},
    "PATCH /images/{id}": {},
    "POST /v3/image": NEW_RECORD,
    "PUT /v3/image/{id}": {},
    **{f"POST /api/{kind}": {**PARENTS[kind], "name": "another"} for kind in PARENTS},
    **{f"{method} /api/{kind}/{{parent}}": {} for method in ("PUT", "PATCH") for kind in PARENTS},
    **{f"POST /api/{kind}/{{parent}}/images": {**BELOW, "name": "b", "uuid": "b"} for kind in PARENTS},
    **{f"{method} /api/{kind}/{{parent}}/images/{{number}}": {} for method in ("PUT", "PATCH") for kind in PARENTS},
}
"""What an operation needs to be sent."""
OPERATIONS = [(dialect, *operation) for dialect in DIALECTS for operation in operations(page_of(dialect)).items()]


@pytest.mark.parametrize(("dialect", "line", "answer"), OPERATIONS, ids=[line for _, line, _ in OPERATIONS])
def test_an_operation_answers_with_its_status(api: Api, dialect: Dialect, line: str, answer: str) -> None:
    everyone, credentials = a_user(api)
    image = an_image_with_data(everyone)
    assert everyone.put(f"/v1/images/{image}/members/t2").status == 204
    numbered = an_image_below(Caller(api, credentials))
    prepare = next((prepare for part, prepare in PREPARATIONS.items() if part in line), nothing)
    known, bodies = prepare(api, Caller(api, credentials))
    method, path = line.replace("ANY", "OPTIONS").split(" ")
    common = {
        "id": image,
        "tenant": "t2",
        "provider": "ec2",
        "parent": 1,
        "number": numbered,
        "zone": "ac1",
        "tag": "a",
        "name": "image",
    }
    target = path.format_map({**common, **known})
    sent = bodies.get(line, "")
    body = (sent if isinstance(sent, str) else json.dumps(sent)).encode()
    headers = HEADERS.get(line, JSON if body else {})

    answered = Caller(api, credentials).request(method, target, headers, body)

    assert str(answered.status) in re.findall(r"\b\d{3}\b", answer)


def a_user(api: Api) -> tuple[Caller, dict[str, str]]:
    """The user ann by her token, and all the credentials that she could show anywhere."""
    secret = api.world.identities.issue(ANN)
    token = {"X-Auth-Token": secret}
    return Caller(api, token), {**token, **basic(ANN.user, secret)}


def an_image_with_data(caller: Caller) -> str:
    """An image with data; returns its id."""
    formats = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare"}
    answer = caller.post("/v1/images", {**formats, "Content-Type": "application/octet-stream"}, b"bytes")
    image_id: str = answer.json["image"]["id"]
    return image_id


def an_image_below(caller: Caller) -> int:
    """An image below parents that are the first of their kind; returns its number."""
    for kind, facts in PARENTS.items():
        assert caller.post(f"/api/{kind}", JSON, json.dumps(facts).encode()).status == 201
    answer = caller.post("/api/compute_resources/1/images", JSON, json.dumps(BELOW).encode())
    number: int = answer.json["id"]
    return number


def captures(api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """Two captured images, one of them deleted; returns what to call them in paths, and what to send."""
    machine = run({"machine": InstanceSeed(tenant=ORGANIZATION, zone="ac1", state="stopped")})["machine"]
    body = json.dumps({"instance": machine}).encode()
    jobs = [caller.post("/v2/zone/ac1/images", JSON, body).json for _ in range(2)]
    api.work()
    [[image], [deleted]] = [job["resource_ids"] for job in jobs]
    assert caller.delete(f"/v2/zone/ac1/images/{deleted}").status == 200
    api.work()
    sent = {
        "POST /v2/oauth2/token": "grant_type=client_credentials",
        "POST /v2/zone/{zone}/images": {"instance": machine},
        "PUT /v2/zone/{zone}/images": {"image": image},
        "POST /v2/zone/{zone}/lease": {"resources": [deleted]},
    }
    return {"ids": image, "job": jobs[0]["job_id"], "machine": machine}, sent


def an_upload(_api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """An upload of one byte, which has come; returns what to call it in paths, and what to send."""
    upload = begin(caller, b"x")
    parts = send_all(upload, b"x")
    sent = {
        "POST /v1/images/{id}/uploads/{upload}/links": {"parts": named([b"x"])},
        "POST /v1/images/{id}/uploads/{upload}": {"parts": parts},
    }
    return {"id": upload["image_id"], "upload": upload["id"], "job": upload["id"]}, sent


def a_reservation(_api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """An image that waits for its bytes."""
    return {"id": create(caller, RAW)["id"]}, {"POST /v1/images/{id}/uploads": {"size": 1}}


def a_staged_image(_api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """An image whose bytes wait for their import."""
    image: str = create(caller, RAW)["id"]
    assert caller.put(f"/v2/images/{image}/stage", OCTETS, b"bytes").status == 204
    return {"id": image}, {"POST /v2/images/{id}/import": {"method": {"name": "glance-direct"}}}


def a_tagged_image(_api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """An image with a tag."""
    image: str = create(caller)["id"]
    assert caller.put(f"/v2/images/{image}/tags/a").status == 204
    return {"id": image}, {}


def a_deleted_image(api: Api, _caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """An image whose deletion waits."""
    image = an_image(owner=ORGANIZATION, status=Status.PENDING_DELETE, status_changed_at=api.clock.now())
    return {"id": api.world.images.add(image).id}, {}


def a_token(_api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """A token that the caller has made; returns what to call it in paths, and what to send."""
    wanted = {"token": {"name": "a"}}
    answer = caller.post("/v1/tokens", JSON, json.dumps(wanted).encode())
    return {"id": answer.json["token"]["id"]}, {"POST /v1/tokens": wanted}


def nothing(_api: Api, _caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """What most operations need."""
    return {}, BODIES


def a_sign_in(_api: Api, caller: Caller) -> tuple[dict[str, str], dict[str, Any]]:
    """What a sign-in shows in its body."""
    token = {"id": caller.shown("X-Auth-Token")}
    identity = {"methods": ["token"], "token": token}
    sent = {
        "POST /identity/v3/auth/tokens": {"auth": {"identity": identity}},
        "POST /identity/v2.0/tokens": {"auth": {"token": token}},
    }
    return {}, sent


PREPARATIONS = {
    "/identity/": a_sign_in,
    "PUT /v2/images/{id}/file": a_reservation,
    "PUT /v2/images/{id}/stage": a_reservation,
    "/v2/images/{id}/import": a_staged_image,
    "DELETE /v2/images/{id}/tags": a_tagged_image,
    "/v2/images": nothing,
    "/v2/info": nothing,
    "/v2/schemas": nothing,
    "/v2/tasks": nothing,
    "/v2/metadefs": nothing,
    "/v2/": captures,
    "POST /v1/images/{id}/uploads/": an_upload,
    "POST /v1/images/{id}/uploads": a_reservation,
    "/uploads": an_upload,
    "/restore": a_deleted_image,
    "/v1/jobs": an_upload,
    "/v1/tokens": a_token,
}
"""What has to be there before an operation: the first whose key is part of it."""


class Recorded(dict[str, str]):
    """An empty mapping that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default


def settings(page: Path) -> dict[str, str]:
    """What a page's table of settings says: name to default."""
    cells = [row for row in rows(page) if re.match(r"`[A-Z][A-Z0-9_]+`", row[0])]
    return {name: row[1] for row in cells for name in re.findall(r"`(\w+)`", row[0])}


def literals(defaults: Mapping[str, str]) -> dict[str, str]:
    """The defaults that are values, in backticks or figures, rather than descriptions of them."""
    values = {name: re.fullmatch(r"`(.+)`|(\d+)", default) for name, default in defaults.items()}
    return {name: value[1] or value[2] for name, value in values.items() if value is not None}


def read_settings(environ: Mapping[str, str]) -> Settings:
    return Settings.from_environ(environ)._replace(variables={})


def test_the_settings_that_are_listed_are_those_that_are_read() -> None:
    asked = Recorded()
    Settings.from_environ(asked)

    assert settings(SETTINGS).keys() == asked.names


@pytest.mark.parametrize(("name", "default"), literals(settings(SETTINGS)).items())
def test_a_default_that_is_listed_is_the_one_in_force(name: str, default: str) -> None:
    assert read_settings({name: default}) == read_settings({})


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_options_of_a_page_are_those_that_its_dialect_reads(dialect: Dialect) -> None:
    asked, documented = Recorded(), settings(page_of(dialect))
    dialect.read_options(asked)
    prefix = f"{dialect.name}_".upper()

    assert documented.keys() == {prefix + name.upper() for name in asked.names}
    for name, default in literals(documented).items():
        own = {name.removeprefix(prefix).lower(): default}
        assert dialect.read_options(own) == dialect.read_options({}), name


def mentioned(page: Path) -> set[str]:
    """The files that a page names in backticks, those of `<name>` for every dialect."""
    named = re.findall(r"`([\w./<>-]+\.[a-z]+)`", page.read_text("utf-8"))
    return {name.replace("<name>", dialect.name) for name in named for dialect in DIALECTS}


@pytest.mark.parametrize("page", [README, ARCHITECTURE], ids=lambda page: page.name)
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    missing = {
        name
        for name in mentioned(page)
        if not ((ROOT / name).exists() if "/" in name else any((ROOT / "chalicelib").rglob(name)))
    }

    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text("utf-8"))

    assert [(path, anchor) for path, anchor in links if not leads_somewhere(page, path, anchor)] == []


def leads_somewhere(page: Path, path: str, anchor: str) -> bool:
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> list[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


CURL = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
"""The options of curl that examples use; an error of the parser's means that this lacks one."""
CURL.add_argument("-H", dest="headers", action="append", default=[])
CURL.add_argument("-X", dest="method")
CURL.add_argument("--head", action="store_true")
CURL.add_argument("--data")
CURL.add_argument("-i", action="store_true")
CURL.add_argument("-u", dest="user")
CURL.add_argument("url")


def curl(caller: Caller, words: list[str]) -> Answer:
    """Send the request that curl would send."""
    assert words[0] == "curl"
    told = CURL.parse_args(words[1:])
    headers = dict(header.split(": ", 1) for header in told.headers)
    if told.user is not None:
        headers |= basic(*told.user.split(":"))
    if told.data is not None:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    method = told.method or ("HEAD" if told.head else "GET" if told.data is None else "POST")
    return caller.request(method, told.url.removeprefix(URL), headers, (told.data or "").encode())


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_first_request_that_a_dialect_proposes_is_answered(api: Api, dialect: Dialect) -> None:
    secret = api.world.identities.issue(ANN)
    proposed = dialect.example.format(url=URL, user=ANN.user, secret=secret)

    answer = curl(api.anonymous(), shlex.split(f"curl {proposed}"))

    assert answer.status == 200


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_examples_of_a_page_work_one_after_the_other(api: Api, dialect: Dialect) -> None:
    secret = api.world.identities.issue(ANN)
    image = an_image_with_data(Caller(api, {"X-Auth-Token": secret}))
    values = {"URL": URL, "WHO": ANN.user, "TOKEN": secret, "ID": image, "ORGANIZATION": ORGANIZATION}
    captured, _ = captures(api, Caller(api, basic(ANN.user, secret)))
    values |= {"PARENT": "1", "NUMBER": "4", "MACHINE": captured["machine"], "IMAGE": captured["ids"]}
    values |= {"JOB": captured["job"]}
    examples = [string.Template(command).substitute(values) for command in commands(page_of(dialect))]

    answers = {example: curl(api.anonymous(), shlex.split(example)) for example in examples}

    assert len(answers) == len(examples) > 0
    assert {example: answer.text for example, answer in answers.items() if answer.status >= 400} == {}


LIMITS = ROOT / "docs" / "limits.md"


def test_the_lengths_of_the_page_are_those_that_are_enforced() -> None:
    others = {
        "property name": lengths.PROPERTY_NAME,
        "property value": lengths.PROPERTY_VALUE,
        **dict.fromkeys(("alias", "tenant", "user", "parent"), lengths.TEXT),
        "status_reason": lengths.STATUS_REASON,
    }

    found = {name: int(cells[1].replace(",", "")) for cells in rows(LIMITS) for name in re.findall("`(.+?)`", cells[0])}

    own = {fact.name: lengths.TEXT for fact in DECLARED if fact.is_text}
    assert found == {**lengths.IMAGE, **own, **others}


def test_the_page_says_where_a_dialect_takes_less() -> None:
    text = LIMITS.read_text("utf-8")

    assert f"`description`, {LONGEST_DESCRIPTION:,} |" in text
    assert f"takes {LONGEST_DESCRIPTION:,} characters of a description" in text
    assert f"`name`, {LONGEST_NAME} bytes |" in text
    assert f"properties of {PROPERTY_BYTES:,} bytes" in text
    assert f"may have {lengths.DOCUMENT:,} bytes" in text
