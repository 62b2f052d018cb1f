"""The description and its page are served to everybody, wherever they are mounted, and the page loads its own files."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import pytest

from chalicelib.bootstrap import build_app
from chalicelib.http.assets import files_of
from chalicelib.http.dialect import described_in
from chalicelib.http.docs import FOLDER, documentation
from chalicelib.http.message import Response
from chalicelib.http.openapi_published import published
from tests.api import Api
from tests.conftest import MakeApi
from tests.http.echo import WITHHELD, echoing, gateway
from tests.openapi.checking import described

ROOT = Path(__file__).parents[2]
DOCUMENT, PAGE = "/openapi.json", "/docs"
SCRIPTS, STYLES = {"swagger-ui-bundle.js", "search.js", "main.js"}, {"swagger-ui.css", "page.css"}
LARGEST_SCRIPT = 480_000
"""Bytes of the library over the wire."""
BOTH = pytest.mark.parametrize("path", [DOCUMENT, PAGE])


def test_the_description_is_served_without_credentials(api: Api) -> None:
    answer = api.anonymous().get(DOCUMENT)

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == {**published(described()), "servers": [{"url": "http://registry.example"}]}


def test_the_description_names_the_stage_that_it_is_served_from(api: Api) -> None:
    answer = answer_at_stage(api, DOCUMENT)

    assert json.loads(str(answer.body))["servers"] == [{"url": "https://api.example/prod"}]


def test_the_description_names_the_public_endpoint(make_api: MakeApi) -> None:
    api = make_api(PUBLIC_ENDPOINT="https://images.example/registry")

    assert api.anonymous().get(DOCUMENT).json["servers"] == [{"url": "https://images.example/registry"}]


def answer_at_stage(api: Api, path: str) -> Response:
    """What API Gateway gets below the stage `prod`."""
    context = {"resourcePath": path, "httpMethod": "GET", "path": f"/prod{path}"}
    headers = {"Host": "api.example", "X-Forwarded-Proto": "https"}
    return build_app(world=api.world).answer({"requestContext": context, "headers": headers})


@BOTH
def test_a_head_is_answered_without_a_body(api: Api, path: str) -> None:
    read, asked = api.anonymous().get(path), api.anonymous().head(path)

    assert (asked.status, asked.headers, asked.body) == (200, read.headers, b"")


def test_a_slash_at_the_end_changes_nothing_of_the_description(api: Api) -> None:
    assert api.anonymous().get(f"{DOCUMENT}/").body == api.anonymous().get(DOCUMENT).body


@BOTH
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_reading_is_allowed(api: Api, method: str, path: str) -> None:
    answer = api.anonymous().request(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json.keys() == {"message"}


def test_nothing_is_below_them(api: Api) -> None:
    answer = api.anonymous().get("/docs/more")

    assert (answer.status, answer.json.keys()) == (404, {"message"})


def test_the_description_may_be_kept_for_a_while(api: Api) -> None:
    assert api.anonymous().get(DOCUMENT).headers["cache-control"] == "private, max-age=300"


def test_a_defect_of_a_description_is_told_to_nobody(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    broken = documentation([echoing(describe=described_in(WITHHELD))])
    context = {"resourcePath": DOCUMENT, "httpMethod": "GET", "path": DOCUMENT}

    answer = gateway(api, broken).answer({"requestContext": context})

    assert answer.status == 500
    assert WITHHELD not in str(answer.body)
    assert WITHHELD in caplog.text


def test_an_application_that_serves_does_without_the_descriptions() -> None:
    """A cold start must not pay for what hardly anybody asks."""
    program = "import sys, app; print([name for name in sys.modules if 'openapi' in name])"

    words = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours

    assert done.stdout.strip() == "[]"


def test_the_page_is_asked_for_again_each_time(api: Api) -> None:
    headers = api.anonymous().get(PAGE).headers

    assert (headers["content-type"], headers["cache-control"]) == ("text/html; charset=utf-8", "no-cache")


def test_the_page_loads_only_files_of_this_release_which_may_be_kept_for_good(api: Api) -> None:
    page = api.anonymous().get(PAGE).text
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    files = [name for name in named if name not in {"openapi.json", "data:,"}]

    assert {name.rpartition("/")[2] for name in files} == SCRIPTS | STYLES
    assert [name for name in files if not name.startswith(f"docs/{files_of(FOLDER).digest}/")] == []
    for name in files:
        answer = api.anonymous().get(f"/{name}")
        assert (answer.status, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


def test_with_a_slash_at_its_end_the_address_is_that_without(api: Api) -> None:
    answer = api.anonymous().get(f"{PAGE}/")

    assert (answer.status, urljoin("/prod/docs/", answer.headers["location"])) == (308, "/prod/docs")


def test_a_script_of_another_release_is_not_there(api: Api) -> None:
    assert api.anonymous().get("/docs/0123456789abcdef/main.js").status == 404


def test_the_library_is_compressed_for_the_wire(api: Api) -> None:
    path = f"/docs/{files_of(FOLDER).digest}/vendor/swagger-ui-bundle.js"

    packed = api.anonymous().get(path, {"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < LARGEST_SCRIPT


def test_the_page_may_run_its_own_code_only_and_ask_its_own_origin_only(api: Api) -> None:
    policy = api.anonymous().get(PAGE).headers["content-security-policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("name", sorted(SCRIPTS | STYLES))
def test_the_page_names_nothing_elsewhere(api: Api, name: str) -> None:
    [code] = [content.decode() for path, content in files_of(FOLDER).contents.items() if path.endswith(name)]

    assert re.findall(r"@import|sourceMappingURL=\S|url\(['\"]?(?!['\"]?data:)", code if name in STYLES else "") == []
    if not name.startswith("swagger-ui"):
        assert re.findall(r"https?:|innerHTML|\beval\b|localStorage|document\.cookie", code) == []
