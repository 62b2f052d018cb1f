"""Clients send their token along wherever they are redirected, so they are never redirected where somebody likes."""

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests import tally
from tests.api import Api
from tests.conftest import MakeApi
from tests.factories import an_image
from tests.storage.web import Resolver

LARGE = 2**30


@pytest.mark.parametrize("size", [None, 1, LARGE], ids=["unknown", "small", "large"])
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("caller", ["owner", "colleague", "stranger", "administrator"])
def test_no_download_leads_to_a_web_server(
    api: Api, resolver: Resolver, caller: str, scheme: str, size: int | None
) -> None:
    image = an_image(
        status=Status.ACTIVE,
        visibility=Visibility.PUBLIC,
        size=size,
        location=f"{scheme}://collector.example/image.raw",
    )
    api.world.images.add(image)
    callers = {"owner": ("t1",), "colleague": ("t1", "read_images"), "administrator": ("ops", "admin")}
    asking = api.caller(*callers.get(caller, ("t2",)))

    answer = asking.get(f"/v1/images/{image.id}")

    tally.count("redirects that might lead astray")
    assert answer.status == 404, answer.text
    assert "location" not in answer.headers
    assert "collector" not in answer.text
    assert set(resolver.asked) <= {"collector.example"}


def test_a_download_leads_to_the_store_and_to_one_object_there(make_api: MakeApi) -> None:
    api = make_api(MAX_INLINE_BYTES="4")
    location = api.put_elsewhere("image.raw", b"bytes")
    image = api.world.images.add(an_image(status=Status.ACTIVE, size=5, location=location))

    answer = api.caller("t1").get(f"/v1/images/{image.id}")

    assert answer.status == 302
    assert answer.headers["location"].startswith("https://elsewhere.s3.us-east-1.amazonaws.com/image.raw?")
