"""Credentials in headers."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.auth import Basic, basic, basic_principal, bearer, token_header, user_shown
from chalicelib.http.message import Request
from tests.api import Api, a_caller


def sending(name: str, value: str) -> Request:
    return Request("GET", "/", {name: value})


def encoded(text: bytes | str) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("value", "secret"), [("abc=+/", "abc=+/"), (" abc ", "abc"), ("a b", "a b"), ("", None), (" ", None)]
)
def test_a_token_is_what_its_header_says(value: str, secret: str | None) -> None:
    assert token_header(sending("x-auth-token", value)) == secret


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Bearer abc", "abc"),
        ("bearer   abc ", "abc"),
        ("BEARER a b", "a b"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
    ],
)
def test_a_bearer_is_what_follows_its_scheme(value: str, secret: str | None) -> None:
    assert bearer(sending("authorization", value)) == secret


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"Basic {encoded('alice:secret')}", Basic("alice", "secret")),
        (f"basic  {encoded('alice:a:b:')}", Basic("alice", "a:b:")),
        (f"BASIC {encoded(':secret')}", Basic("", "secret")),
        (f"Basic {encoded('é:日本')}", Basic("é", "日本")),
        (f"Basic {encoded('alice:')}", None),
        (f"Basic {encoded('alice')}", None),
        (f"Basic {encoded(b'alice:' + bytes([255]))}", None),
        (f"Basic {encoded('alice:secrets').rstrip('=')}", None),
        (f"Basic {encoded('alice:secret')}\x00", None),
        ("Basic é", None),
        ("Basic *", None),
        ("Basic", None),
        ("Bearer abc", None),
    ],
)
def test_basic_credentials_are_a_user_and_its_secret(value: str, found: Basic | None) -> None:
    assert basic(sending("authorization", value)) == found


def test_nobody_who_sends_nothing_has_credentials() -> None:
    request = Request("GET", "/")

    assert [token_header(request), bearer(request), basic(request)] == [None, None, None]


@given(st.text().filter(lambda user: ":" not in user), st.text(min_size=1))
def test_any_user_and_secret_can_be_sent(user: str, secret: str) -> None:
    value = encoded(f"{user}:{secret}")

    assert basic(sending("authorization", f"Basic {value}")) == Basic(user, secret)


@given(st.sampled_from(["", "Basic ", "Bearer "]), st.text(st.characters()))
def test_no_header_is_a_defect(scheme: str, value: str) -> None:
    request = Request("GET", "/", {"authorization": scheme + value, "x-auth-token": value})

    found = [token_header(request), bearer(request), basic(request)]

    assert all(credentials is None or credentials for credentials in found)


def test_user_and_secret_make_a_principal(api: Api) -> None:
    principal = a_caller("t1", "read_images", user="ann")
    secret = api.world.identities.issue(principal)

    shown = sending("authorization", f"Basic {encoded(f'ann:{secret}')}")

    assert basic_principal(shown, api.world.identities) == principal


@pytest.mark.parametrize("shown", ["bob:{secret}", "Ann:{secret}", ":{secret}", "ann:wrong", "ann:{secret}x", "ann:"])
def test_user_and_secret_must_both_be_right(api: Api, shown: str) -> None:
    secret = api.world.identities.issue(a_caller("t1", "read_images", user="ann"))

    request = sending("authorization", f"Basic {encoded(shown.format(secret=secret))}")

    assert basic_principal(request, api.world.identities) is None


def test_a_token_is_not_a_user_and_secret(api: Api) -> None:
    secret = api.world.identities.issue(a_caller("t1", "read_images", user=""))

    assert basic_principal(sending("x-auth-token", secret), api.world.identities) is None


@pytest.mark.parametrize(
    ("value", "user"),
    [("ann:secret", "ann"), ("ann:", "ann"), ("ann", "ann"), (":secret", ""), ("é:", "é"), ("", "")],
)
def test_who_it_is_is_said_without_a_secret_too(value: str, user: str) -> None:
    assert user_shown(sending("authorization", f"Basic {encoded(value)}")) == user


@pytest.mark.parametrize("value", ["", "Basic", "Basic !!!", "Bearer YW5uOng=", "Basic /w=="])
def test_who_it_is_may_not_be_said_at_all(value: str) -> None:
    assert user_shown(sending("authorization", value)) == ""
