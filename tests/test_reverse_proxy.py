"""The reverse proxy of tests hides its prefix from the server behind it, and nothing else."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.cli.importing.scripted import Reply, Scripted, scripted
from tests.reverse_proxy import running_proxy


@pytest.fixture
def behind() -> Iterator[Scripted]:
    with scripted(lambda asked: Reply(201, body=asked.body)) as server:
        yield server


def test_a_request_below_the_prefix_is_passed_on_without_it(behind: Scripted) -> None:
    with running_proxy(("127.0.0.1", behind.port), "/prefix") as url:
        for path in ("", "/", "/images?limit=1"):
            urllib.request.urlopen(f"{url}{path}", b"body").close()  # noqa: S310  # our own server's

    assert [(asked.method, asked.path, asked.query, asked.body) for asked in behind.asked] == [
        ("POST", "/", {}, b"body"),
        ("POST", "/", {}, b"body"),
        ("POST", "/images", {"limit": "1"}, b"body"),
    ]


@pytest.mark.parametrize("path", ["/", "/images", "/prefixed"])
def test_other_paths_are_not_found(behind: Scripted, path: str) -> None:
    with running_proxy(("127.0.0.1", behind.port), "/prefix") as url:
        root = url.removesuffix("/prefix")

        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(f"{root}{path}")  # noqa: S310  # our own server's

    refusal.value.close()
    assert refusal.value.code == 404
    assert behind.asked == []


@pytest.mark.parametrize("host", [None, "images.example"])
def test_the_host_is_the_clients_unless_another_is_set(behind: Scripted, host: str | None) -> None:
    with running_proxy(("127.0.0.1", behind.port), host=host) as url:
        urllib.request.urlopen(f"{url}/images").close()  # noqa: S310  # our own server's

    assert behind.asked[0].headers["host"] == (host or url.removeprefix("http://"))
