"""Parse requests to sign in (wire §3 and §4). Malformed ones raise BadMessage."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.catalog.principal import Principal
from chalicelib.http import fields
from chalicelib.http.errors import BadMessage

DOMAIN = "default"
"""The id of the only domain; its name is `Default`."""
PASSWORD, TOKEN, CREDENTIAL = "password", "token", "application_credential"  # names of methods
METHODS = (PASSWORD, TOKEN, CREDENTIAL)
UNSCOPED = "unscoped"

Document = Mapping[str, Any]


class SignIn(NamedTuple):
    """A secret, with the given names of user, project and credential.

    `elsewhere` means an unknown domain or scope; `unscoped` that no project is requested.
    """

    method: str
    secret: str
    users: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    elsewhere: bool = False
    unscoped: bool = False

    def fits(self, principal: Principal) -> bool:
        """Whether everything given matches the holder of the secret."""
        told = (
            *((user, principal.user) for user in self.users),
            *((project, principal.tenant) for project in self.projects),
            *((credential, principal.token) for credential in self.credentials),
        )
        return not self.elsewhere and all(said == known for said, known in told)


def parse_v3(body: bytes) -> SignIn:
    """Parse a v3 request to sign in."""
    auth = _object(_document(body), "auth")
    identity = _object(auth, "identity")
    methods = identity.get("methods")
    if not isinstance(methods, list) or len(methods) != 1 or methods[0] not in METHODS:
        raise BadMessage("methods", f"methods should be one of {', '.join(METHODS)}, in a list")
    method = str(methods[0])
    read = {PASSWORD: _by_password, TOKEN: _by_token, CREDENTIAL: _by_credential}[method]
    found = read(_object(identity, method))
    projects, elsewhere = _scope(auth.get("scope"))
    return SignIn(
        method=method,
        secret=found.secret,
        users=found.users,
        projects=projects,
        credentials=found.credentials,
        elsewhere=found.elsewhere or elsewhere,
        unscoped=auth.get("scope") == UNSCOPED,
    )


def parse_v2(body: bytes) -> SignIn:
    """Parse a v2.0 request to sign in."""
    auth = _object(_document(body), "auth")
    projects = _texts(auth, "tenantId", "tenantName")
    if auth.get("token") is not None:
        return SignIn(TOKEN, _text(_object(auth, "token"), "id"), projects=projects)
    shown = _object(auth, "passwordCredentials")
    return SignIn(PASSWORD, _text(shown, "password"), _named(shown, "userId", "username"), projects)


def _by_password(told: Document) -> SignIn:
    user = _object(told, "user")
    return SignIn(PASSWORD, _text(user, "password"), _named(user), elsewhere=_elsewhere(user))


def _by_token(told: Document) -> SignIn:
    return SignIn(TOKEN, _text(told, "id"))


def _by_credential(told: Document) -> SignIn:
    """A credential by the token's id; or by any name, with the user, because credentials have no names here."""
    secret, credentials = _text(told, "secret"), _texts(told, "id")
    if credentials:
        return SignIn(CREDENTIAL, secret, credentials=credentials)
    _text(told, "name")
    user = _object(told, "user")
    return SignIn(CREDENTIAL, secret, _named(user), elsewhere=_elsewhere(user))


def _scope(scope: object) -> tuple[tuple[str, ...], bool]:
    """The names of the requested project, and whether its scope is unsupported."""
    if scope is None or scope == UNSCOPED:
        return (), False
    if not isinstance(scope, dict):
        raise BadMessage("scope", "scope should be an object")
    if scope.keys() != {"project"}:
        return (), True
    project = _object(scope, "project")
    return _named(project), _elsewhere(project)


def _elsewhere(named: Document) -> bool:
    """Whether a user or project is in an unknown domain."""
    if named.get("domain") is None:
        return False
    given = _texts(_object(named, "domain"), "id", "name")
    return any(text.casefold() != DOMAIN for text in given)


def _named(told: Document, *keys: str) -> tuple[str, ...]:
    """The id and name of an object; at least one is required."""
    keys = keys or ("id", "name")
    found = _texts(told, *keys)
    if not found:
        raise BadMessage(keys[-1], f"{' or '.join(keys)} is missing")
    return found


def _texts(told: Document, *keys: str) -> tuple[str, ...]:
    """The given texts; null and empty texts count as absent."""
    return tuple(_text(told, key) for key in keys if told.get(key) not in (None, ""))


def _text(told: Document, key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str):
        raise BadMessage(key, f"{key} should be a text")
    return value


def _object(told: Document, key: str) -> Document:
    value = told.get(key)
    if not isinstance(value, dict):
        raise BadMessage(key, f"{key} should be an object")
    return value


def _document(body: bytes) -> Document:
    document = fields.json_body(body)
    if not isinstance(document, dict):
        raise BadMessage("body", "The body should be an object")
    return document
