"""Nobody writes headers, keys or requests that are ours: not by line breaks, not by dots, not by what a name means."""

import re
from urllib.parse import quote, urlsplit

import pytest

from chalicelib.catalog.errors import SourceNotFound, SourceRefused
from chalicelib.storage.sources import WebSource, is_public
from tests.api import Answer, Api
from tests.conformance.clients import JSON
from tests.conformance.conftest import T1
from tests.dialects.glance_v1.glance import OCTETS, RAW, create, meta, properties
from tests.dialects.glance_v1.sending import begin
from tests.storage.web import CONTENT, Resolver, Web

ANY = WebSource(allowed=lambda address: True)
BREAKS = {"line feed": "\n", "return": "\r", "both": "\r\n", "null": "\x00", "tab": "\t", "next line": "\x85"}
SEPARATORS = {"line": "\u2028", "paragraph": "\u2029", "high": "\u560d\u560a"}
"""Characters that end lines, or whose last bytes do."""
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KEY = re.compile(f"{UUID}/(?:[0-9a-f]{{32}}|{UUID})")
"""The keys of all objects: the image's id, and a name that nobody chooses."""
injected = pytest.mark.parametrize("end", [*BREAKS.values(), *SEPARATORS.values()], ids=[*BREAKS, *SEPARATORS])


def check_headers(answer: Answer) -> None:
    """That a header is one line of what may stand in headers, and none was added."""
    assert "x-injected" not in answer.headers
    for name, value in answer.headers.items():
        assert re.fullmatch("[!#$%&'*+.^_`|~0-9a-z-]+", name), name
        assert not re.search("[\x00-\x1f\x7f]", value), (name, value)


@injected
def test_what_an_image_is_called_adds_no_header(api: Api, end: str) -> None:
    caller, evil = api.caller(T1), f"a{end}X-Injected: 1{end}{end}<html>"
    image = create(caller, {**meta(name=quote(evil)), **properties(key=quote(evil))})
    registered = {"organization": T1, "name": evil, "arch": "arm", "root_volume": T1}

    answers = [
        caller.head(f"/v1/images/{image['id']}"),
        caller.get(f"/v1/images/{image['id']}"),
        caller.post("/images", JSON, _document(registered)),
        caller.get(f"/images?name={quote(evil)}&per_page=1"),
        caller.get("/v1/images/detail", {"x-openstack-request-id": f"req{end}X-Injected: 1"}),
        caller.get(f"/v1/images?marker={quote(evil)}"),
    ]

    for answer in answers:
        check_headers(answer)


def _document(fields: dict[str, str]) -> bytes:
    return "{{{}}}".format(",".join(f'"{name}": {_quoted(value)}' for name, value in fields.items())).encode()


def _quoted(value: str) -> str:
    return '"' + "".join(f"\\u{ord(character):04x}" for character in value) + '"'


@pytest.mark.parametrize("image_id", ["../../x", "..%2f..%2fx", "/etc/passwd", "a/b", "%2e%2e", ".", f"{T1}/../x"])
def test_an_id_is_no_path(api: Api, image_id: str) -> None:
    caller = api.caller(T1)

    answer = caller.post("/v1/images", {**RAW, **OCTETS, **meta(id=image_id)}, b"bytes")
    asked = caller.post(f"/v1/images/{quote(image_id, safe='')}/uploads", JSON, b'{"size": 5}')

    assert (answer.status, asked.status) == (400, 404)
    assert api.stored() == []


def test_every_key_is_made_of_ids_that_are_ours(api: Api) -> None:
    caller = api.caller(T1)
    create(caller, meta(name="../x", id=T1.upper()), b"bytes")
    create(caller, {}, b"others")
    upload = begin(caller, b"more bytes")

    keys = [*api.stored(), urlsplit(upload["links"][0]["url"]).path.lstrip("/")]

    assert len(keys) == 3
    assert [key for key in keys if not KEY.search(key)] == []
    assert any(key.startswith(f"{T1}/") for key in keys)


@injected
@pytest.mark.parametrize("place", ["/a{}X-Injected: 1", "/a?b={}X-Injected: 1", "/a{}{}GET /X-Injected HTTP/1.1"])
def test_a_url_adds_nothing_to_the_request_that_is_made_of_it(web: Web, place: str, end: str) -> None:
    ANY.locate(web.url(place.replace("{}", end)))

    [(method, path, host)] = web.asked
    assert (method, host) == ("HEAD", f"127.0.0.1:{web.port}")
    assert "X-Injected" in path
    assert re.fullmatch("[!-~]+", path)


@pytest.mark.parametrize(
    "scheme", ["gopher", "file", "dict", "ldap", "jar", "netdoc", "ws", "unix", "S3", "HTTPS+unix"]
)
def test_a_location_of_another_scheme_is_refused_before_anything_is_asked(
    api: Api, resolver: Resolver, scheme: str
) -> None:
    for header in ("x-image-meta-location", "x-glance-api-copy-from"):
        answer = api.caller(T1).post("/v1/images", {**RAW, header: f"{scheme}://127.0.0.1:6379/_x"})

        assert answer.status == 400, answer.text
    assert resolver.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:93.184.216.34",
        "::ffff:0:93.184.216.34",
        "64:ff9b::5db8:d822",
        "64:ff9b:1::5db8:d822",
        "2002:5db8:d822::1",
        "2001:0:5db8:d822::1",
        "2001:10::1",
        "2001:20::1",
        "100::1",
        "5f00::1",
        "fe80::1%eth0",
        "fc00::1",
        "192.0.0.8",
        "192.0.0.170",
        "198.51.100.1",
        "203.0.113.1",
        "0.1.2.3",
        "255.255.255.254",
        "239.255.255.255",
    ],
)
def test_an_address_of_a_tunnel_or_of_a_special_kind_is_not_public(address: str) -> None:
    """Those that lead to public addresses in a roundabout way are refused as well: no list says where they end."""
    assert not is_public(address)


def test_a_name_that_changes_its_address_after_it_was_checked_is_not_fetched(web: Web, resolver: Resolver) -> None:
    resolver.names["turning.example"] = ["127.0.0.1"]
    source = WebSource(allowed=lambda address: address == "127.0.0.1")
    url = web.url("/file", host="turning.example")
    assert source.locate(url).size == len(CONTENT)

    resolver.names["turning.example"] = ["169.254.169.254"]

    with pytest.raises(SourceRefused), source.read_from(url, 0, ""):
        pass
    assert len(web.asked) == 1


def test_no_proxy_of_the_environment_is_asked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would connect to an address that nobody has checked."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ANY.locate(web.url("/file")).size == len(CONTENT)


@pytest.mark.parametrize("host", ["0", "127.1", "0x7f.0.0.1", "0177.1", "2130706433", "[::]", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("header", ["x-image-meta-location", "x-glance-api-copy-from"])
def test_what_clients_name_is_checked_whichever_way_they_name_it(api: Api, web: Web, header: str, host: str) -> None:
    answer = api.caller(T1).post("/v1/images", {**RAW, header: web.url("/file", host=host)})

    assert answer.status in (400, 404), answer.text
    assert web.asked == []


def test_a_host_that_is_only_spelled_like_a_public_one_is_not_found(resolver: Resolver) -> None:
    resolver.names["localtest.example"] = ["127.0.0.1"]

    for host in ("localtest.example", "localtest.example."):
        with pytest.raises((SourceRefused, SourceNotFound)):
            WebSource().locate(f"http://{host}/")
