"""The console is served to everybody, wherever it is mounted; a browser keeps its files, and runs nothing else."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from chalicelib.http import assets, console
from tests.api import Answer, Api, Caller
from tests.conftest import MakeApi
from tests.storage.keystones import Keystone, a_token

FOLDER = Path(console.__file__).parents[1] / "console"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
SERVED = [name for name in FILES if name != assets.INDEX]
SCRIPTS = [name for name in FILES if name.endswith(".js") and "/" not in name]
FIRST_VIEW = 120_000
"""Bytes that it may take over the wire until somebody can sign in and see the list."""


def address(name: str) -> str:
    return f"{console.PAGE}/{console.files().digest}/{name}"


def names_in(page: str) -> list[str]:
    """The files that the page names, as its neighbours: so it finds them wherever it is mounted."""
    return re.findall(r'"console/[0-9a-f]{16}/([^"]+)"', page)


def test_the_page_is_served_without_credentials_and_asked_for_again_each_time(api: Api) -> None:
    answer = api.anonymous().get("/console")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.text.startswith("<!doctype html>")
    assert "{{" not in answer.text


def test_all_that_the_page_names_is_there(api: Api) -> None:
    names = names_in(api.anonymous().get("/console").text)

    assert "main.js" in names
    assert set(names) <= set(SERVED)


@pytest.mark.parametrize("name", SERVED)
def test_a_file_is_kept_for_good(api: Api, name: str) -> None:
    answer = api.anonymous().get(address(name))

    assert (answer.status, answer.body) == (200, (FOLDER / name).read_bytes())
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == assets.TYPES[name.rpartition(".")[2]]


@pytest.mark.parametrize("name", ["", assets.INDEX, "main.js"])
def test_everything_is_guarded(api: Api, name: str) -> None:
    headers = api.anonymous().get(address(name) if name == "main.js" else "/console").headers

    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "img")} == {"'self'"}
    assert {policy[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert policy["trusted-types"] == console.WORKER
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert headers["referrer-policy"] == "no-referrer"


def test_the_page_and_no_file_may_send_to_the_bucket_and_nowhere_else(api: Api) -> None:
    page, file = (api.anonymous().get(path).headers for path in ("/console", address("main.js")))

    link = api.world.blobs.link(f"s3://{api.world.blobs.bucket}/any")
    assert link is not None
    [origin] = re.findall("^https://[^/]+", link.url)
    assert f"; connect-src 'self' {origin}; " in page["content-security-policy"]
    assert "; connect-src 'self'; " in file["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/console/0123456789abcdef/main.js",
        "/console/main.js",
        *(address(name) for name in ("none.js", "index.html", "..%2Fhttp%2Fconsole.py", "vendor", "vendor/none.js")),
        *(address(name) for name in ("vendor/..%2Fmain.js", "vendor%2Fpreact.js/more")),
    ],
)
def test_nothing_else_is_served_and_no_other_release(api: Api, path: str) -> None:
    answer = api.anonymous().get(path)

    assert (answer.status, answer.json.keys()) == (404, {"message"})
    assert "cache-control" not in answer.headers


def test_files_are_compressed_for_those_that_can_read_that(api: Api) -> None:
    plain = api.anonymous().get(address("main.js"))

    packed = api.anonymous().get(address("main.js"), {"Accept-Encoding": "br, gzip"})

    assert (packed.headers["content-encoding"], gzip.decompress(packed.body)) == ("gzip", plain.body)
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


def test_the_page_names_nothing_by_a_path_from_the_root(api: Api) -> None:
    page = api.anonymous().get("/console").text

    assert re.findall(r'(?:src|href)="(/[^"]*)"', page) == []
    assert re.findall(r'(?:src|href)="(?!console/|docs")([^"]*)"', page) == []


def test_with_a_slash_at_its_end_the_address_is_that_without(api: Api) -> None:
    answer = api.anonymous().get("/console/")

    assert (answer.status, urljoin("/prod/console/", answer.headers["location"])) == (308, "/prod/console")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/console", address("main.js")])
def test_nothing_but_reading_is_allowed(api: Api, method: str, path: str) -> None:
    answer = api.anonymous().request(method, path)

    assert answer.status == 405


def test_a_head_is_answered_without_a_body(api: Api) -> None:
    read, asked = api.anonymous().get("/console"), api.anonymous().head("/console")

    assert (asked.status, asked.headers, asked.body) == (200, read.headers, b"")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_markup_of_texts_or_names_another_host(name: str) -> None:
    code = (FOLDER / name).read_text("utf-8")

    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc", code) == []
    )
    assert re.findall(r"https?://", code) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_imports_files_that_are_there(name: str) -> None:
    code = (FOLDER / name).read_text("utf-8")

    imported = re.findall(r'(?:from|import\()\s*"\./([^"]+)"', code)

    assert set(imported) <= set(SERVED)


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "session.js"])
def test_a_token_is_stored_by_the_session_alone(name: str) -> None:
    code = (FOLDER / name).read_text("utf-8")

    assert "sessionStorage" not in code
    assert re.findall(r"localStorage\.setItem\((?!KEPT\b)", code) == []


def test_the_first_view_is_small(api: Api) -> None:
    caller, gzipped = api.anonymous(), {"Accept-Encoding": "gzip"}
    page = caller.get("/console", gzipped)

    files: list[Answer] = [caller.get(address(name), gzipped) for name in sorted({*names_in_files(page), "images.js"})]

    assert sum(len(answer.body) for answer in [page, *files]) < FIRST_VIEW / 3


def names_in_files(page: Answer) -> list[str]:
    return names_in(gzip.decompress(page.body).decode())


def test_whoever_is_signed_in_is_told_who_that_is(api: Api) -> None:
    answer = api.caller("t1", "read_images", "create_image", user="ann").get("/console/caller")

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json.pop("id")
    told = {"user": "ann", "tenant": "t1", "policies": ["create_image", "read_images"], "expires_at": None}
    assert {name: answer.json[name] for name in told} == told


def test_a_token_of_a_keystone_will_do(make_api: MakeApi, keystone: Keystone) -> None:
    api = make_api(**keystone.settings())
    keystone.clock = api.clock
    keystone.know("of-keystone", a_token("member"))

    told = Caller(api, {"X-Auth-Token": "of-keystone"}).get("/console/caller").json

    assert "create_image" in told["policies"]


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": "unknown"}])
def test_nobody_else_is(api: Api, headers: dict[str, str]) -> None:
    answer = api.anonymous().get("/console/caller", headers)

    assert (answer.status, answer.json.keys()) == (401, {"message"})


def test_a_post_there_is_refused_to_those_who_are_signed_in(api: Api) -> None:
    assert api.caller("t1").post("/console/caller").status == 405
