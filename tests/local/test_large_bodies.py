"""Image data beyond the limit, over real sockets, through a server that hands it on as it arrives."""

import hashlib
import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Any

import pytest

from chalicelib.bootstrap import build_app
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.upload import USUAL_PART
from local.events import Router, proxy_event
from local.large_bodies import StreamingWorld, arriving, is_image_data, parts_of
from local.server import LocalServer
from local.wire import Head
from tests.api import Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import (
    OCTETS,
    UNKNOWN,
    a_raw_one,
    an_active_one,
    change,
    create,
    path_of,
    upload,
)
from tests.moto_state import buckets

LIMIT = 65536
LARGE = bytes(range(256)) * 1000
QUOTA = 300_000
PIECE = 50_000
PATIENCE = 20


class Site:
    """A server of its own over the world of an API, asked as `caller` unless another one is named."""

    def __init__(self, api: Api, server: LocalServer) -> None:
        self.api = api
        self.server = server
        self.caller = api.caller("t1")

    def put(
        self,
        path: str,
        data: bytes = LARGE,
        headers: Mapping[str, str] = OCTETS,
        *,
        chunked: bool = False,
        caller: Caller | None = None,
    ) -> tuple[int, str]:
        """Status and message of the answer."""
        sent = {**credentials(caller or self.caller), **headers}
        pieces = iter([data[start : start + PIECE] for start in range(0, len(data), PIECE)])
        if not chunked:
            sent["Content-Length"] = str(len(data))
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)) as connection:
            connection.request("PUT", path, pieces, sent, encode_chunked=chunked)
            return told(connection.getresponse())

    def begin(self, path: str, headers: Mapping[str, str], body: bytes, caller: Caller | None = None) -> socket.socket:
        """A request that has sent no more than this of its body."""
        sent = {"Host": "h", **credentials(caller or self.caller), **OCTETS, **headers}
        lines = [f"PUT {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
        wire = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        wire.sendall("\r\n".join(lines).encode() + body)
        return wire

    def image(self, image: Mapping[str, Any]) -> Image:
        """The image as it is kept."""
        found = self.api.world.images.get(image["id"])
        assert found is not None
        return found.image

    def is_queued(self, image: Mapping[str, Any]) -> bool:
        """Whether the image waits for its bytes as if none had ever come."""
        assert list(parts_begun()) == []
        assert [key for key in self.api.stored() if key.startswith(image["id"])] == []
        found = self.image(image)
        assert (found.size, found.checksum, found.location) == (None, None, None)
        return found.waits


def credentials(caller: Caller) -> dict[str, str]:
    return {"X-Auth-Token": caller.shown("X-Auth-Token")}


def told(response: http.client.HTTPResponse) -> tuple[int, str]:
    text = response.read()
    is_document = response.headers["Content-Type"] == "application/json"
    return response.status, json.loads(text)["error"]["message"] if is_document else text.decode()


def answer(wire: socket.socket) -> tuple[int, str]:
    """What comes back on a wire."""
    with closing(http.client.HTTPResponse(wire, method="PUT")) as response:
        response.begin()
        return told(response)


def parts_begun() -> Iterator[str]:
    """The keys of objects whose parts are kept, for nothing or for what is to come."""
    return (multipart.key_name for bucket in buckets() for multipart in bucket.multiparts.values())


@pytest.fixture
def open_site(make_api: MakeApi) -> Iterator[Callable[..., Site]]:
    """Serve an application with these settings."""
    with ExitStack() as stack:

        def open_site(**environ: str) -> Site:
            api = make_api(MAX_INLINE_BYTES=str(LIMIT), **environ)
            app = build_app(world=StreamingWorld(*api.world))
            server = stack.enter_context(LocalServer(0))
            stack.enter_context(server.serving(app, Router(app.routes), LIMIT, streaming=True))
            return Site(api, server)

        yield open_site


@pytest.fixture
def site(open_site: Callable[..., Site]) -> Site:
    return open_site()


CHUNKED = pytest.mark.parametrize("chunked", [False, True], ids=["counted", "chunked"])


@CHUNKED
@pytest.mark.parametrize("size", [LIMIT + 1, len(LARGE), USUAL_PART + 6 * LIMIT])
def test_a_body_of_any_size_makes_its_image_active(site: Site, size: int, chunked: bool) -> None:
    data = (LARGE * (1 + size // len(LARGE)))[:size]
    image = a_raw_one(site.caller)

    status, _ = site.put(path_of(image, "file"), data, chunked=chunked)

    found = site.image(image)
    assert (status, found.status, found.size) == (204, Status.ACTIVE, size)
    assert found.checksum == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.sha512 == hashlib.sha512(data).hexdigest()
    assert found.location is not None
    assert b"".join(site.api.world.blobs.pieces(found.location, 0, size)) == data
    assert list(parts_begun()) == []


def test_a_body_within_the_limit_passes_as_deployed(site: Site) -> None:
    image = a_raw_one(site.caller)

    status, _ = site.put(path_of(image, "file"), b"x" * LIMIT)

    assert (status, site.image(image).size) == (204, LIMIT)


@pytest.mark.parametrize("root", ["/v2.0", "/v2.9", "//v2"])
def test_the_other_paths_of_the_file_take_any_size_too(site: Site, root: str) -> None:
    image = a_raw_one(site.caller)

    status, _ = site.put(f"{root}/images/{image['id']}/file/?x=1")

    assert (status, site.image(image).size) == (204, len(LARGE))


def test_a_version_that_is_asked_for_by_accept_takes_any_size_too(site: Site) -> None:
    image = a_raw_one(site.caller)
    accept = {"Accept": "application/vnd.openstack.images-v2.3"}

    status, _ = site.put(f"/images/{image['id']}/file", headers={**OCTETS, **accept})

    assert (status, site.image(image).size) == (204, len(LARGE))


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PUT", f"/v1/images/{UNKNOWN}"),
        ("PUT", f"/v2/images/{UNKNOWN}/stage"),
        ("POST", f"/v2/images/{UNKNOWN}/file"),
        ("PUT", f"/images/{UNKNOWN}/file"),
        ("PUT", "/nowhere/at/all/1"),
    ],
)
def test_nothing_else_is_read_beyond_the_limit(method: str, target: str) -> None:
    head = Head(method, target, [], None, keep_alive=True, expects_continue=False)

    assert not is_image_data(head)


def test_other_large_bodies_are_refused_as_deployed(site: Site) -> None:
    image = a_raw_one(site.caller)

    status, _ = site.put(f"/v1/images/{image['id']}")

    assert status == 413
    assert site.is_queued(image)


def test_a_server_that_does_not_stream_refuses_as_deployed(site: Site) -> None:
    image = a_raw_one(site.caller)
    app = build_app(world=site.api.world)

    with LocalServer(0) as server, server.serving(app, Router(app.routes), LIMIT):
        status, message = Site(site.api, server).put(path_of(image, "file"), caller=site.caller)

    assert status == 413
    assert "/v1/images/{id}/uploads" in message


Case = tuple[Caller, Mapping[str, Any], Mapping[str, str]]
"""Who sends bytes, for which image, and what is said of them."""


def _nobody(site: Site) -> Case:
    return Caller(site.api, {"X-Auth-Token": "wrong"}), a_raw_one(site.caller), {}


def _reader(site: Site) -> Case:
    return site.api.caller("t1", "read_images"), a_raw_one(site.caller), {}


def _stranger(site: Site) -> Case:
    return site.api.caller("t2"), a_raw_one(site.caller), {}


def _unknown(site: Site) -> Case:
    return site.caller, {"id": UNKNOWN}, {}


def _active(site: Site) -> Case:
    return site.caller, an_active_one(site.caller), {}


def _formless(site: Site) -> Case:
    return site.caller, create(site.caller), {}


def _text(site: Site) -> Case:
    return site.caller, a_raw_one(site.caller), {"Content-Type": "text/plain"}


def _garbage(site: Site) -> Case:
    return site.caller, a_raw_one(site.caller), {"x-openstack-image-size": "many"}


@pytest.mark.parametrize("length", [{"Content-Length": "1000000000000"}, {"Transfer-Encoding": "chunked"}])
@pytest.mark.parametrize(
    ("case", "status"),
    [
        pytest.param(_nobody, 401, id="unknown-token"),
        pytest.param(_reader, 403, id="no-policy"),
        pytest.param(_stranger, 404, id="hidden"),
        pytest.param(_unknown, 404, id="unknown"),
        pytest.param(_active, 409, id="active"),
        pytest.param(_formless, 400, id="no-formats"),
        pytest.param(_garbage, 400, id="garbage-size"),
        pytest.param(_text, 415, id="no-octets"),
    ],
)
def test_a_refusal_does_not_wait_for_the_body_and_reads_as_that_of_a_small_one(
    site: Site, case: Callable[[Site], Case], status: int, length: Mapping[str, str]
) -> None:
    caller, image, headers = case(site)
    path, before = path_of(image, "file"), site.api.stored()
    small = caller.put(path, {**OCTETS, **headers}, b"hello")
    body = b"x" * 2 * LIMIT

    with site.begin(path, {**length, **headers}, b"%x\r\n%b" % (len(body), body), caller) as wire:
        refused = answer(wire)

    assert refused == (status, small.json["error"]["message"])
    assert site.api.stored() == before


def test_a_refusal_is_heard_by_those_who_send_all_first_and_the_connection_goes_on(site: Site) -> None:
    image = an_active_one(site.caller)
    headers = {**credentials(site.caller), **OCTETS}

    with closing(http.client.HTTPConnection("127.0.0.1", site.server.port, timeout=PATIENCE)) as connection:
        connection.request("PUT", path_of(image, "file"), LARGE * 40, headers)
        refused = told(connection.getresponse())
        used = connection.sock
        connection.request("GET", path_of(image), headers=credentials(site.caller))
        after = connection.getresponse()
        after.read()
        still_used = connection.sock

    assert refused == (409, "Image status transition from active to saving is not allowed")
    assert after.status == 200
    assert still_used is used


def test_what_follows_a_refusal_without_end_is_not_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.wire.MAX_DRAINED", LIMIT)
    image = an_active_one(site.caller)

    with site.begin(path_of(image, "file"), {"Content-Length": "1000000000000"}, LARGE * 3) as wire:
        status, _ = answer(wire)
        rest = wire.recv(1)

    assert (status, rest) == (409, b"")


def test_bytes_beyond_the_quota_are_refused_before_they_come_if_their_number_is_known(
    open_site: Callable[..., Site],
) -> None:
    site = open_site(USER_STORAGE_QUOTA=str(QUOTA))
    image = a_raw_one(site.caller)

    with site.begin(path_of(image, "file"), {"Content-Length": str(QUOTA + 1)}, b"x" * 2 * LIMIT) as wire:
        status, message = answer(wire)

    assert status == 413
    assert str(QUOTA) in message
    assert site.is_queued(image)


@pytest.mark.parametrize("headers", [{}, {"x-openstack-image-size": str(len(LARGE))}], ids=["unannounced", "announced"])
def test_bytes_beyond_the_cap_are_refused_where_they_come(
    open_site: Callable[..., Site], headers: Mapping[str, str]
) -> None:
    site = open_site(IMAGE_SIZE_CAP=str(len(LARGE) - 1))
    image = a_raw_one(site.caller)

    status, _ = site.put(path_of(image, "file"), headers={**OCTETS, **headers}, chunked=True)

    assert status == 413
    assert site.is_queued(image)


@CHUNKED
def test_a_size_that_is_announced_and_comes_is_right(site: Site, chunked: bool) -> None:
    image = a_raw_one(site.caller)
    headers = {**OCTETS, "X-OpenStack-Image-Size": str(len(LARGE))}

    status, _ = site.put(path_of(image, "file"), headers=headers, chunked=chunked)

    assert (status, site.image(image).size) == (204, len(LARGE))


@CHUNKED
def test_another_size_than_was_announced_is_refused_and_the_image_queued_again(site: Site, chunked: bool) -> None:
    image = a_raw_one(site.caller)
    small = upload(site.caller, image, b"hello", x_openstack_image_size="9").json["error"]["message"]

    headers = {**OCTETS, "x-openstack-image-size": "9"}
    status, message = site.put(path_of(image, "file"), headers=headers, chunked=chunked)

    assert (status, message) == (400, small.replace("got 5", f"got {len(LARGE)}"))
    assert site.is_queued(image)


@CHUNKED
def test_a_client_that_vanishes_leaves_a_queued_image_and_no_bytes(site: Site, chunked: bool) -> None:
    image = a_raw_one(site.caller)
    headers = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(2 * USUAL_PART)}
    body = b"x" * (USUAL_PART + LIMIT)

    with site.begin(path_of(image, "file"), headers, (b"%x\r\n" % (2 * USUAL_PART) if chunked else b"") + body) as wire:
        wire.shutdown(socket.SHUT_WR)
        status, message = answer(wire)
        rest = wire.recv(1)

    assert status == 400
    assert message == "The body is broken: the client disconnected inside the body"
    assert rest == b""
    assert site.is_queued(image)
    assert site.put(path_of(image, "file"))[0] == 204


