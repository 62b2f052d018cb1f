"""Somebody is always faster: another import, or the last requests of one that was killed."""

from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest

from tests.cli.importing.conftest import Import, Serve, Target, totals
from tests.cli.importing.scripted import Answering, Asked, Reply
from tests.cli.importing.sources import Devops, Glance, GlanceV2, Scaleway, an_image, an_image_v2, image_id
from tests.cli.importing.test_devops_service import CENTOS
from tests.cli.importing.test_foreman import a_foreman
from tests.cli.importing.test_foreman import an_image as an_image_of_foreman
from tests.cli.importing.test_scaleway import OURS
from tests.cli.importing.test_scaleway import an_image as an_image_of_scaleway


def a_glance_v2() -> GlanceV2:
    """With an image that is shared."""
    images = [an_image_v2(1, b"bytes"), an_image_v2(2, b"", visibility="shared")]
    source = GlanceV2(images, {image_id(1): b"bytes", image_id(2): b""})
    source.members[image_id(2)] = {"t2": "pending"}
    return source


SOURCES: dict[str, Callable[[], Answering]] = {
    "glance-v1": lambda: Glance([an_image(1, b"bytes"), an_image(2)], {image_id(1): b"bytes"}),
    "glance-v2": a_glance_v2,
    "scaleway": lambda: Scaleway([an_image_of_scaleway(1), an_image_of_scaleway(2)]),
    "foreman": lambda: a_foreman(an_image_of_foreman(1), an_image_of_foreman(2)),
    "devops-service": lambda: Devops([CENTOS, {**CENTOS, "id": "2"}]),
}


def rival(target: Target) -> Answering:
    """Does what is asked for before the target is asked for it."""

    def answer(asked: Asked) -> Reply:
        if asked.method in {"POST", "PUT", "PATCH"}:
            forward(target, asked)
        return forward(target, asked)

    return answer


def forward(target: Target, asked: Asked) -> Reply:
    connection = HTTPConnection(target.url.removeprefix("http://"))
    query = f"?{urlencode(asked.query)}" if asked.query else ""
    headers = {name: value for name, value in asked.headers.items() if name not in {"host", "connection"}}
    connection.request(asked.method, quote(asked.path) + query, asked.body, headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    told = {name: value for name, value in response.getheaders() if name not in {"Connection", "Content-Length"}}
    return Reply(response.status, body=body, headers=told)


@pytest.mark.parametrize(("dialect", "source"), SOURCES.items(), ids=SOURCES.keys())
def test_an_image_that_somebody_else_brings_at_the_same_time_is_there_once_and_not_refused(
    serve: Serve, run_import: Import, target: Target, dialect: str, source: Callable[[], Answering]
) -> None:
    target.become(OURS)
    url, through = serve(source()).url, serve(rival(target)).url

    done = run_import(dialect, url, ROSETTA_URL=through)
    again = run_import(dialect, url)

    assert (done.exit_code, totals(done)[2]) == (0, 0)
    assert (again.exit_code, totals(again)) == (0, (0, 2, 0))
