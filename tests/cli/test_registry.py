"""Answers that are not what they should be are one line, and nothing secret is in it."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from chalicelib.dialects.glance_v1.metadata import spelled
from rosetta.answers import Image, read_image, read_image_headers
from rosetta.errors import MissingSetting, ServiceError
from rosetta.registry import Registry, open_registry
from tests.cli.importing.scripted import Asked, Reply, scripted

IMAGE = {
    "id": "6e2f8a43-5f1d-4e5a-9a0f-3f6f2b1c7d10",
    "name": "é",
    "status": "active",
    "size": 7,
    "checksum": "0" * 32,
    "disk_format": "raw",
    "container_format": "bare",
    "is_public": True,
    "protected": False,
    "min_disk": 1,
    "min_ram": 2,
    "virtual_size": None,
    "owner": "t1",
    "created_at": "2016-05-10T21:35:15.000000",
    "updated_at": "2016-05-10T21:35:15.000000",
    "deleted_at": None,
    "deleted": False,
    "properties": {"os_distro": "debian", "größe": "100%"},
}


def answering(reply: Reply) -> Iterator[Registry]:
    with scripted(lambda _asked: reply) as service:
        yield open_registry({"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"})


def reason_for(reply: Reply) -> str:
    """What is said of an answer to a request for jobs."""
    for registry in answering(reply):
        with pytest.raises(ServiceError) as caught:
            registry.jobs(1)
    return str(caught.value)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(404, {"error": {"code": 404, "title": "Not Found", "message": "no\n job"}}), "404: no job"),
        (Reply(400, {"error": {"message": ""}}), "400: Bad Request"),
        (Reply(400, {"odd": 1}), '400: {"odd": 1}'),
        (Reply(503), "503: Service Unavailable"),
        (Reply(502, body=b"<html><head><title>502 Bad Gateway</title></head></html>"), "502: 502 Bad Gateway"),
        (Reply(500, body=b"<h1>oops</h1>"), "500: Internal Server Error"),
        (Reply(500, body=b"oops \xff"), "500: oops \N{REPLACEMENT CHARACTER}"),
        (
            Reply(403, body=b"<Error><Message>Expired</Message><SignatureProvided>x</SignatureProvided></Error>"),
            "403: Expired",
        ),
        (Reply(599, body=b""), "599: no reason given"),
        (Reply(200, body=b"oops"), "unexpected response (expected: JSON)"),
        (Reply(200, []), "unexpected response (expected: list of jobs)"),
        (Reply(200, {"jobs": [{"id": "1"}]}), "unexpected response (expected: job)"),
        (Reply(302, headers={"Location": "http://elsewhere.example/"}), "302: Found"),
    ],
    ids=[
        *("nested", "without-words", "unknown-shape", "empty", "page", "untitled-page", "text", "s3", "unknown-status"),
        *("no-json", "no-list", "no-job", "redirect"),
    ],
)
def test_a_refusal_says_what_its_answer_says(reply: Reply, reason: str) -> None:
    assert reason_for(reply) == reason


def test_a_long_refusal_is_cut() -> None:
    assert len(reason_for(Reply(400, body=b"x" * 10_000))) == 300


def test_an_image_is_the_same_from_its_headers_and_its_document() -> None:
    meta = {name: value for name, value in IMAGE.items() if name != "properties" and value is not None}
    headers = {f"x-image-meta-{name}": str(value).encode().decode("latin-1") for name, value in meta.items()}
    headers["x-image-meta-property-os_distro"] = "debian"
    headers["x-image-meta-property-gr%c3%b6%c3%9fe"] = "100%"

    assert read_image_headers(headers) == read_image(IMAGE)
    assert read_image(IMAGE).properties == IMAGE["properties"]


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("f%C3%BCr%20alle", "für alle"),
        ("100%25", "100%25"),
        ("%25C3%25A9", "%C3%A9"),
        ("a%0Ab", "a\nb"),
        ("%C3 ", "%C3 "),
    ],
    ids=["beyond ASCII", "ASCII", "looks encoded", "control", "not encoded"],
)
def test_a_text_is_read_from_a_header_as_it_was_meant(shown: str, text: str) -> None:
    headers = {"x-image-meta-id": "1", "x-image-meta-status": "active", "x-image-meta-name": shown}

    image = read_image_headers({**headers, "x-image-meta-property-note": shown})

    assert (image.name, image.properties) == (text, {"note": text})
    assert spelled(text) == shown


@pytest.mark.parametrize(
    "change", [{"id": None}, {"size": "many"}, {"properties": 1}], ids=["no-id", "no-size", "no-properties"]
)
def test_what_is_no_image_is_refused(change: Mapping[str, object]) -> None:
    document = {name: value for name, value in {**IMAGE, **change}.items() if name != "id" or value is not None}

    with pytest.raises(ServiceError, match="expected: image"):
        read_image(document)


def test_texts_travel_quoted_in_headers() -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> Reply:
        asked.append(request)
        return Reply(202, {"image": IMAGE})

    with scripted(answer) as service:
        registry = open_registry({"ROSETTA_URL": f"{service.url}/", "ROSETTA_TOKEN": " secret\n"})
        image = registry.create({"name": "é 100%\n", "is_public": True, "owner": None}, {"a b/c": "x", "empty": None})

    headers = {name: value for name, value in asked[0].headers.items() if name.startswith("x-")}
    assert headers == {
        "x-auth-token": "secret",
        "x-image-meta-name": "%C3%A9%20100%25%0A",
        "x-image-meta-is_public": "True",
        "x-image-meta-property-a%20b%2fc": "x",
        "x-image-meta-property-empty": "",
    }
    assert image == read_image(IMAGE)
    assert isinstance(image, Image)


def test_pages_are_asked_for_one_after_the_other() -> None:
    def answer(asked: Asked) -> Reply:
        before = int(asked.query.get("marker", "0"))
        count = min(100, 250 - before)
        return Reply(200, {"images": [{**IMAGE, "id": str(before + number + 1)} for number in range(count)]})

    with scripted(answer) as service:
        registry = open_registry({"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"})
        images = list(registry.images(name="a b"))
        queries = [asked.query for asked in service.asked]

    assert [image.id for image in images] == [str(number) for number in range(1, 251)]
    assert [query.get("marker") for query in queries] == [None, "100", "200"]
    assert {query["name"] for query in queries} == {"a b"}


def test_presigned_urls_are_not_part_of_what_a_link_shows() -> None:
    link = {"number": 1, "url": "http://s3.example/key?X-Amz-Signature=secret", "headers": {"Content-MD5": "x"}}

    for registry in answering(Reply(201, {"upload": {**UPLOAD, "links": [link]}})):
        upload = registry.begin_upload("1", 10)

    assert upload.links[0].url == link["url"]
    assert "secret" not in repr(upload)


UPLOAD = {"id": "u", "image_id": "1", "size": 10, "part_size": 5, "part_count": 2, "received": []}


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({}, "run `rosetta login`, or set ROSETTA_URL to "),
        ({"ROSETTA_URL": "http://registry.example"}, "run `rosetta login`, or set ROSETTA_TOKEN to "),
        ({"ROSETTA_URL": "registry.example", "ROSETTA_TOKEN": "t"}, "ROSETTA_URL: not a valid http:// or https:// URL"),
        ({"ROSETTA_URL": "http://h:99999", "ROSETTA_TOKEN": "t"}, "ROSETTA_URL: not a valid http:// or https:// URL"),
        ({"ROSETTA_URL": "http://h", "ROSETTA_TOKEN": "gehe\u0131m"}, "ROSETTA_TOKEN is not a valid token"),
    ],
    ids=["nothing", "no-token", "no-scheme", "no-port", "letters"],
)
def test_settings_that_are_missing_or_wrong_are_named(environ: dict[str, str], reason: str) -> None:
    with pytest.raises(MissingSetting) as caught:
        open_registry(environ)

    assert caught.value.message.startswith(reason)
    assert caught.value.exit_code == 2


def test_a_history_is_read_page_by_page() -> None:
    one = {"version": 1, "at": "2016-05-10T21:35:15.000000", "event": "created"}
    pages = [{"events": [one], "next": "https://elsewhere/"}, {"events": [{**one, "version": 2, "members": ["t2"]}]}]
    asked: list[Asked] = []

    def answer(request: Asked) -> Reply:
        asked.append(request)
        return Reply(200, pages[len(asked) - 1])

    with scripted(answer) as service:
        events = open_registry({"ROSETTA_URL": service.url, "ROSETTA_TOKEN": "secret"}).events(str(IMAGE["id"]))

    assert [(event.version, event.event, event.members) for event in events] == [
        (1, "created", ()),
        (2, "created", ("t2",)),
    ]
    assert [dict(request.query) for request in asked] == [{"limit": "100"}, {"limit": "100", "marker": "1"}]


@pytest.mark.parametrize("document", [{"events": [{}]}, {"events": 7}, {}, []])
def test_a_history_that_is_none_is_refused(document: object) -> None:
    for registry in answering(Reply(200, document)):
        with pytest.raises(ServiceError, match=r"expected: (history|event)"):
            registry.events("x")


@pytest.mark.parametrize(
    "act",
    [
        lambda registry: registry.delete("i"),
        lambda registry: registry.add_member("i", "t2"),
        lambda registry: registry.remove_member("i", "t2"),
        lambda registry: registry.replace_members("i", []),
        lambda registry: registry.abort_upload("i", "u"),
        lambda registry: registry.revoke_token("k"),
    ],
    ids=["delete", "add", "remove", "replace", "abort", "revoke"],
)
def test_what_is_done_is_confirmed_by_nothing_else(act: Callable[[Registry], None]) -> None:
    for status in (200, 204):
        for registry in answering(Reply(status)):
            act(registry)
    for registry in answering(Reply(200, body=b"<h1>Sign in</h1>")):
        with pytest.raises(ServiceError, match="expected: confirmation"):
            act(registry)
