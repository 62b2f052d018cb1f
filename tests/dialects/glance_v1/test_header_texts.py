"""Texts in the headers of answers: ASCII, whatever they are, and read back as they were (decision 18)."""

import json
from urllib.parse import quote

import pytest

from chalicelib.dialects.glance_v1.metadata import decode, spelled
from tests.api import Answer, Api, Caller
from tests.dialects.glance_v1.glance import create, header_block, meta, properties, says
from tests.factories import an_image

PLAIN = ["cirros", "My Image", "100%", "100%25", "50% off %20", "https://mirror.example/a%2Bb.iso", "%FF %", "a%20b%2"]
"""What leaves as it is: clients show headers as they come."""
ENCODED = ["é", "猫 100% + 1", "two\nlines", "tab\there", "\x7f", "%C3%A9", "%25C3%25A9", "%FF", "a/b~c:é", "%0A"]
"""What cannot be sent as it is, and what would then be taken for it."""
KEEP = {"x-glance-registry-purge-props": "false"}


def shown(caller: Caller, image_id: str) -> dict[str, str]:
    """What the headers say of an image, each of them fit for any gateway and client."""
    answer = caller.head(f"/v1/images/{image_id}")
    assert all(value.isascii() and value.isprintable() for value in answer.headers.values())
    return header_block(answer)


def send_back(caller: Caller, image_id: str, *, encoded: bool) -> Answer:
    """All headers that the image has, sent again by an old client or by one that encodes whatever it sends."""
    block = shown(caller, image_id)
    headers = {f"x-image-meta-{name}": quote(value, safe="/:") if encoded else value for name, value in block.items()}
    return caller.put(f"/v1/images/{image_id}", headers)


@pytest.mark.parametrize("text", PLAIN)
def test_ascii_leaves_as_it_is(text: str) -> None:
    assert spelled(text) == text


@pytest.mark.parametrize("text", ENCODED)
def test_what_is_not_ascii_leaves_encoded_and_can_be_told_from_ascii(text: str) -> None:
    assert spelled(text) == quote(text, safe="/~:")
    assert decode(spelled(text)) == text
    assert spelled(spelled(text)) != spelled(text)


@pytest.mark.parametrize("text", [*PLAIN, *ENCODED])
@pytest.mark.parametrize("encoded", [False, True], ids=["raw", "encoded"])
def test_a_text_that_is_sent_back_as_it_was_shown_changes_nothing(
    api: Api, t1: Caller, text: str, *, encoded: bool
) -> None:
    stored = an_image(owner="t1", name=text, description=text, properties={"note": text, "größe": text})
    image = api.world.images.add(stored).id

    answer = send_back(t1, image, encoded=encoded)

    assert answer.status == 200
    assert answer.json["image"]["name"] == text
    assert answer.json["image"]["properties"] == {"note": text, "größe": text, "description": text}


@pytest.mark.parametrize("encoded", [False, True], ids=["raw", "encoded"])
def test_a_text_that_was_cut_is_sent_back_and_changes_nothing(api: Api, t1: Caller, *, encoded: bool) -> None:
    image = api.world.images.add(an_image(owner="t1", name="镜" * 500)).id

    answer = send_back(t1, image, encoded=encoded)

    assert (answer.status, answer.json["image"]["name"]) == (200, "镜" * 500)


def test_a_text_is_shown_encoded_in_headers_and_plain_in_documents(t1: Caller) -> None:
    image = create(t1, {**meta(name=quote("猫 é")), **properties(note="für alle")}, data=b"x")

    download = t1.get(f"/v1/images/{image['id']}")

    assert (image["name"], image["properties"]) == ("猫 é", {"note": "für alle"})
    assert header_block(download)["name"] == "%E7%8C%AB%20%C3%A9"
    assert header_block(download)["property-note"] == "f%C3%BCr%20alle"


def test_another_text_is_taken_however_it_looks(t1: Caller) -> None:
    image = create(t1, meta(name="My%2520Image"))["id"]

    renamed = t1.put(f"/v1/images/{image}", meta(name="Your%20Image"))

    assert renamed.json["image"]["name"] == "Your Image"


def test_what_its_header_shows_is_kept_until_it_shows_something_else(t1: Caller) -> None:
    """A new client that means `My Image` sends what an old one sends that means to change nothing (decision 18)."""
    path = "/v1/images/" + create(t1, meta(name="My%2520Image"))["id"]

    kept, other, meant = (t1.put(path, meta(name=text)) for text in ("My%20Image", "other", "My%20Image"))

    assert [answer.json["image"]["name"] for answer in (kept, other, meant)] == ["My%20Image", "other", "My Image"]


@pytest.mark.parametrize(("letters", "status"), [(1190, 202), (1191, 413)])
def test_properties_are_counted_as_they_are_encoded(t1: Caller, letters: int, status: int) -> None:
    """The name of the header takes 23 bytes, and each letter takes six."""
    answer = t1.post("/v1/images", properties(p="é" * letters))

    assert answer.status == status
    assert status == 202 or says(answer, "Maximum: 7168")


def test_what_encoding_adds_to_the_name_is_counted_too(api: Api, t1: Caller) -> None:
    """So that an image can always be shown: here 480 bytes of 127 letters that take two bytes, or six."""
    long_name, small, large = meta(name="é" * 127), properties(p="x" * 6600), properties(p="x" * 6700)

    assert t1.post("/v1/images", {**long_name, **large}).status == 413
    image = create(t1, {**long_name, **small})["id"]
    assert t1.put(f"/v1/images/{image}", {**large, **KEEP}).status == 413
    assert t1.put(f"/v1/images/{image}", {**large, **meta(name="e")}).status == 200
    assert t1.put(f"/v1/images/{image}", {**long_name, **KEEP}).status == 413
    assert header_block(t1.head(f"/v1/images/{image}"))["property-p"] == "x" * 6700


def test_a_name_that_another_dialect_has_made_long_leaves_properties_out(api: Api, t1: Caller) -> None:
    wide = {f"p{number}": "x" * 300 for number in range(21)}
    image = api.world.images.add(an_image(owner="t1", name="é" * 127, properties=wide)).id

    answer = t1.head(f"/v1/images/{image}")
    kept = t1.put(f"/v1/images/{image}", meta(min_ram="1"))

    carried = [name for name in header_block(answer) if name.startswith("property-")]
    assert len(carried) == (7168 - 127 * 4) // 325
    assert kept.status == 200
    assert json.loads(kept.body)["image"]["min_ram"] == 1
