"""A window of a list is a slice of all there is, in the order in which a client sees it."""

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalog.access import is_shared
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.membership import UNREFUSED
from tests.api import ORDINARY, Caller, a_caller
from tests.conftest import MakeApi
from tests.properties.strategies import EXAMPLES, Entry, catalogues, store


def shown(catalogue: Sequence[Entry], tenant: str, zone: str) -> list[str]:
    """The ids in a tenant's list of a zone: newest first, those of one second by their ids."""

    def visible() -> Iterator[Image]:
        for image, members in catalogue:
            given = is_shared(image) and members.get(tenant) in UNREFUSED
            seen = image.owner == tenant or image.visibility is Visibility.PUBLIC or given
            if seen and not image.gone and image.status is not Status.KILLED and image.zone in (None, zone):
                yield image

    by_id = sorted(visible(), key=lambda image: image.id)
    whole = sorted(by_id, key=lambda image: image.created_at.replace(microsecond=0), reverse=True)
    return [image.id for image in whole]


@settings(EXAMPLES, max_examples=50)
@given(
    catalogue=catalogues,
    zone=st.sampled_from(["ac1", "ac.2"]),
    offset=st.integers(0, 12) | st.just(10**9),
    limit=st.integers(1, 5),
    tenant=st.sampled_from(["t1", "t2"]),
)
def test_a_window_is_a_slice_of_the_list_and_knows_how_long_that_is(
    make_api: MakeApi, catalogue: list[Entry], zone: str, offset: int, limit: int, tenant: str
) -> None:
    api = make_api(ZONES="ac1,ac.2", MAX_SCAN="1")
    store(api.world, catalogue)
    whole = shown(catalogue, tenant, zone)
    secret = api.world.identities.issue(a_caller(tenant, *ORDINARY))

    answer = Caller(api, {"Authorization": f"Bearer {secret}"}).get(
        f"/v2/zone/{zone}/images?offset={offset}&limit={limit}"
    )

    assert answer.status == 200, answer.text
    assert [image["image_id"] for image in answer.json["images"]] == whole[offset : offset + limit]
    assert answer.json["total_count"] == len(whole)
