"""Tags, one by one: cases 143 to 145."""

from urllib.parse import quote

import pytest

from tests.api import Caller
from tests.dialects.glance_v2.glance import IMAGES, UNKNOWN, change, create, path_of, post, refusal, says, shown


def tag_path(image: dict[str, str], tag: str) -> str:
    return path_of(image, "tags", quote(tag, safe=""))


def test_case_143_a_tag_is_put_and_taken_away(a: Caller) -> None:
    image = create(a)
    path = tag_path(image, "x")

    for _ in range(2):
        answer = a.put(path)
        assert (answer.status, answer.body) == (204, b"")
    assert shown(a, image)["tags"] == ["x"]
    assert a.delete(path).status == 204
    assert shown(a, image)["tags"] == []
    assert says(a.delete(path), 404, "Tag x could not be found")


@pytest.mark.parametrize("tag", ["x" * 255, "two words", "café", "a/b", "100%", "汉"])
def test_case_144_a_tag_is_any_text(a: Caller, tag: str) -> None:
    image = create(a)

    assert a.put(tag_path(image, tag)).status == 204
    assert shown(a, image)["tags"] == [tag]
    assert a.delete(tag_path(image, tag)).status == 204


def test_case_144_a_tag_has_limits(a: Caller) -> None:
    image = create(a)

    assert says(a.put(tag_path(image, "x" * 256)), 400, "255 characters")
    for method in ("PUT", "DELETE"):
        assert a.request(method, path_of(image, "tags", "")).status == 404
        answer = a.request(method, tag_path(image, "x"), {}, b"{}")
        assert says(answer, 400, "A body is not expected")


def test_case_144_an_image_has_128_tags(a: Caller) -> None:
    image = create(a, tags=[str(number) for number in range(128)])

    assert says(a.put(tag_path(image, "x")), 413, "Attempted: 129, Maximum: 128")
    assert a.put(tag_path(image, "1")).status == 204


def test_the_tags_of_an_image_have_as_many_bytes_as_one_transaction_can_write_in_all_lists(a: Caller) -> None:
    image = create(a, tags=[f"{number:03}{'x' * 252}" for number in range(128)])
    wide = [f"{number:03}{'💿' * 63}" for number in range(128)]

    assert change(a, image, tags=wide).status == 200
    assert says(change(a, image, tags=[*wide[1:], wide[0] + "x"]), 413, "bytes of tags")
    assert says(post(a, {"tags": [*wide[1:], wide[0] + "x"]}), 413, "Attempted: 32641, Maximum: 32640")
    assert a.delete(tag_path(image, wide[0])).status == 204


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_case_145_who_may_tag(a: Caller, b: Caller, reader: Caller, admin: Caller, method: str) -> None:
    image = create(a, tags=["x"])
    path = tag_path(image, "x")

    assert refusal(reader.request(method, path))[0] == 403
    assert says(b.request(method, path), 404, f"Image {image['id']} not found.")
    assert says(a.request(method, f"{IMAGES}/{UNKNOWN}/tags/x"), 404, f"Image {UNKNOWN} not found.")
    change(admin, image, visibility="public")
    assert refusal(b.request(method, path))[0] == 403
    assert admin.request(method, path).status == 204
