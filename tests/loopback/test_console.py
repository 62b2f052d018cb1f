"""The console of a stage in a real browser: served from the bundle, its bytes in the bucket that the template makes."""

import hashlib
import http.client
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import Caller
from tests.dialects.glance_v1.glance import create, meta
from tests.dialects.glance_v1.sending import content
from tests.e2e.browser import CHROMIUM, flaws, open_page, running_browser, sign_in
from tests.e2e.console import (
    MEGABYTE,
    PART,
    choose,
    create_token,
    delete,
    download,
    image_of,
    ready,
    revoke,
    shows,
)
from tests.loopback.deployed import DeployedApi
from tests.loopback.principals import caller_of
from tests.loopback.stack import DOMAIN, Stack
from tests.reverse_proxy import ReverseProxy
from tests.storage.web import self_signed

pytestmark = [pytest.mark.loopback, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

SITE = f"https://{DOMAIN}"
BLOCKED = "Access to fetch"
"""How Chromium's console begins to tell of an answer that a page may not see."""
PUT = """(url) => fetch(url, { method: "PUT", body: "x", headers: { "Content-MD5": "ndTkYSaMgDT1yFZOFVxnpg==" } })
    .then(({ status }) => status, () => "blocked")"""
"""A part without a signature: the bucket refuses it, if the browser lets the page ask at all."""


class Site(NamedTuple):
    """Where the console is, and the only token there is."""

    url: str
    secret: str

    def token(self, _principal: str) -> str:
        return self.secret


@pytest.fixture(scope="module")
def browser(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Takes this machine for the API's hosts."""
    certificate = self_signed(tmp_path_factory.mktemp("tls") / "certificate.pem")
    behind, stage = ("127.0.0.1", stack.emulator.port), urlsplit(stack.stage_url).netloc
    with (
        ReverseProxy(behind, host=DOMAIN) as of_domain,
        ReverseProxy(behind, host=stack.host) as of_stage,
        ExitStack() as running,
    ):
        for proxy in (of_domain, of_stage):
            proxy.use_tls(certificate)
            running.enter_context(proxy.running())
        rules = f"MAP {DOMAIN} {of_domain.netloc},MAP {stage} {of_stage.netloc}"
        with running_browser("--no-proxy-server", f"--host-resolver-rules={rules}") as browser:
            yield browser


@pytest.fixture
def secret(api: DeployedApi, owner: Principal) -> str:
    return api.world.identities.issue(owner)


def test_a_person_does_at_the_domain_all_that_the_console_is_for(
    browser: Any, api: DeployedApi, secret: str, tmp_path: Path
) -> None:
    site, bucket, sent = Site(SITE, secret), f"{api.stack.emulator.url}/{api.world.blobs.bucket}/", list[Any]()
    data = content(PART + MEGABYTE)
    path = tmp_path / "golden.raw"
    path.write_bytes(data)
    with (
        api.stack.with_settings(DELAYED_DELETE="true"),
        open_page(browser, site, bucket, ignore_https_errors=True) as page,
    ):
        page.on("request", lambda asked: sent.append(asked) if asked.url.startswith(bucket) else None)
        sign_in(page, site, "")
        page.get_by_role("heading", name="No images yet").wait_for()
        policy = page.evaluate("fetch(location.pathname).then(({ headers }) => headers.get('content-security-policy'))")
        assert f"; connect-src 'self' {api.stack.emulator.url}; " in policy
        assert flaws(page) == []

        page.get_by_role("link", name="Upload").first.click()
        choose(page, path)
        page.get_by_role("button", name="Upload", exact=True).click()
        ready(page)
        assert flaws(page) == []
        assert [request.method for request in sent] == ["PUT", "PUT"]
        assert [request.url for request in sent if secret in str([request.url, request.headers])] == []
        assert page.evaluate(PUT, bucket + "part") == 403
        image_id = image_of(page, "golden")

        page.get_by_role("heading", name="golden").get_by_role("link").click()
        page.get_by_text(hashlib.md5(data, usedforsecurity=False).hexdigest()).wait_for()
        assert flaws(page) == []
        page.get_by_role("link", name="Six views").click()
        page.locator(".comparison").wait_for()
        assert page.locator(".view").count() == 6
        commands = page.locator(".command pre").all_inner_texts()
        assert [command for command in commands if f'"{SITE}/' not in command] == []
        assert flaws(page) == []
        assert download(page) == ("golden.raw", data)

        page.get_by_role("link", name="Tokens").click()
        made = create_token(page, "nightly build")
        assert Caller(api, {"X-Auth-Token": made}).get("/v2/images").status == 200
        page.get_by_role("button", name="I have it").click()
        revoke(page, "nightly build")
        page.get_by_role("row", name="nightly build").wait_for(state="detached")
        assert flaws(page) == []

        page.get_by_role("link", name="Images", exact=True).click()
        page.get_by_role("link", name="golden").click()
        delete(page, "golden")
        page.get_by_role("button", name="Restore").click()
        page.get_by_role("heading", name="golden", exact=True).wait_for()
        assert Caller(api, {"X-Auth-Token": secret}).get(f"/v2/images/{image_id}").json["status"] == "active"
        page.get_by_role("link", name="Images", exact=True).click()
        shows(page, "golden")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in to Rosetta").wait_for()


def test_below_the_stage_the_console_is_the_same_and_the_bucket_takes_nothing_from_there(
    browser: Any, api: DeployedApi, owner: Principal, secret: str
) -> None:
    create(caller_of(api, owner), meta(name="golden"))
    site, bucket = Site(api.stack.stage_url, secret), f"{api.stack.emulator.url}/{api.world.blobs.bucket}/"
    with open_page(browser, site, bucket, expected=BLOCKED, ignore_https_errors=True) as page:
        sign_in(page, site, "")
        shows(page, "golden")
        page.get_by_role("link", name="golden").click()
        page.get_by_role("link", name="Six views").click()
        page.locator(".comparison").wait_for()

        commands = page.locator(".command pre").all_inner_texts()
        assert [command for command in commands if f'"{site.url}/' not in command] == []
        assert page.evaluate(PUT, bucket + "part") == "blocked"


@pytest.mark.parametrize(
    ("origin", "method", "header", "status"),
    [
        (SITE, "PUT", "content-md5", 200),
        (SITE, "PUT", "x-auth-token", 403),
        (SITE, "GET", "content-md5", 403),
        ("https://elsewhere.example", "PUT", "content-md5", 403),
        (f"http://{DOMAIN}", "PUT", "content-md5", 403),
    ],
)
def test_the_bucket_lets_pages_of_the_domain_put_parts_and_nothing_else(
    api: DeployedApi, origin: str, method: str, header: str, status: int
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
    with closing(http.client.HTTPConnection("127.0.0.1", api.stack.emulator.port)) as connection:
        connection.request("OPTIONS", f"/{api.world.blobs.bucket}/part", headers=asked)
        answer = connection.getresponse()

    assert answer.status == status
    assert answer.getheader("Access-Control-Allow-Origin") == (SITE if status == 200 else None)