def test_a_chunk_that_makes_no_sense_ends_the_connection(site: Site) -> None:
    image = a_raw_one(site.caller)
    chunk = b"%x\r\n%b\r\n" % (len(LARGE), LARGE)

    with site.begin(path_of(image, "file"), {"Transfer-Encoding": "chunked"}, chunk + b"zz\r\n") as wire:
        status, message = answer(wire)
        rest = wire.recv(1)

    assert (status, message, rest) == (400, "The body is broken: Malformed chunk", b"")
    assert site.is_queued(image)


def test_garbage_after_a_refusal_ends_the_connection(site: Site) -> None:
    image = an_active_one(site.caller)
    chunk = b"%x\r\n%b\r\n" % (len(LARGE), LARGE)

    with site.begin(path_of(image, "file"), {"Transfer-Encoding": "chunked"}, chunk + b"zz\r\n") as wire:
        status, _ = answer(wire)
        rest = wire.recv(1)

    assert (status, rest) == (409, b"")


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_an_image_whose_store_fails_is_queued_again(site: Site, operation: str) -> None:
    image = a_raw_one(site.caller)

    with site.api.s3_fault(operation, "InternalError", 500):
        status, _ = site.put(path_of(image, "file"))

    assert status == 503
    assert site.is_queued(image)


