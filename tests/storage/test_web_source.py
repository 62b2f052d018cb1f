"""Files on web servers, as far as they may be fetched."""

import socket
from pathlib import Path

import pytest

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.catalog.ports import Located
from chalicelib.storage.sources import WebSource, is_public
from tests.storage.web import (
    CONTENT,
    DATE,
    DISGUISES,
    REFUSED_ADDRESSES,
    SIZE,
    Resolver,
    Web,
    host_of,
    self_signed,
    serving,
)

ANY = WebSource(allowed=lambda address: True)
"""A source that would fetch from anywhere, so that the tests may have a server of their own."""
CHECKED = WebSource()
UNLIMITED = 10**6


def test_the_size_of_a_file_is_what_its_server_announces(web: Web) -> None:
    assert ANY.locate(web.url("/file")).size == len(CONTENT)
    assert [method for method, *_ in web.asked] == ["HEAD"]


@pytest.mark.parametrize("status", [403, 405, 501])
def test_a_server_that_refuses_head_is_asked_for_the_file_and_not_read(web: Web, status: int) -> None:
    url = web.answer("/signed", 200, SIZE)
    web.heads["/signed"] = (status, {"Content-Length": "0"}, b"")

    size = ANY.locate(url).size

    assert size == len(CONTENT)
    assert [method for method, *_ in web.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"ETag": '"1-abc"', "Last-Modified": DATE}, '"1-abc"'),
        ({"ETag": 'W/"1-abc"', "Last-Modified": DATE}, DATE),
        ({"ETag": 'W/"1-abc"'}, None),
        ({}, None),
    ],
    ids=["strong", "weak with date", "weak", "none"],
)
@pytest.mark.parametrize("head", [200, 405])
def test_a_version_is_what_its_server_marks_it_with(
    web: Web, headers: dict[str, str], version: str | None, head: int
) -> None:
    url = web.answer("/marked", 200, {**SIZE, **headers})
    web.heads["/marked"] = (head, {**SIZE, **headers}, b"")

    assert ANY.locate(url) == Located(len(CONTENT), version)
    assert ANY.read(url, UNLIMITED) == (Located(len(CONTENT), version), CONTENT)


@pytest.mark.parametrize("path", ["/endless", "/word"])
def test_a_size_that_is_not_announced_is_unknown(web: Web, path: str) -> None:
    assert ANY.locate(web.url(path)).size is None


def test_a_size_beyond_all_reason_is_no_defect_of_ours(web: Web) -> None:
    assert ANY.locate(web.url("/digits")).size is None


@pytest.mark.parametrize("path", ["/file", "/endless"])
def test_a_file_is_read_as_it_is(web: Web, path: str) -> None:
    assert ANY.read(web.url(path), len(CONTENT))[1] == CONTENT


@pytest.mark.parametrize("path", ["/file", "/endless", "/packed"])
def test_no_more_is_read_than_is_wanted(web: Web, path: str) -> None:
    with pytest.raises(StoreUnavailable):
        ANY.read(web.url(path), len(CONTENT) - 1)


@pytest.mark.parametrize("path", ["/short", "/garbled", "/silent"])
def test_a_file_that_breaks_off_is_unavailable(web: Web, path: str) -> None:
    with pytest.raises(StoreUnavailable):
        ANY.read(web.url(path), UNLIMITED)


@pytest.mark.parametrize("path", ["/missing", "/gone"])
def test_a_file_that_is_not_there_is_not_found(web: Web, path: str) -> None:
    with pytest.raises(SourceNotFound):
        ANY.locate(web.url(path))
    with pytest.raises(SourceNotFound):
        ANY.read(web.url(path), UNLIMITED)


@pytest.mark.parametrize("path", ["/forbidden", "/broken", "/partial"])
def test_any_other_answer_is_refused(web: Web, path: str) -> None:
    with pytest.raises(SourceRefused):
        ANY.locate(web.url(path))


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("", "/"),
        ("/", "/"),
        ("?a=1&b=%2F", "/?a=1&b=%2F"),
        ("/a%20b/%C3%A9?x#part", "/a%20b/%C3%A9?x"),
        ("/a b", "/a%20b"),
        ("/é", "/%C3%A9"),
    ],
)
def test_the_server_is_asked_for_the_path_of_the_url(web: Web, written: str, asked: str) -> None:
    ANY.locate(web.url(written))

    assert web.asked == [("HEAD", asked, f"127.0.0.1:{web.port}")]


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_the_case_of_a_scheme_does_not_matter(web: Web, scheme: str) -> None:
    assert ANY.locate(web.url("/file").replace("http", scheme)).size == len(CONTENT)


def test_the_server_learns_the_name_it_was_asked_by(web: Web, resolver: Resolver) -> None:
    resolver.names["files.example"] = ["127.0.0.1"]

    ANY.locate(web.url("/file", host="files.example"))

    assert web.asked == [("HEAD", "/file", f"files.example:{web.port}")]


def test_a_name_outside_ascii_finds_its_server(web: Web, resolver: Resolver) -> None:
    resolver.names["xn--bcher-kva.example"] = resolver.names["xn--wgv71a.example"] = ["127.0.0.1"]

    for host in ("bücher.example", "日本.example"):
        assert ANY.locate(web.url("/file", host=host)).size == len(CONTENT)
    assert [host for *_, host in web.asked] == [
        f"xn--bcher-kva.example:{web.port}",
        f"xn--wgv71a.example:{web.port}",
    ]


