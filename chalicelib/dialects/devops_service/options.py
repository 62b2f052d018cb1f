"""The settings of this dialect, and the authentication of its callers (wire §2)."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
from chalicelib.http import auth
from chalicelib.http.errors import Refused, Unauthorized
from chalicelib.http.message import Request

NO_PROVIDER = "static"
"""The provider shown for images without one, or with one that is not configured."""
CHALLENGE = 'Basic realm="devops-service"'


class Options(NamedTuple):
    """The settings `DEVOPS_SERVICE_*`; the providers always include `NO_PROVIDER`."""

    providers: tuple[str, ...]
    templates: tuple[str, ...]


def read_options(settings: Mapping[str, str]) -> Options:
    """Parse the settings. Raises ValueError if there is no provider."""
    providers = _words(settings.get("providers", "ec2,openstack,static"))
    if not providers:
        raise ValueError("DEVOPS_SERVICE_PROVIDERS names no provider")
    known = providers if NO_PROVIDER in providers else (*providers, NO_PROVIDER)
    return Options(known, _words(settings.get("templates", "")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def options_of(request: Request) -> Options:
    """The options of this deployment."""
    return cast("Options", request.options)  # set by the gateway to the result of read_options


def authenticate(request: Request, identities: Identities) -> Principal:
    """Authenticate by Basic credentials. The original client sends them only after a challenge."""
    principal = auth.basic_principal(request, identities)
    if principal is None:
        raise Unauthorized(CHALLENGE, "Invalid username or password")
    if principal.tenant is None:
        raise Refused(f"Access denied for '{principal.user}'")
    return principal
