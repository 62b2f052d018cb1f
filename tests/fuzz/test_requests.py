"""Whatever is sent to a route, the response is a proper one, in the shape of the dialect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tally
from tests.fuzz.profile import examples
from tests.fuzz.requests import ASPECTS, ROUTES, requests
from tests.fuzz.shapes import check
from tests.fuzz.world import Registry


@pytest.mark.parametrize("dialect", ROUTES)
@pytest.mark.parametrize("aspect", ASPECTS)
@examples(bounded=22, nightly=240)
@given(data=st.data())
def test_every_request_is_answered_in_the_words_of_its_dialect(
    registry: Registry, aspect: str, dialect: str, data: st.DataObject
) -> None:
    registry.restore()
    sent = data.draw(requests(dialect, aspect))

    got = registry.exchange(sent)

    tally.count("requests fuzzed")
    check(sent, got)
    registry.check_secrets(got)
