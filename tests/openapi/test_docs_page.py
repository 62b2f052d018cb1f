"""The description and its page are served to everybody, wherever they are mounted, and the page loads nothing else."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bootstrap import build_app
from chalicelib.http.dialect import described_in
from chalicelib.http.docs import documentation
from chalicelib.http.message import Response
from chalicelib.http.openapi_published import published
from tests.api import Api
from tests.conftest import MakeApi
from tests.http.echo import WITHHELD, echoing, gateway
from tests.openapi.checking import described

ROOT = Path(__file__).parents[2]
DOCUMENT, PAGE = "/openapi.json", "/docs"
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


def test_the_page_is_served_below_a_stage(api: Api) -> None:
    answer = answer_at_stage(api, PAGE)

    assert (answer.status, str(answer.body)) == (200, api.anonymous().get(PAGE).text)


def answer_at_stage(api: Api, path: str) -> Response:
    """What API Gateway gets below the stage `prod`."""
    context = {"resourcePath": path, "httpMethod": "GET", "path": f"/prod{path}"}
    headers = {"Host": "api.example", "X-Forwarded-Proto": "https"}
    return build_app(world=api.world).answer({"requestContext": context, "headers": headers})


@BOTH
def test_a_head_is_answered_without_a_body(api: Api, path: str) -> None:
    read, asked = api.anonymous().get(path), api.anonymous().head(path)

    assert (asked.status, asked.headers, asked.body) == (200, read.headers, b"")


@BOTH
def test_a_slash_at_the_end_changes_nothing(api: Api, path: str) -> None:
    assert api.anonymous().get(f"{path}/").body == api.anonymous().get(path).body


@BOTH
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_reading_is_allowed(api: Api, method: str, path: str) -> None:
    answer = api.anonymous().request(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json.keys() == {"message"}


def test_nothing_is_below_them(api: Api) -> None:
    answer = api.anonymous().get("/docs/more")

    assert (answer.status, answer.json.keys()) == (404, {"message"})


@BOTH
def test_they_may_be_kept_for_a_while(api: Api, path: str) -> None:
    assert api.anonymous().get(path).headers["cache-control"] == "private, max-age=300"


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


class Page(HTMLParser):
    """The elements of a page, with their attributes and the text directly in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements:
            self.texts.setdefault(self.elements[-1][0], data)


@pytest.fixture
def page(api: Api) -> Page:
    return Page(api.anonymous().get(PAGE).text)


@pytest.fixture
def policy(api: Api) -> dict[str, str]:
    """What the page may do, by directive."""
    directives = api.anonymous().get(PAGE).headers["content-security-policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


def test_the_page_is_html(api: Api) -> None:
    assert api.anonymous().get(PAGE).headers["content-type"] == "text/html; charset=utf-8"


def test_the_page_names_nothing_elsewhere(page: Page) -> None:
    addresses = [attributes.get(name) for _, attributes in page.elements for name in ("src", "href", "action", "data")]
    code = page.texts["script"] + page.texts["style"]

    assert [address for address in addresses if address and not re.match(r"#|openapi\.json$", address)] == []
    assert re.findall(r"https?:|//[a-z]+\.|@import|url\(|\bimport\b", code) == []


def test_the_page_may_load_the_description_only(policy: dict[str, str]) -> None:
    assert (policy["default-src"], policy["connect-src"]) == ("'none'", "'self'")
    assert {policy[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}


@pytest.mark.parametrize("element", ["script", "style"])
def test_the_page_may_use_its_own_code_only(page: Page, policy: dict[str, str], element: str) -> None:
    digest = base64.b64encode(hashlib.sha256(page.texts[element].encode()).digest()).decode()

    assert policy[f"{element}-src"] == f"'sha256-{digest}'"
    assert [attributes for _, attributes in page.elements if any(name.startswith("on") for name in attributes)] == []
    assert [attributes for _, attributes in page.elements if "style" in attributes] == []


def test_the_page_sets_nothing_as_markup(page: Page) -> None:
    dangerous = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc"

    assert re.findall(dangerous, page.texts["script"]) == []


def test_the_page_finds_whatever_the_script_asks_for(page: Page) -> None:
    asked = set(re.findall(r'byId\("(\w+)"\)', page.texts["script"]))
    names: list[Any] = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert asked <= set(names)
    assert len(names) == len(set(names))
