"""Chromium, driven by Playwright, and the pages that a person has open in it."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from deploy.vendor import Package, fetched, files_of
from tests.e2e.clients import CLIENTS, imported

Page = Any
"""Of Playwright, which is in an environment of its own."""

VERSION = "1.65.2"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    {"axe.js": "axe.min.js"},
)
PATIENCE = 10_000
"""Milliseconds that anything may take to appear."""
REFUSED = "Failed to load resource"
"""How Chromium's console reports an answer that is a refusal, which views show themselves."""


class Registry(Protocol):
    """Whose pages are opened."""

    @property
    def url(self) -> str:
        """Below which they are."""

    def token(self, principal: str) -> str:
        """With which somebody signs in."""


@contextmanager
def running_browser(*options: str) -> Iterator[Any]:
    """The machine's own Chromium with these options, without a window."""
    playwright = imported("playwright", VERSION, "playwright.sync_api")
    with playwright.sync_playwright() as started:
        # Chromium's own sandbox does not work for root, as CI is.
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *options])
        yield browser
        browser.close()


@contextmanager
def open_page(
    browser: Any, registry: Registry, *others: str, mount: str = "", expected: str = REFUSED, **options: Any
) -> Iterator[Page]:
    """A page of a new window, signed out. Nothing may go wrong in it; it asks nobody but the registry and `others`.

    The `mount` is the URL below which the registry is found, if not its own; what begins as `expected` is not wrong.
    """
    mount = mount or registry.url
    context = browser.new_context(base_url=f"{mount}/", **{"viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda line: wrong.extend([line.text] if line.type in {"error", "warning"} else []))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.extend([] if asked.url.startswith((mount, *others)) else [asked.url]))
    yield page
    context.close()
    assert [text for text in wrong if not text.startswith((REFUSED, expected))] == []


def sign_in(page: Page, registry: Registry, who: str, *, keep: bool = False, where: str = "") -> None:
    """Sign in with the token of a principal, and wait for the view."""
    page.goto(f"console{where}")
    page.get_by_label("Token").and_(page.locator("input[type=password]")).fill(registry.token(who))
    if keep:
        page.get_by_label("Stay signed in").check()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


SETTLED = """async () => {
    for (const _ of "12") await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations()
        .filter((each) => each instanceof CSSTransition).map((each) => each.finished));
}"""
"""Colours that are on their way to others are none to be judged."""


def flaws(page: Page, context: Any = None) -> list[str]:
    """What axe-core finds wrong with a page, or a part of it (a context of axe's), in the light and in the dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(re.sub(r"\s*$", "; undefined", script_of(AXE)))
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        for flaw in page.evaluate("(context) => axe.run(context ?? document)", context)["violations"]:
            found += [f"{scheme}: {flaw['id']}: {node['html']}: {node['failureSummary']}" for node in flaw["nodes"]]
    page.emulate_media(color_scheme="light")
    return found


def script_of(package: Package) -> str:
    """The one file that is kept of a package, fetched once."""
    kept = CLIENTS / f"{package.name}-{package.version}.js"
    if not kept.exists():
        [code] = files_of(package, fetched(package)).values()
        kept.write_bytes(code)
    return kept.read_text("utf-8")
