"""What the headers of a new image may say: cases 34 to 38, 41 to 43 and 45 to 49."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import (
    DELETE_OK,
    OCTETS,
    RAW,
    create,
    header_block,
    ids,
    is_unknown,
    md5,
    meta,
    properties,
    says,
)

FORMATS = {"disk_format": "raw", "container_format": "bare"}
LARGEST_MINIMUM = 2**31 - 1


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127 + "x"], ids=["letters", "bytes of UTF-8"])
def test_case_034_the_longest_name_is_kept(t1: Caller, name: str) -> None:
    assert create(t1, meta(name=name))["name"] == name


def test_case_034_a_longer_name_is_refused(t1: Caller) -> None:
    answer = t1.post("/v1/images", meta(name="x" * 256))

    assert answer.status == 400
    assert says(answer, "Image name too long: 256")
    assert ids(t1.get("/v1/images")) == []


def test_case_034_bytes_count_not_letters(t1: Caller) -> None:
    answer = t1.post("/v1/images", meta(name="é" * 128))

    assert answer.status == 400
    assert says(answer, "Image name too long: 256 bytes")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("size", "invalid", "Cannot convert image size 'invalid' to an integer"),
        ("size", "1.5", "Cannot convert image size '1.5' to an integer"),
        ("size", "", "Invalid value"),
        ("size", "-10", "Cannot be a negative value"),
        ("virtual_size", "abc", "Cannot convert image virtual_size 'abc' to an integer"),
        ("virtual_size", "-1", "Cannot be a negative value"),
    ],
)
def test_case_035_sizes_are_counts(t1: Caller, field: str, value: str, text: str) -> None:
    answer = t1.post("/v1/images", meta(**{field: value}))

    assert answer.status == 400
    assert says(answer, text)
    assert ids(t1.get("/v1/images")) == []


@pytest.mark.parametrize(("text", "expected"), [("None", None), ("7", 7)])
def test_case_035_a_virtual_size_may_be_unknown(t1: Caller, text: str, expected: int | None) -> None:
    assert create(t1, meta(virtual_size=text))["virtual_size"] == expected


@pytest.mark.parametrize("field", ["min_disk", "min_ram"])
@pytest.mark.parametrize("value", ["-42", "abc", ""])
def test_case_036_minima_are_counts(t1: Caller, field: str, value: str) -> None:
    answer = t1.post("/v1/images", meta(**{field: value}))

    assert answer.status == 400
    assert says(answer, "Invalid value")


@pytest.mark.parametrize("field", ["min_disk", "min_ram"])
def test_case_037_minima_have_a_maximum(t1: Caller, field: str) -> None:
    answer = t1.post("/v1/images", meta(**{field: str(LARGEST_MINIMUM + 1)}))

    assert answer.status == 400
    assert says(answer, f"'{field}' value out of range")
    assert create(t1, meta(**{field: str(LARGEST_MINIMUM)}))[field] == LARGEST_MINIMUM


def test_case_038_a_checksum_has_32_characters_at_most(t1: Caller) -> None:
    answer = t1.post("/v1/images", {**RAW, **OCTETS, **meta(checksum="0" * 42)}, b"data")

    assert answer.status == 400
    assert says(answer, "Invalid checksum")
    assert ids(t1.get("/v1/images")) == []


def test_case_038_the_right_checksum_is_accepted(t1: Caller) -> None:
    image = create(t1, meta(checksum=md5(b"data")), b"data")

    assert image["status"] == "active"
    assert image["checksum"] == md5(b"data")


@pytest.mark.parametrize("field", ["created_at", "updated_at", "deleted_at"])
@pytest.mark.parametrize("value", ["-42", "foo", "1100", "2012-01-01hey12:32:12"])
def test_case_041_times_must_be_times(t1: Caller, field: str, value: str) -> None:
    answer = t1.post("/v1/images", meta(**{field: value}))

    assert answer.status == 400
    assert says(answer, f"Invalid time format for {field}")


def test_case_041_times_of_the_client_are_ignored(t1: Caller) -> None:
    times = meta(created_at="2012-01-01T12:32:12Z", updated_at="2012-01-01", deleted_at="2012-01-01")

    image = create(t1, {**times, **meta(deleted="True")})

    assert image["created_at"].startswith("2026-")
    assert image["updated_at"].startswith("2026-")
    assert image["deleted_at"] is None
    assert image["deleted"] is False


def test_case_042_unknown_headers_about_the_image_are_refused(t1: Caller) -> None:
    answer = t1.post("/v1/images", meta(foo="1"))

    assert answer.status == 400
    assert says(answer, "Bad header")
    assert ids(t1.get("/v1/images")) == []


@pytest.mark.parametrize("header", ["x-image-foo", "x-image-meta-copy_from", "X-Image-Meta-Uri"])
def test_case_042_other_headers_are_ignored(t1: Caller, header: str) -> None:
    image = create(t1, {header: "1"})

    assert image["status"] == "queued"
    assert image["properties"] == {}


def test_case_042_spellings_of_a_header_are_the_same(t1: Caller) -> None:
    image = create(t1, {"X-Image-Meta-Disk-Format": "raw", "X-IMAGE-META-CONTAINER_FORMAT": "bare"})

    assert image | FORMATS == image


def test_case_043_an_id_may_be_chosen(t1: Caller) -> None:
    image_id = str(uuid4())

    image = create(t1, meta(id=image_id))

    assert image["id"] == image_id
    assert t1.head(f"/v1/images/{image_id}").status == 200


def test_case_043_an_empty_id_is_none(t1: Caller) -> None:
    image = create(t1, meta(id=""))

    assert str(UUID(image["id"])) == image["id"]


@pytest.mark.parametrize("form", ["{hex}", "{{{uuid}}}", "urn:uuid:{uuid}"], ids=["hex", "braces", "urn"])
def test_case_043_an_id_has_several_forms(t1: Caller, form: str) -> None:
    chosen = uuid4()

    image = create(t1, meta(id=form.format(hex=chosen.hex, uuid=chosen)))

    assert UUID(image["id"]) == chosen
    assert t1.head(f"/v1/images/{image['id']}").status == 200


def test_case_043_an_id_must_be_a_uuid(t1: Caller) -> None:
    answer = t1.post("/v1/images", meta(id="abc"))

    assert answer.status == 400
    assert says(answer, "Invalid image id format")


@pytest.mark.parametrize("deleted", [False, True], ids=["in use", "deleted"])
def test_case_043_an_id_is_taken_once_for_every_tenant(t1: Caller, t2: Caller, deleted: bool) -> None:
    image = create(t1, data=b"data")
    assert not deleted or t1.delete(f"/v1/images/{image['id']}").status == DELETE_OK

    answers = [caller.post("/v1/images", meta(id=image["id"], name="new")) for caller in (t1, t2)]

    assert [answer.status for answer in answers] == [409, 409]
    assert all(says(answer, "already exists") for answer in answers)


def test_case_043_an_id_that_is_taken_keeps_its_image(t1: Caller, api: Api) -> None:
    image = create(t1, data=b"data")
    before = api.stored()

    answer = t1.post("/v1/images", {**RAW, **OCTETS, **meta(id=image["id"])}, b"other")

    assert answer.status == 409
    assert t1.get(f"/v1/images/{image['id']}").body == b"data"
    assert api.stored() == before


def test_case_045_publishing_needs_a_right(t1: Caller, admin: Caller) -> None:
    image_id = str(uuid4())

    answer = t1.post("/v1/images", meta(id=image_id, is_public="True"))

    assert answer.status == 403
    assert is_unknown(admin, image_id)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, True) for text in ("True", "1", "t", "on", "y", "yes", "YES")),
        *((text, False) for text in ("None", "0", "", "False", "no", "garbage")),
    ],
)
def test_case_045_046_booleans_are_read_forgivingly(admin: Caller, text: str, expected: bool) -> None:
    image = create(admin, meta(is_public=text, protected=text))

    assert image["is_public"] is expected
    assert image["protected"] is expected


def test_case_046_what_is_not_true_needs_no_right(t1: Caller) -> None:
    assert create(t1, meta(is_public="None"))["is_public"] is False


def test_case_047_a_tenant_owns_what_it_creates(t1: Caller) -> None:
    assert create(t1, meta(owner="t9"))["owner"] == "t1"


@pytest.mark.parametrize(
    ("given", "expected"),
    [(meta(owner="t9"), "t9"), (meta(owner=""), None), ({}, "ops")],
    ids=["named", "nobody", "absent"],
)
def test_case_047_an_administrator_chooses_the_owner(admin: Caller, given: dict[str, str], expected: Any) -> None:
    assert create(admin, given)["owner"] == expected


@pytest.mark.parametrize(("length", "status"), [(255, 202), (256, 400)])
def test_case_047_an_owner_has_255_characters_at_most(admin: Caller, length: int, status: int) -> None:
    assert admin.post("/v1/images", meta(owner="o" * length)).status == status


def test_case_048_names_of_properties_are_lower_case_with_underscores(t1: Caller) -> None:
    image = create(t1, properties(**{"Key-One": "v"}))

    assert image["properties"] == {"key_one": "v"}


def test_case_048_an_empty_property_is_null(t1: Caller) -> None:
    image = create(t1, properties(empty=""))

    answer = t1.head(f"/v1/images/{image['id']}")

    assert image["properties"] == {"empty": None}
    assert "x-image-meta-property-empty" not in answer.headers


def test_case_048_any_property_may_be_called_as_a_field(t1: Caller) -> None:
    image = create(t1, {**meta(name="cirros"), **properties(name="x", id="y", status="z")})

    assert image["name"] == "cirros"
    assert image["properties"] == {"name": "x", "id": "y", "status": "z"}


@pytest.mark.parametrize(
    ("sent", "stored", "shown"),
    [
        pytest.param("My%20Image%20%C3%A9", "My Image é", "My%20Image%20%C3%A9", id="quoted"),
        pytest.param("My Image é", "My Image é", "My%20Image%20%C3%A9", id="raw"),
        pytest.param("a%2Bb%25", "a+b%", "a+b%", id="quoted signs"),
        pytest.param("100%", "100%", "100%", id="no quoting"),
        pytest.param("50%25 off", "50%25 off", "50%25 off", id="only partly quoted"),
        pytest.param("%FF", "%FF", "%25FF", id="no text"),
        pytest.param("%2520", "%20", "%20", id="quoted twice"),
        pytest.param("\N{GRINNING FACE}", "\N{GRINNING FACE}", "%F0%9F%98%80", id="beyond the basic plane"),
    ],
)
def test_case_049_texts_are_stored_as_they_were_meant(t1: Caller, sent: str, stored: str, shown: str) -> None:
    image = create(t1, {**meta(name=sent), **properties(note=sent)})

    block = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert image["name"] == stored
    assert image["properties"] == {"note": stored}
    assert block["name"] == shown
    assert block["property-note"] == shown


def test_case_049_names_of_properties_are_quoted_where_a_header_needs_it(t1: Caller) -> None:
    image = create(t1, properties(**{"OS%20Distro": "arch"}))

    block = header_block(t1.head(f"/v1/images/{image['id']}"))
    assert image["properties"] == {"os distro": "arch"}
    assert block["property-os%20distro"] == "arch"


def test_case_049_no_line_can_be_smuggled_into_the_headers(t1: Caller) -> None:
    image = create(t1, meta(name="one%0D%0Ax-evil:%20two%00"))

    answer = t1.head(f"/v1/images/{image['id']}")

    assert answer.status == 200
    assert not set("\r\n\0") & set(answer.headers["x-image-meta-name"])
