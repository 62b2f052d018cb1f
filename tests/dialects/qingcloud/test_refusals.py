"""What a refusal says: the id that the client used, and the status in the words of this dialect (wire §5, §7)."""

import pytest

from chalicelib.catalog.image import Status, Visibility
from tests.api import Answer, Api, Caller
from tests.dialects.qingcloud.qingcloud import (
    SHOWN,
    TWO_HOURS,
    ZONE,
    add,
    add_in_status,
    capture,
    delete,
    lease,
    listing,
    modify,
    query,
)

ALIAS = "img-9SSE88SA"
ALIASED = {"aliases": {"qingcloud": ALIAS}, "zone": ZONE}


def message(answer: Answer) -> str:
    """What is said after the name of the error."""
    assert answer.status >= 400, answer.text
    return str(answer.json["message"]).partition(", ")[2]


def each_way(caller: Caller, image: str) -> list[str]:
    """What is said to whoever changes, deletes or recovers an image."""
    return [message(answer) for answer in (modify(caller, image, image_name="x"), delete(caller, image))] + [
        message(lease(caller, image))
    ]


def test_another_tenants_image_is_named_by_its_alias(api: Api, bob: Caller) -> None:
    image = add(api, visibility=Visibility.PUBLIC, **ALIASED)

    said = each_way(bob, ALIAS)

    assert all(ALIAS in each for each in said)
    assert [each for each in said if image in each] == []


def test_an_unknown_image_is_named_by_its_alias(alice: Caller) -> None:
    shown = alice.get(f"/v2/zone/{ZONE}/images{query(images=ALIAS)}")

    assert [each for each in [*each_way(alice, ALIAS), message(shown)] if ALIAS not in each] == []


def test_a_protected_image_is_named_by_its_alias(api: Api, alice: Caller) -> None:
    image = add(api, protected=True, **ALIASED)

    said = message(delete(alice, ALIAS))

    assert ALIAS in said
    assert image not in said


def test_an_image_in_transition_is_named_by_its_alias(alice: Caller, stopped: str) -> None:
    [image] = capture(alice, stopped)["resource_ids"]

    said = [message(delete(alice, image)), message(lease(alice, image))]

    assert said == [f"image [{image}] is creating"] * 2


def test_an_image_without_an_alias_is_named_by_its_own_id(api: Api, alice: Caller) -> None:
    image = add(api)

    assert message(lease(alice, image)) == f"image [{image}] is available"


@pytest.mark.parametrize("status", [status for status in Status if SHOWN[status] not in {"available", "suspended"}])
def test_the_status_is_said_in_the_words_in_which_it_is_shown(api: Api, alice: Caller, status: Status) -> None:
    add_in_status(api, status, **ALIASED)

    [image] = listing(alice, query(images=ALIAS))["images"]
    said = message(lease(alice, ALIAS) if status is not Status.PENDING_DELETE else delete(alice, ALIAS))

    assert said == f"image [{ALIAS}] is {image['status']}"


def test_an_image_that_can_be_had_back_no_longer_is_said_to_be_ceased(api: Api, alice: Caller) -> None:
    add_in_status(api, Status.PENDING_DELETE, **ALIASED)
    api.clock.advance(TWO_HOURS)

    assert message(lease(alice, ALIAS)) == f"image [{ALIAS}] is ceased"
