"""Whatever one dialect stores, all of them can show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tally
from tests.fuzz.exchange import Got, Sent
from tests.fuzz.profile import examples
from tests.fuzz.requests import writes
from tests.fuzz.shapes import check
from tests.fuzz.vocabulary import IMAGE_IDS
from tests.fuzz.world import Registry

READS = (
    "/images?per_page=100",
    "/v1/images/detail?limit=100",
    "/v1/jobs",
    "/api/compute_resources?per_page=all",
    "/api/operatingsystems?per_page=all&search=name%20~%20a",
    "/api/architectures?order=name",
    "/api/compute_resources/1/images?per_page=all&search=name%20~%20a%20or%20username%20!=%20b",
    "/api/operatingsystems/1/images?order=name%20DESC",
    "/v2/zone/ac1/images?limit=100&search_word=a",
    "/v2/zone/ac1/jobs",
    "/v3/images",
    "/v2/images?limit=100&visibility=all&member_status=all&sort=name:asc,size",
)
"""Lists of each dialect, with all filters and sort orders."""


@pytest.mark.parametrize("dialect", IMAGE_IDS)
@examples(bounded=25, nightly=120)
@given(data=st.data())
def test_whatever_was_written_can_be_read_in_every_dialect(
    registry: Registry, dialect: str, data: st.DataObject
) -> None:
    registry.restore()
    written = _exchanged(registry, data.draw(writes(dialect)))

    if written.status < 300:
        for target in READS:
            assert _exchanged(registry, Sent("GET", target, caller="administrator")).status == 200
        for image in _latest(registry):
            assert _exchanged(registry, Sent("HEAD", f"/v1/images/{image}", caller="administrator")).status == 200
            assert _exchanged(registry, Sent("GET", f"/images/{image}", caller="administrator")).status == 200


def _latest(registry: Registry) -> list[str]:
    """The ids of the images that were changed most recently."""
    listed = registry.exchange(Sent("GET", "/v1/images?sort_key=updated_at&limit=2", caller="administrator"))
    return [image["id"] for image in listed.document["images"]]


def _exchanged(registry: Registry, sent: Sent) -> Got:
    got = registry.exchange(sent)
    tally.count("requests fuzzed")
    check(sent, got)
    registry.check_secrets(got)
    return got
