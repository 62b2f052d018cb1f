"""Redirects of web servers: each hop is checked as the first one is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.catalog.errors import SourceNotFound, SourceRefused, StoreUnavailable
from chalicelib.storage.sources import WebSource, is_public
from tests.storage.web import (
    CONTENT,
    DISGUISES,
    REFUSED_ADDRESSES,
    VERSION,
    Resolver,
    Web,
    host_of,
    self_signed,
    serving,
)

ANY = WebSource(allowed=lambda address: True)
Ask = Callable[[WebSource, str], object]


def read_from(source: WebSource, url: str) -> bytes:
    """All of it, from the beginning."""
    with source.read_from(url, 0, "") as reading:
        return b"".join(reading.pieces)


WAYS: dict[str, Ask] = {
    "size": lambda source, url: source.locate(url).size,
    "read": lambda source, url: source.read(url, len(CONTENT))[1],
    "read-from": read_from,
}
each_way = pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)


@pytest.fixture
def wary(web: Web) -> WebSource:
    """A source that asks anybody first, so that it begins at our server, but then only who has a public address."""
    return WebSource(allowed=lambda address: not web.asked or is_public(address))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@each_way
def test_a_redirect_is_followed(web: Web, ask: Ask, status: int) -> None:
    url = web.redirect("/moved", web.url("/file"), status)

    assert ask(ANY, url) in (CONTENT, len(CONTENT))
    assert [path for _, path, _ in web.asked] == ["/moved", "/file"]
    assert len({method for method, *_ in web.asked}) == 1


@pytest.mark.parametrize("status", [300, 304, 305, 306, 399])
@each_way
def test_what_is_no_redirect_is_refused(web: Web, ask: Ask, status: int) -> None:
    url = web.redirect("/moved", "/file", status)

    with pytest.raises(SourceRefused, match=f"answers {status}"):
        ask(ANY, url)


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("/file", "/file"),
        ("file", "/a/file"),
        ("../file", "/file"),
        ("../../../file", "/file"),
        ("?x=1", "/a/moved?x=1"),
        ("/a b/é", "/a%20b/%C3%A9"),
        ("/file#part", "/file"),
    ],
)
def test_a_redirect_may_be_relative(web: Web, target: str, asked: str) -> None:
    url = web.redirect("/a/moved", target)

    assert ANY.locate(url).size == len(CONTENT)
    assert web.asked[-1] == ("HEAD", asked, f"127.0.0.1:{web.port}")


def test_a_redirect_may_keep_the_scheme(web: Web) -> None:
    url = web.redirect("/moved", f"//127.0.0.1:{web.port}/file")

    assert ANY.locate(url).size == len(CONTENT)


def test_each_server_learns_the_name_it_is_asked_by(web: Web, resolver: Resolver) -> None:
    resolver.names |= {"one.example": ["127.0.0.1"], "two.example": ["127.0.0.1"]}
    web.redirect("/moved", web.url("/file", host="two.example"))

    ANY.locate(web.url("/moved", host="one.example"))

    assert [host for *_, host in web.asked] == [f"one.example:{web.port}", f"two.example:{web.port}"]


@each_way
def test_five_redirects_are_followed_but_no_more(web: Web, ask: Ask) -> None:
    web.redirect("/1", "/file")
    for hop in range(2, 7):
        web.redirect(f"/{hop}", f"/{hop - 1}")

    assert ask(ANY, web.url("/5"))
    with pytest.raises(SourceRefused, match="too often"):
        ask(ANY, web.url("/6"))


@pytest.mark.parametrize("target", ["/loop", "loop", "?", "#"])
def test_a_loop_of_redirects_ends(web: Web, target: str) -> None:
    url = web.redirect("/loop", target)

    with pytest.raises(SourceRefused, match="too often"):
        ANY.locate(url)

    assert len(web.asked) == 6


def test_redirects_that_take_too_long_are_given_up(web: Web) -> None:
    hasty = WebSource(allowed=lambda address: True, longest_read=-1)

    with pytest.raises(StoreUnavailable, match="too slowly"):
        hasty.locate(web.redirect("/moved", "/file"))


@pytest.mark.parametrize("headers", [{}, {"Location": ""}], ids=["missing", "empty"])
@each_way
def test_a_redirect_to_nowhere_is_refused(web: Web, ask: Ask, headers: dict[str, str]) -> None:
    url = web.answer("/moved", 302, headers)

    with pytest.raises(SourceRefused, match="no target"):
        ask(ANY, url)


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "ftp://127.0.0.1/x",
        "s3://bucket/key",
        "gopher://127.0.0.1:6379/_x",
        "data:,x",
        "javascript:x",
        "unix:/run/docker.sock",
    ],
)
@each_way
def test_a_redirect_away_from_the_web_is_refused(web: Web, ask: Ask, target: str) -> None:
    with pytest.raises(SourceRefused, match=f"not supported: '{target.partition(':')[0].lower()}'"):
        ask(ANY, web.redirect("/moved", target))

    assert len(web.asked) == 1


@pytest.mark.parametrize("user", ["user", "user:secret", ":"])
@each_way
def test_a_redirect_with_credentials_is_refused(web: Web, ask: Ask, user: str) -> None:
    with pytest.raises(SourceRefused, match="credentials"):
        ask(ANY, web.redirect("/moved", web.url("/file", host=f"{user}@127.0.0.1")))

    assert len(web.asked) == 1


@pytest.mark.parametrize("target", ["http://[::1/", "http://127.0.0.1:99999/", "http://[x]/", "http://\u2100.example/"])
def test_a_redirect_to_what_is_not_a_url_is_refused(web: Web, target: str) -> None:
    with pytest.raises(SourceRefused):
        ANY.locate(web.redirect("/moved", target.encode().decode("latin-1")))

    assert len(web.asked) == 1


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a b", "127.0.0.1\x01", "127.0.0.1\x7f"])
def test_a_redirect_to_a_name_that_no_host_can_have_leads_to_nothing(web: Web, host: str) -> None:
    with pytest.raises((SourceRefused, SourceNotFound)):
        ANY.locate(web.redirect("/moved", web.url("/file", host=host)))


def test_what_a_redirect_leads_to_may_be_missing(web: Web) -> None:
    with pytest.raises(SourceNotFound):
        ANY.locate(web.redirect("/moved", "/missing"))


@pytest.mark.parametrize("address", REFUSED_ADDRESSES.values(), ids=REFUSED_ADDRESSES)
@each_way
def test_a_redirect_to_an_address_that_is_not_public_is_refused(
    web: Web, wary: WebSource, ask: Ask, address: str
) -> None:
    with pytest.raises(SourceRefused, match="not public"):
        ask(wary, web.redirect("/moved", web.url("/latest/meta-data/", host=host_of(address))))

    assert len(web.asked) == 1


@pytest.mark.parametrize("host", DISGUISES.values(), ids=DISGUISES)
def test_a_redirect_to_an_address_in_disguise_is_refused(web: Web, wary: WebSource, host: str) -> None:
    with pytest.raises((SourceRefused, SourceNotFound)):
        wary.locate(web.redirect("/moved", web.url("/file", host=host).encode().decode("latin-1")))

    assert len(web.asked) == 1


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["93.184.216.34", "::1"], []])
@each_way
def test_a_redirect_to_a_name_with_an_address_that_is_not_public_is_refused(
    web: Web, resolver: Resolver, wary: WebSource, ask: Ask, addresses: list[str]
) -> None:
    resolver.names["mixed.example"] = addresses

    with pytest.raises(SourceRefused, match="not public"):
        ask(wary, web.redirect("/moved", "http://mixed.example/"))

    assert resolver.asked.count("mixed.example") == 1
    assert len(web.asked) == 1


def test_a_name_that_means_another_server_at_the_next_hop_is_checked_again(web: Web, resolver: Resolver) -> None:
    resolver.names["rebinding.example"] = ["127.0.0.1"]
    url = web.redirect("/moved", web.url("/file", host="rebinding.example")).replace("127.0.0.1", "rebinding.example")

    def allowed(address: str) -> bool:
        resolver.names["rebinding.example"] = ["169.254.169.254"]
        return address == "127.0.0.1"

    with pytest.raises(SourceRefused, match="not public"):
        WebSource(allowed).locate(url)
    assert resolver.asked.count("rebinding.example") == 2
    assert len(web.asked) == 1


def test_a_redirect_from_https_to_http_is_refused(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path / "certificate.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with serving(certificate) as safe:
        url = safe.redirect("/moved", web.url("/file")).replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(SourceRefused, match="from https to http"):
            ANY.locate(url)

    assert web.asked == []


def test_a_redirect_from_http_to_https_is_followed(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path / "certificate.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with serving(certificate) as safe:
        safe.redirect("/moved", "/file")
        url = web.redirect("/moved", safe.url("/moved", host="localhost").replace("http:", "https:"))

        assert ANY.locate(url).size == len(CONTENT)


def test_the_rest_of_a_file_is_asked_for_at_each_hop(web: Web) -> None:
    with ANY.read_from(web.redirect("/moved", "/parts"), 1000, VERSION) as reading:
        assert b"".join(reading.pieces) == CONTENT[1000:]

    assert web.ranges == ["bytes=1000-", "bytes=1000-"]
