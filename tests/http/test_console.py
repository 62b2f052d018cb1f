"""The console is served to everybody, wherever it is mounted; a browser keeps its files, and runs nothing else."""

import gzip
import re
from pathlib import Path

import pytest

from chalicelib.bootstrap import build_app
from chalicelib.http import console
from chalicelib.http.message import Response
from tests.api import Answer, Api

FOLDER = Path(console.__file__).parents[1] / "console"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
SERVED = [name for name in FILES if name != console.INDEX]
SCRIPTS = [name for name in FILES if name.endswith(".js") and "/" not in name]
FIRST_VIEW = 120_000
"""Bytes that it may take over the wire until somebody can sign in and see the list."""


def address(name: str) -> str:
    return f"{console.PAGE}/{console.files().digest}/{name}"


def answer_at_stage(api: Api, path: str) -> Response:
    """What API Gateway gets below the stage `prod`."""
    context = {"resourcePath": path, "httpMethod": "GET", "path": f"/prod{path}"}
    headers = {"Host": "api.example", "X-Forwarded-Proto": "https"}
    return build_app(world=api.world).answer({"requestContext": context, "headers": headers})


def names_in(page: str) -> list[str]:
    """The files that the page names, below the root where it is mounted."""
    return re.findall(rf'"[^"]*{console.PAGE}/[0-9a-f]{{16}}/([^"]+)"', page)


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
    assert answer.headers["content-type"] == console.TYPES[name.rpartition(".")[2]]


@pytest.mark.parametrize("name", ["", console.INDEX, "main.js"])
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


def test_below_a_stage_the_page_names_its_files_there(api: Api) -> None:
    answer = answer_at_stage(api, "/console")

    assert isinstance(answer.body, bytes)
    page = answer.body.decode()
    assert f'"/prod{address("main.js")}"' in page
    assert 'name="rosetta-root" content="/prod"' in page


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