def test_the_address_that_was_checked_is_the_one_connected_to(web: Web, resolver: Resolver) -> None:
    resolver.names["rebinding.example"] = ["127.0.0.1"]
    checked: list[str] = []

    def allowed(address: str) -> bool:
        checked.append(address)
        resolver.names["rebinding.example"] = ["10.0.0.1"]
        return True

    assert WebSource(allowed).read(web.url("/file", host="rebinding.example"), UNLIMITED)[1] == CONTENT
    assert checked == ["127.0.0.1"]
    assert resolver.asked.count("rebinding.example") == 1


@pytest.mark.parametrize("address", REFUSED_ADDRESSES.values(), ids=REFUSED_ADDRESSES)
def test_an_address_that_not_everybody_can_reach_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_an_address_that_everybody_can_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", REFUSED_ADDRESSES.values(), ids=REFUSED_ADDRESSES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_is_fetched_from_an_address_that_is_not_public(scheme: str, address: str) -> None:
    url = f"{scheme}://{host_of(address)}/latest/meta-data/"

    with pytest.raises(SourceRefused, match="not public"):
        CHECKED.locate(url)
    with pytest.raises(SourceRefused, match="not public"):
        CHECKED.read(url, UNLIMITED)
    with pytest.raises(SourceRefused, match="not public"), CHECKED.read_from(url, 0, ""):
        pass


@pytest.mark.parametrize("host", DISGUISES.values(), ids=DISGUISES)
def test_an_address_in_disguise_is_refused(host: str) -> None:
    with pytest.raises((SourceRefused, SourceNotFound)):
        CHECKED.read(f"http://{host}/", UNLIMITED)


@pytest.mark.parametrize("scheme", ["file", "ftp", "s3", "data", ""])
def test_only_the_web_is_asked(scheme: str) -> None:
    with pytest.raises(SourceRefused, match="not supported"):
        CHECKED.locate(f"{scheme}://files.example/etc/passwd")


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["93.184.216.34", "::1"], []])
def test_a_name_is_refused_if_any_of_its_addresses_is_not_public(resolver: Resolver, addresses: list[str]) -> None:
    resolver.names["mixed.example"] = addresses

    with pytest.raises(SourceRefused):
        CHECKED.locate("http://mixed.example/")

    assert resolver.asked == ["mixed.example"]


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "unknown"), OSError("no network")], ids=repr)
def test_a_name_that_does_not_resolve_is_not_found(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(SourceNotFound):
        CHECKED.locate("http://nowhere.example/")


@pytest.mark.parametrize("host", ["a" * 64 + ".example", ".", "a..b", "\u2024"])
def test_a_name_that_no_host_can_have_is_refused_or_not_found(host: str) -> None:
    with pytest.raises((SourceNotFound, SourceRefused)):
        CHECKED.locate(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://user@files.example/",
        "http://user:secret@files.example/",
        "http://:@files.example/",
        "http://files.example:99999/",
        "http://files.example:-1/",
        "http://files.example:x/",
        "http://[::1/",
        "http://[files.example]/",
        "http:///path",
        "http:files.example",
        "https:",
        "http://\u2100.example/",
    ],
)
def test_a_url_that_may_not_or_cannot_be_fetched_is_refused(resolver: Resolver, url: str) -> None:
    with pytest.raises(SourceRefused):
        CHECKED.locate(url)

    assert resolver.asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.1\x00.example/", "http://127.0.0.1\x7f/", "http://127.0.0.1\x01:80/"])
def test_control_characters_in_a_name_are_refused_or_not_found(url: str) -> None:
    with pytest.raises((SourceRefused, SourceNotFound)):
        CHECKED.locate(url)


def test_a_port_without_server_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(StoreUnavailable):
        ANY.locate(f"http://127.0.0.1:{port}/")


def test_a_server_without_tls_is_unavailable_by_https(web: Web) -> None:
    with pytest.raises(StoreUnavailable):
        ANY.locate(web.url("/file").replace("http:", "https:"))


def test_a_server_whose_certificate_nobody_vouches_for_is_unavailable(tmp_path: Path) -> None:
    with serving(self_signed(tmp_path / "certificate.pem")) as web, pytest.raises(StoreUnavailable):
        ANY.locate(web.url("/file", host="localhost").replace("http:", "https:"))

    assert web.asked == []


def test_a_server_whose_certificate_is_vouched_for_is_read_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path / "certificate.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with serving(certificate) as web:
        url = web.url("/file", host="localhost").replace("http:", "https:")
        assert ANY.locate(url).size == len(CONTENT)
        with pytest.raises(StoreUnavailable):
            ANY.locate(url.replace("localhost", "127.0.0.1"))


def test_a_file_that_comes_too_slowly_is_given_up(web: Web) -> None:
    hasty = WebSource(allowed=lambda address: True, longest_read=-1)

    with pytest.raises(StoreUnavailable, match="too slowly"):
        hasty.read(web.url("/file"), len(CONTENT))