def test_an_image_is_queued_again_even_if_the_store_keeps_its_parts(site: Site) -> None:
    image = a_raw_one(site.caller)

    with (
        site.api.s3_fault("UploadPart", "InternalError", 500),
        site.api.s3_fault("AbortMultipartUpload", "InternalError", 500),
    ):
        status, _ = site.put(path_of(image, "file"))

    assert status == 503
    assert site.image(image).waits


def test_an_image_that_is_deleted_meanwhile_takes_its_bytes_with_it(site: Site) -> None:
    image = a_raw_one(site.caller)

    def delete() -> None:
        assert site.caller.delete(path_of(image)).status == 204

    with site.api.on_s3("CompleteMultipartUpload", delete):
        status, message = site.put(path_of(image, "file"))

    assert (status, "could not be found after upload" in message) == (410, True)
    assert site.api.stored() == []


def put_slowly(site: Site, image: Mapping[str, Any], *acts: Callable[[], object]) -> tuple[int, str]:
    """Have the handler read a body in pieces: before each but the first one minutes pass and something happens."""

    def pieces() -> Iterator[bytes]:
        yield LARGE
        for act in acts:
            site.api.clock.advance(200)
            act()
            yield LARGE

    app = build_app(world=StreamingWorld(*site.api.world))
    headers = [*credentials(site.caller).items(), *OCTETS.items()]
    head = Head("PUT", path_of(image, "file"), headers, None, keep_alive=True, expects_continue=False)
    with arriving(head, pieces()) as asked:
        answer = app(proxy_event(Router(app.routes), asked.method, asked.target, asked.headers, b""), None)
    return answer["statusCode"], answer["body"]


