"""What an operator can set for this dialect alone, and who its callers are (wire §2)."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Principal
from chalicelib.http import auth
from chalicelib.http.errors import Refused, Unauthorized
from chalicelib.http.message import Request

NO_PROVIDER = "static"
"""The provider of images whose own is none of those that are configured, or that have none."""
CHALLENGE = 'Basic realm="devops-service"'


class Options(NamedTuple):
    """The settings whose names begin with `DEVOPS_SERVICE_`; `NO_PROVIDER` is always among the providers."""

    providers: tuple[str, ...]
    templates: tuple[str, ...]


def read_options(settings: Mapping[str, str]) -> Options:
    """The options that the settings ask for. Raises ValueError if there would be no provider at all."""
    providers = _words(settings.get("providers", "ec2,openstack,static"))
    if not providers:
        raise ValueError("DEVOPS_SERVICE_PROVIDERS names no provider")
    known = providers if NO_PROVIDER in providers else (*providers, NO_PROVIDER)
    return Options(known, _words(settings.get("templates", "")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def options_of(request: Request) -> Options:
    """The options in force."""
    return cast("Options", request.options)  # the gateway puts there what read_options returned


def authenticate(request: Request, identities: Identities) -> Principal:
    """Who shows user and secret. The challenge matters: the real client sends nothing until it is asked."""
    principal = auth.basic_principal(request, identities)
    if principal is None:
        raise Unauthorized(CHALLENGE, "Invalid username or password")
    if principal.tenant is None:
        raise Refused(f"Access denied for '{principal.user}'")
    return principal
