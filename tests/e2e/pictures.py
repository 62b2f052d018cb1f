"""`python -m tests.e2e.pictures [folder]`: the pictures of README and docs, taken of the console as it is."""

import html
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from local.seed_file import DEMONSTRATION
from tests.e2e.browser import PATIENCE, Page, running_browser
from tests.e2e.clients import imported
from tests.e2e.server import Server, running_server
from tests.processes import ROOT
from tests.test_docs import README, commands

PILLOW = "13.0.0"
FOLDER = ROOT / "docs" / "pictures"


class Picture(NamedTuple):
    """What a file holds: width and height in pixels, and the most bytes that it may have."""

    width: int
    height: int
    limit: int


PICTURES: Mapping[str, Picture] = {
    "images.png": Picture(1280, 480, 150_000),
    "views.png": Picture(1280, 960, 150_000),
    "registered-here-found-there.webp": Picture(960, 560, 400_000),
}
"""Each that there is, by the name of its file."""

ADDRESS = "http://127.0.0.1:8000"
"""Where the server seems to be, as in README, whatever port it has."""
COLOURS = 256
SECONDS = 4
"""How long each frame of the recording is shown."""

TERMINAL = """<!doctype html><style>
body { margin: 0; background: #14181f; color: #e6e9ef; font: 17px/1.5 monospace; padding: 28px 32px }
h1 { color: #8fb4ff; font: 600 22px/1.4 sans-serif; margin: 0 0 20px }
pre { font: inherit; margin: 0 0 20px; overflow-wrap: anywhere; white-space: pre-wrap }
i { color: #7f8ba0; font-style: normal }
</style>"""
STEP = "<h1>%s</h1><pre><i>$</i> %s</pre><pre>%s</pre>"


def measured(path: Path) -> tuple[int, int]:
    """Width and height in pixels, as the head of a PNG or of an animated WebP says."""
    head = path.read_bytes()[:30]
    if head.startswith(b"\x89PNG"):
        return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    assert head[8:16] == b"WEBPVP8X", path
    return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1


def main(folder: Path) -> None:
    """Write each picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_server(Path(place), SEED=str(DEMONSTRATION)) as server:
        host, port = server.address
        with running_browser(f"--host-resolver-rules=MAP 127.0.0.1:8000 {host}:{port}") as browser:
            with _signed_in(browser, server, PICTURES["images.png"]) as page:
                page.get_by_role("link", name="web-server").wait_for()
                _save(folder / "images.png", page.screenshot())
            with _signed_in(browser, server, PICTURES["views.png"]) as page:
                _open_views(page, "web-server")
                _save(folder / "views.png", page.screenshot())
            frames = list(_story(browser, server, PICTURES["registered-here-found-there.webp"]))
            _animate(folder / "registered-here-found-there.webp", frames)


@contextmanager
def _signed_in(browser: Any, server: Server, picture: Picture) -> Iterator[Page]:
    """The console as alice sees it, in a window of the size of a picture."""
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(base_url=ADDRESS, viewport=size, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/console")
    page.locator("#token").fill(server.token("alice"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Images", exact=True).wait_for()
    _point_nowhere(page)
    yield page
    context.close()


def _open_views(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Six views").click()
    page.locator(".comparison").wait_for()
    _point_nowhere(page)


def _point_nowhere(page: Page) -> None:
    """What the mouse is over would look chosen."""
    page.mouse.move(0, 0)


def _story(browser: Any, server: Server, picture: Picture) -> Iterator[bytes]:
    """Registered here, found there: README's own commands and their answers, and what the console shows of it."""
    registered = _step(server, "Register an image as devops-service's clients do …", "curl -u")
    yield _terminal(browser, picture, registered)
    found = _step(server, "… find it as Scaleway's clients do …", 'curl -H "X-Auth-Token: $TOKEN" "')
    yield _terminal(browser, picture, registered + found)
    with _signed_in(browser, server, picture) as page:
        page.get_by_role("link", name="centos-7").wait_for()
        yield page.screenshot()
        _open_views(page, "centos-7")
        yield page.screenshot()


def _step(server: Server, title: str, beginning: str) -> str:
    """What a terminal shows of the first command of README that begins so, once it was run."""
    command = next(command for command in commands(README) if command.startswith(beginning))
    ran = subprocess.run(  # noqa: S603  # README's own words
        ["bash", "-c", command.replace(ADDRESS, server.url).replace("curl ", "curl --silent --fail ", 1)],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "TOKEN": server.token("alice")},
    )
    return STEP % tuple(map(html.escape, (title, command, ran.stdout)))


def _terminal(browser: Any, picture: Picture, content: str) -> bytes:
    context = browser.new_context(viewport={"width": picture.width, "height": picture.height})
    page = context.new_page()
    page.set_content(TERMINAL + content)
    shot: bytes = page.screenshot()
    context.close()
    return shot


def _pillow() -> Any:
    return imported("pillow", PILLOW, "PIL.Image")


def _reduced(shot: bytes) -> Any:
    """The picture in few colours, which is enough for the console, and a fourth of the bytes."""
    return _pillow().open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=0)


def _save(path: Path, shot: bytes) -> None:
    _reduced(shot).save(path, optimize=True)


def _animate(path: Path, shots: list[bytes]) -> None:
    first, *others = (_reduced(shot).convert("RGB") for shot in shots)
    how = {"duration": SECONDS * 1000, "loop": 0, "lossless": True, "method": 4, "quality": 100}
    first.save(path, save_all=True, append_images=others, **how)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]) if sys.argv[1:] else FOLDER)
