"""What it takes to guess a secret, and what one learns by trying."""

import ast
import inspect
import json
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from chalicelib.catalog import token
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.token import SECRET_BYTES
from chalicelib.storage import identities
from tests.api import ORDINARY, Answer, Api, Caller, a_caller, basic
from tests.conformance.conftest import T1
from tests.credentials import SCHEMES, by_token
from tests.security.wire import touched

BY_PASSWORD = (
    b'{"auth": {"identity": {"methods": ["password"],'
    b' "password": {"user": {"name": "USER", "domain": {"id": "default"}, "password": "SECRET"}}}}}'
)
BY_CREDENTIAL = (
    b'{"auth": {"identity": {"methods": ["application_credential"], "application_credential":'
    b' {"name": "ci", "user": {"name": "USER"}, "secret": "SECRET"}}}}'
)
REQUESTS: Mapping[str, tuple[str, str, bytes]] = {
    "glance_v1": ("GET", "/v1/images", b""),
    "glance_v2": ("GET", "/v2/images", b""),
    "scaleway": ("GET", "/images", b""),
    "devops_service": ("GET", "/v3/images", b""),
    "foreman": ("GET", "/api/architectures", b""),
    "qingcloud": ("GET", "/v2/zone/ac1/images", b""),
    "qingcloud, signing in": ("POST", "/v2/oauth2/token", b"grant_type=client_credentials"),
    "keystone": ("GET", "/identity/v3/auth/catalog", b""),
    "keystone, about itself": ("GET", "/identity/v3/auth/tokens", b""),
    "keystone, signing in": (
        "POST",
        "/identity/v3/auth/tokens",
        BY_PASSWORD,
    ),
    "keystone, signing in by a token": (
        "POST",
        "/v3/auth/tokens",
        b'{"auth": {"identity": {"methods": ["token"], "token": {"id": "SECRET"}}}}',
    ),
    "keystone, signing in by a credential": (
        "POST",
        "/v3/auth/tokens",
        BY_CREDENTIAL,
    ),
    "keystone, signing in by v2.0": (
        "POST",
        "/v2.0/tokens",
        b'{"auth": {"passwordCredentials": {"username": "USER", "password": "SECRET"}}}',
    ),
}
"""A request of each dialect, and those that trade credentials for others; some have them in their bodies."""
IN_BODY = tuple(name for name, (_, _, body) in REQUESTS.items() if b"SECRET" in body)
BASIC = frozenset({"devops_service", "foreman", "qingcloud"})
"""The dialects whose clients may use basic authentication."""
WITH_USER = tuple(name for name in REQUESTS if name.partition(",")[0] in BASIC or b"USER" in REQUESTS[name][2])
"""Those that also have the name of a user."""
OWN_ID = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}")
"""The id of a request, which is in some answers."""
CODE = ast.parse(inspect.getsource(token) + inspect.getsource(identities))
each_dialect = pytest.mark.parametrize("dialect", REQUESTS)


def shown(dialect: str, user: str, secret: str) -> Mapping[str, str]:
    """The credentials as a client of the dialect sends them in headers."""
    if dialect in IN_BODY:
        return {}
    return basic(user, secret) if dialect in WITH_USER else SCHEMES.get(dialect, by_token)(user, secret)


def outcome(answer: Answer) -> tuple[int, str, list[str]]:
    """All that a caller is told, without the id of its request."""
    headers = [f"{name}: {OWN_ID.sub('-', value)}" for name, value in answer.headers.items()]
    return answer.status, OWN_ID.sub("-", answer.text), headers


class Guesser:
    """Knows a user's name, and tries secrets."""

    def __init__(self, api: Api, dialect: str) -> None:
        self.api, self.dialect = api, dialect
        self.ann, self.bob = (a_caller(T1, *ORDINARY, user=user) for user in ("ann", "bob"))
        self.secrets = {user.user: self.issue(user) for user in (self.ann, self.bob)}

    def issue(self, principal: Principal, lifetime: timedelta | None = None) -> str:
        end = None if lifetime is None else self.api.clock.now() + lifetime
        return self.api.world.identities.issue(principal, expires=end)

    def ask(self, secret: str, user: str = "ann") -> tuple[tuple[int, str, list[str]], int]:
        """What the answer tells, and how many calls it took."""
        method, target, body = REQUESTS[self.dialect]
        for name, value in (("USER", user), ("SECRET", secret)):
            body = body.replace(name.encode(), json.dumps(value)[1:-1].encode())
        with touched() as keys:
            answer = Caller(self.api, shown(self.dialect, user, secret)).request(method, target, body=body)
        return outcome(answer), len(keys)


@each_dialect
def test_a_refusal_is_the_same_whatever_is_wrong_with_a_secret(api: Api, dialect: str) -> None:
    """Unknown, expired, revoked, nearly right: one answer, one read."""
    guesser = Guesser(api, dialect)
    late, revoked = guesser.issue(guesser.ann, timedelta()), guesser.issue(guesser.ann)
    api.world.identities.revoke(revoked)
    right = guesser.secrets["ann"]
    wrong = [late, revoked, f"{right}x", right[:-1], right.upper(), "x" * len(right), "x"]

    found = [guesser.ask(secret) for secret in wrong]

    assert {asked for _, asked in found} == {1}
    assert [told for told, _ in found] == [found[0][0]] * len(wrong)
    assert found[0][0][0] == 401


@pytest.mark.parametrize("dialect", WITH_USER)
def test_a_refusal_does_not_tell_that_a_user_exists_or_that_a_secret_is_somebody_elses(api: Api, dialect: str) -> None:
    guesser = Guesser(api, dialect)
    guesser.ask(guesser.secrets["bob"], "bob")  # a secret that is right is read, and once a day its use is noted
    api.clock.advance(60)

    unknown_user, known_user = guesser.ask("wrong", "eve"), guesser.ask("wrong", "ann")
    somebody_elses = guesser.ask(guesser.secrets["bob"], "ann")

    assert {unknown_user[1], known_user[1], somebody_elses[1]} == {1}
    assert repr(unknown_user).replace("eve", "ann") == repr(known_user) == repr(somebody_elses)


@each_dialect
def test_each_guess_costs_one_read_of_one_key_and_is_remembered_nowhere(api: Api, dialect: str) -> None:
    guesser = Guesser(api, dialect)
    guesses = [f"guess-{number}" for number in range(50)]

    costs = [guesser.ask(guess)[1] for guess in [*guesses, *guesses]]

    assert costs == [1] * 100
    assert len(api.world.identities._known) == 0  # noqa: SLF001  # what it remembers is what is asked


def test_secrets_have_more_bits_than_anybody_can_guess(api: Api) -> None:
    secret = api.world.identities.issue(a_caller(T1))
    called = {ast.unparse(node.func) for node in ast.walk(CODE) if isinstance(node, ast.Call)}

    assert SECRET_BYTES * 8 >= 160
    assert re.fullmatch(f"[0-9a-f]{{{2 * SECRET_BYTES}}}", secret)
    assert {"secrets.token_hex", "hmac.compare_digest"} <= called


@each_dialect
def test_credentials_of_any_length_are_read_and_refused(api: Api, dialect: str) -> None:
    guesser = Guesser(api, dialect)

    assert {guesser.ask(secret)[0][0] for secret in ("x" * 10_000, "\x7f" * 500, "é" * 1000)} == {401}