def test_the_sweep_leaves_an_image_alone_whose_bytes_are_still_coming(site: Site) -> None:
    image = a_raw_one(site.caller)
    sweep = site.api.world.reaper.sweep

    status, _ = put_slowly(site, image, sweep, sweep, sweep)

    assert (status, site.image(image).size) == (204, 4 * len(LARGE))
    assert [event.what for event in site.api.world.chronicle.of(image["id"], 0, 9)] == ["created", "uploaded"]


def test_an_image_that_is_changed_while_its_bytes_are_coming_keeps_the_change(site: Site) -> None:
    image = a_raw_one(site.caller)

    status, _ = put_slowly(site, image, lambda: change(site.caller, image, name="new"), lambda: None)

    found = site.image(image)
    assert (status, found.status, found.name) == (204, Status.ACTIVE, "new")


def test_who_sends_bytes_slowly_hears_in_between_that_the_image_was_deleted(site: Site) -> None:
    image = a_raw_one(site.caller)
    later: list[bool] = []

    status, _ = put_slowly(site, image, lambda: site.caller.delete(path_of(image)), lambda: later.append(True))

    assert status == 410
    assert later == []
    assert site.api.stored() == []
    assert list(parts_begun()) == []


def test_an_image_that_waits_for_other_bytes_by_now_does_not_take_these(site: Site) -> None:
    image, other = a_raw_one(site.caller), LARGE[:100]

    def give_up_and_begin_again() -> None:
        site.api.clock.advance(200)
        site.api.world.reaper.sweep()
        assert upload(site.caller, image, other).status == 204

    status, _ = put_slowly(site, image, give_up_and_begin_again, lambda: None)

    assert (status, site.image(image).size) == (409, len(other))
    assert len(site.api.stored()) == 1


@pytest.mark.parametrize(("count", "expected"), [(17, [10, 10, 20, 20, 25]), (12, [10, 10, 20, 20])])
def test_parts_grow_where_there_would_be_too_many(
    monkeypatch: pytest.MonkeyPatch, count: int, expected: list[int]
) -> None:
    monkeypatch.setattr("local.large_bodies.USUAL_PART", 10)
    monkeypatch.setattr("local.large_bodies.PARTS_OF_A_SIZE", 2)

    lengths = [len(part) for part in parts_of(iter([b"12345"] * count))]

    assert lengths == expected
