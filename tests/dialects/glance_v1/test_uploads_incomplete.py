"""Uploads that are said to be complete before they are: refused, and still open."""

from typing import Any

import pytest

from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import md5
from tests.dialects.glance_v1.sending import (
    MEGABYTE,
    SMALL,
    ask,
    begin,
    complete,
    content,
    named,
    path_of,
    pieces,
    refusal,
    send,
    send_all,
    show,
)

DATA = content(12 * MEGABYTE)
MD5 = "0" * 32
COMPLETIONS: dict[str, Any] = {
    "nothing": {},
    "no parts": {"parts": []},
    "a wrong ETag": {"parts": [{"number": 1, "etag": MD5}]},
    "no ETag": {"parts": [{"number": 1}]},
    "no list": {"parts": "1"},
}


@pytest.mark.parametrize("document", COMPLETIONS.values(), ids=COMPLETIONS.keys())
def test_an_upload_ends_only_with_its_parts_and_then_can_be_completed(
    api: Api, t1: Caller, document: dict[str, Any]
) -> None:
    upload = begin(t1, SMALL)
    parts = send_all(upload, SMALL)

    refused = ask(t1, path_of(upload), document)
    before = show(t1, upload).json["upload"]["received"]
    allowed = complete(t1, upload, parts)
    api.work()

    assert refusal(refused)[0] == 400
    assert [part["etag"] for part in before] == [md5(SMALL)]
    assert allowed.status == 202
    assert t1.get(f"/v1/images/{upload['image_id']}").body == SMALL


def test_a_part_that_has_not_come_is_named_and_can_still_come(api: Api, t1: Caller) -> None:
    upload = begin(t1, DATA)
    parts = pieces(DATA)
    etags = [{"number": part["number"], "etag": part["md5"]} for part in named(parts)]
    for number in (0, 2):
        send(upload["links"][number], parts[number])

    refused = complete(t1, upload, etags)
    send(upload["links"][1], parts[1])
    wrong = complete(t1, upload, [etags[0], {"number": 2, "etag": MD5}, etags[2]])
    extra = complete(t1, upload, [*etags, {"number": 4, "etag": MD5}])
    allowed = complete(t1, upload, etags)

    assert refusal(refused) == (400, "Invalid value for parts: part 2 of 3 was not received")
    assert refusal(wrong) == (400, f"Invalid value for parts: the ETag of part 2 is {md5(parts[1])}")
    assert refusal(extra)[0] == 400
    assert allowed.status == 202


@pytest.mark.parametrize(("number", "size"), [(1, len(SMALL) - 1), (1, len(SMALL) + 1), (2, 1)])
def test_parts_that_do_not_make_up_the_image_are_refused(api: Api, t1: Caller, number: int, size: int) -> None:
    upload = begin(t1, SMALL)
    parts = {1: SMALL, number: bytes(size)}
    [multipart] = api.world.multiparts.begun(upload["image_id"])
    for place, part in parts.items():
        api.world.multiparts.put(multipart, place, part)

    answer = complete(t1, upload, [{"number": place, "etag": md5(part)} for place, part in parts.items()])
    api.work()

    assert refusal(answer) == (400, "Invalid value for parts: the parts do not add up to the declared size")
    assert show(t1, upload).status == 200
