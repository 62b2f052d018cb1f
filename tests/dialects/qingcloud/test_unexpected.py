"""What no client sends: hostile bodies, odd queries, other paths and methods, and numbers without end."""

import json

import pytest

from tests.api import Answer, Api, Caller
from tests.dialects.qingcloud.qingcloud import (
    IMAGES,
    JOBS,
    JSON,
    LEASE,
    UNFINISHED,
    UNKNOWN,
    UNKNOWN_JOB,
    add,
    add_system_image,
    delete,
    job_of,
    lease,
    listed,
    listed_ids,
    listing,
    modify,
    query,
    show,
    status_of,
    try_capture,
)
from tests.dialects.qingcloud.shapes import (
    assert_error,
    assert_malformed,
    assert_not_found,
    assert_ok,
    media_type,
)

DEEP = 2000
HUGE = 2_000_000


def raw(*texts: str | bytes) -> bytes:
    """The value of a key, written like this."""
    return b"".join(text.encode() if isinstance(text, str) else text for text in texts)


HOSTILE = {
    "lone surrogate": raw(r'"\ud800"'),
    "surrogates in reverse": raw(r'"\udc00\ud800"'),
    "surrogate as UTF-8": raw(b'"\xed\xa0\x80"'),
    "surrogate in a key": raw(r'"x", "\ud800": "y"'),
    "NaN": raw("NaN"),
    "infinity": raw("-Infinity"),
    "NaN in an unknown key": raw('"x", "y": NaN'),
    "Latin-1": raw(b'"\xe9"'),
    "nested arrays": raw("[" * DEEP, "]" * DEEP),
    "nested objects": raw('{"x":' * DEEP, "7", "}" * DEEP),
    "nested in an unknown key": raw('"x", "y": ', "[" * DEEP, "]" * DEEP),
    "never closed": raw("[" * 100_000),
    "huge number": raw("9" * 10_000),
    "line break in a text": raw('"a\nb"'),
    "null byte": raw(b'"a\x00b"'),
}
HUGE_TEXTS = {
    "huge": raw(json.dumps("x" * HUGE)),
    "huge and wide": raw(json.dumps("💿" * (HUGE // 4), ensure_ascii=False)),
}
EACH_BODY = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
EACH_TEXT = pytest.mark.parametrize("value", {**HOSTILE, **HUGE_TEXTS}.values(), ids=[*HOSTILE, *HUGE_TEXTS])
ELSEWHERE = {
    "/v2/zone/ac1/unknown": "GET POST PUT DELETE",
    "/v2/zone/ac1/Images": "GET POST PUT DELETE",
    "/v2/zone/ac1/images/x/y": "GET POST PUT DELETE",
    "/v2/zone/ac1/job": "GET POST PUT DELETE",
    "/v2/zone/ac1/jobs/x": "GET POST PUT DELETE",
    "/v2/zone/ac1/job/x/y": "GET",
    "/v2/zone/ac1": "GET POST",
}
METHODS = {
    IMAGES: "PATCH OPTIONS",
    f"{IMAGES}/{UNKNOWN}": "GET POST PUT PATCH OPTIONS",
    f"/v2/zone/ac1/job/{UNKNOWN_JOB}": "POST PUT PATCH DELETE OPTIONS",
    JOBS: "POST PUT PATCH DELETE OPTIONS",
    UNFINISHED: "POST PUT PATCH DELETE OPTIONS",
    LEASE: "GET PUT PATCH DELETE OPTIONS",
}
SEGMENTS = {
    "null": "%00",
    "no UTF-8": "%ff",
    "dots": "..%2F..",
    "slash": "a%2Fb",
    "superscript": "%C2%B2",
    "wide": "%F0%9F%92%BF",
    "long": "x" * 5000,
    "surrogate": "%ED%A0%80",
    "blank": "%20x%20y%20",
}
EACH_SEGMENT = pytest.mark.parametrize("segment", SEGMENTS.values(), ids=SEGMENTS.keys())


def assert_answered(answer: Answer) -> None:
    """The answer is a list, or a refusal for what was asked."""
    assert answer.status in {200, 400, 404}, answer.text
    assert media_type(answer) == "application/json"
    if answer.status == 200:
        assert_ok(answer)
    else:
        assert_error(answer, answer.status, {400: 1100, 404: 2100}[answer.status])


@EACH_TEXT
def test_a_hostile_capture_is_refused(alice: Caller, stopped: str, value: bytes) -> None:
    body = b'{"instance": "%s", "image_name": %s}' % (stopped.encode(), value)

    answer = alice.post(IMAGES, JSON, body)

    assert_malformed(answer)
    assert listed(alice) == []


@EACH_TEXT
@pytest.mark.parametrize("field", [b"image_name", b"description"], ids=bytes.decode)
def test_a_hostile_change_is_refused(api: Api, alice: Caller, field: bytes, value: bytes) -> None:
    image = add(api, name="old", description="old")
    before = show(alice, image)

    answer = alice.put(IMAGES, JSON, b'{"image": "%s", "%s": %s}' % (image.encode(), field, value))

    assert_malformed(answer)
    assert show(alice, image) == before


@EACH_BODY
@pytest.mark.parametrize(("target", "key"), [(IMAGES, b"instance"), (LEASE, b"resources")], ids=["capture", "recover"])
def test_a_hostile_resource_is_refused(alice: Caller, target: str, key: bytes, value: bytes) -> None:
    answer = alice.post(target, JSON, b'{"%s": %s}' % (key, value))

    assert_malformed(answer)


@EACH_BODY
@pytest.mark.parametrize("target", [IMAGES, JOBS], ids=["images", "jobs"])
def test_a_hostile_filter_is_refused(alice: Caller, target: str, value: bytes) -> None:
    answer = alice.get(target, JSON, b'{"limit": 1, "search_word": "x", "jobs": "", "images": %s}' % value)

    assert_malformed(answer)


@pytest.mark.parametrize("value", HUGE_TEXTS.values(), ids=HUGE_TEXTS.keys())
@pytest.mark.parametrize("key", [b"search_word", b"images", b"status", b"os_family", b"limit"], ids=bytes.decode)
def test_a_huge_filter_is_answered_or_refused(api: Api, alice: Caller, key: bytes, value: bytes) -> None:
    add(api)

    answer = alice.get(IMAGES, JSON, b'{"%s": %s}' % (key, value))

    assert_answered(answer)
    assert answer.status != 200 or answer.json["images"] == []


@EACH_BODY
def test_a_hostile_body_does_not_keep_an_image_from_being_deleted(api: Api, alice: Caller, value: bytes) -> None:
    image = add(api)

    job_of(alice.delete(f"{IMAGES}/{image}", JSON, b'{"images": %s}' % value))
    api.work()

    assert status_of(alice, image) == ("deleted", "")


@pytest.mark.parametrize(("target", "methods"), ELSEWHERE.items(), ids=ELSEWHERE.keys())
def test_nothing_is_at_other_paths(api: Api, alice: Caller, target: str, methods: str) -> None:
    image = add(api)

    answers = [alice.request(method, target, JSON, b"{}") for method in methods.split()]

    for answer in answers:
        assert_not_found(answer)
    assert listed_ids(alice) == [image]


@pytest.mark.parametrize(("target", "methods"), METHODS.items(), ids=METHODS.keys())
def test_other_methods_are_refused(api: Api, alice: Caller, target: str, methods: str) -> None:
    image = add(api)

    answers = [alice.request(method, target, JSON, b"{}") for method in methods.split()]

    for answer in answers:
        assert_error(answer, 405, 1101)
    assert listed_ids(alice) == [image]


@pytest.mark.parametrize("target", [IMAGES, JOBS, UNFINISHED, LEASE, "/v2/zone/ac9/images", "/v2/zone/ac1/unknown"])
def test_the_answer_to_a_head_request_has_no_body(alice: Caller, target: str) -> None:
    answer = alice.head(target)

    assert answer.status < 500
    assert answer.body == b""


@EACH_SEGMENT
def test_a_hostile_path_is_not_found(alice: Caller, segment: str) -> None:
    answers = [
        alice.get(f"/v2/zone/{segment}/images"),
        alice.get(f"/v2/zone/ac1/job/{segment}"),
        alice.delete(f"{IMAGES}/{segment}"),
        alice.delete(f"{IMAGES}/{UNKNOWN},{segment}"),
    ]

    for answer in answers:
        assert_not_found(answer)


@EACH_SEGMENT
def test_a_hostile_query_is_answered_or_refused(api: Api, alice: Caller, segment: str) -> None:
    add(api)

    for name in ("images", "images.1", "status", "search_word", "os_family", "provider", "limit", "offset", "jobs"):
        for target in (IMAGES, JOBS):
            assert_answered(alice.get(f"{target}?{name}={segment}"))


@pytest.mark.parametrize(
    "parameters",
    [
        "images[]=x",
        "images.x=x",
        "images.=x",
        "images.-1=x",
        "images.1.2=x",
        "images.%C2%B2=x",
        f"images.{'9' * 5000}=x",
        "status[0]=available",
        "=",
        "&&",
        "%ff=%ff",
        "=x&=y",
        "limit",
        "limit=1&limit=2",
        "limit.1=1",
        "search_word=a&search_word=b",
        f"limit={'9' * 5000}",
        f"offset={'9' * 5000}",
        "limit=%D9%A3",
        "limit=+5",
        "limit=%205",
        "limit=05",
    ],
    ids=lambda text: text[:20],
)
def test_odd_queries_are_answered_or_refused(api: Api, alice: Caller, parameters: str) -> None:
    add(api)

    for target in (IMAGES, JOBS):
        assert_answered(alice.get(f"{target}?{parameters}"))


def test_many_unknown_ids_are_not_found(api: Api, alice: Caller) -> None:
    image = add(api)
    unknown = [f"img-{number:08}" for number in range(199)]

    answers = [
        alice.get(IMAGES + query(images=",".join([image, *unknown]))),
        alice.get(IMAGES, JSON, json.dumps({"images": [*unknown, image]}).encode()),
        lease(alice, image, *unknown[:99]),
    ]

    for answer in answers:
        assert_not_found(answer)


def test_one_id_may_be_asked_for_many_times(api: Api, alice: Caller) -> None:
    image = add(api)

    found = listing(alice, query(images=",".join([image] * 200)))

    assert ([each["image_id"] for each in found["images"]], found["total_count"]) == ([image], 1)


def test_a_caller_without_a_tenant_meets_no_failure_of_ours(api: Api, nomad: Caller, stopped: str) -> None:
    image, system = add(api), add_system_image(api)

    refused = [
        try_capture(nomad, stopped),
        modify(nomad, image, image_name="mine"),
        modify(nomad, system, image_name="mine"),
        delete(nomad, image),
        delete(nomad, system),
        lease(nomad, image),
    ]
    read = [nomad.get(IMAGES), nomad.get(JOBS), nomad.get(UNFINISHED)]

    for answer in refused:
        assert (answer.status, answer.json["ret_code"]) in {(403, 1400), (404, 2100)}
    for answer in read:
        assert answer.status in {200, 403}
