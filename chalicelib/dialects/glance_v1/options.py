"""What an operator can set for this dialect alone, and who its callers are (contract, settings and §5)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar, cast

from chalicelib.catalog.errors import PolicyMissing
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.http import auth
from chalicelib.http.errors import Refused, Unauthorized
from chalicelib.http.message import Request

T = TypeVar("T")

BOOLEANS = {"true": True, "false": False}
POLICIES: Mapping[str, Policy] = {
    "get_images": Policy.READ_IMAGES,
    "get_image": Policy.READ_IMAGES,
    "download_image": Policy.READ_IMAGES,
    "get_members": Policy.READ_IMAGES,
    "add_image": Policy.CREATE_IMAGE,
    "upload_image": Policy.CREATE_IMAGE,
    "modify_image": Policy.CREATE_IMAGE,
    "copy_from": Policy.CREATE_IMAGE,
    "set_image_location": Policy.CREATE_IMAGE,
    "modify_member": Policy.CREATE_IMAGE,
    "delete_member": Policy.CREATE_IMAGE,
    "delete_image": Policy.DELETE_IMAGE,
    "publicize_image": Policy.PUBLICIZE_IMAGE,
}
"""The right that each of Glance's policies needs unless the operator says otherwise."""


class Options(NamedTuple):
    """The settings whose names begin with `GLANCE_V1_`."""

    statuses: str
    limit_param_default: int
    api_limit_max: int
    owner_is_tenant: bool
    allow_anonymous_access: bool
    policies: Mapping[str, Policy]

    @property
    def created(self) -> int:
        """The status of a successful creation: the documented one, or the one upstream sends."""
        return 201 if self.statuses == "upstream" else 202

    @property
    def deleted(self) -> int:
        """The status of a successful deletion."""
        return 200 if self.statuses == "upstream" else 204


def read_options(settings: Mapping[str, str]) -> Options:
    """The options that the settings ask for. Raises ValueError naming one that makes no sense."""
    read = partial(_read, settings)
    chosen = read("policies", "{}", lambda text: {name: Policy(right) for name, right in json.loads(text).items()})
    unknown = chosen.keys() - POLICIES.keys()
    if unknown:
        raise ValueError(f"GLANCE_V1_POLICIES knows no {', '.join(sorted(unknown))}")
    return Options(
        statuses=read("statuses", "documented", {"documented": "documented", "upstream": "upstream"}.__getitem__),
        limit_param_default=read("limit_param_default", "25", _positive),
        api_limit_max=read("api_limit_max", "1000", _positive),
        owner_is_tenant=read("owner_is_tenant", "true", BOOLEANS.__getitem__),
        allow_anonymous_access=read("allow_anonymous_access", "false", BOOLEANS.__getitem__),
        policies={**POLICIES, **chosen},
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _read(settings: Mapping[str, str], name: str, default: str, convert: Callable[[str], T]) -> T:
    text = settings.get(name, default)
    try:
        return convert(text)
    except (ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"GLANCE_V1_{name.upper()} cannot be {text!r}") from error


def options_of(request: Request) -> Options:
    """The options in force."""
    return cast("Options", request.options)  # the gateway puts there what read_options returned


def authenticate(request: Request, identities: Identities) -> Principal:
    """The holder of `X-Auth-Token`, else the user of `Authorization: Basic`.

    Identity headers of a trusted front end are not trusted here, but ignored.
    """
    options = options_of(request)
    secret = auth.token_header(request)
    if secret is None and auth.basic(request) is None and options.allow_anonymous_access:
        return Principal(user="", tenant=None, policies=frozenset({Policy.READ_IMAGES}))
    principal = identities.authenticate(secret) if secret else auth.basic_principal(request, identities)
    if principal is None:
        raise Unauthorized(f'Keystone uri="{request.base_url}"', "Authentication required")
    return principal if options.owner_is_tenant else replace(principal, tenant=principal.user)


def enforce(principal: Principal, request: Request, *names: str) -> None:
    """Raise PolicyMissing unless the caller holds what each of these policies of Glance's needs."""
    policies = options_of(request).policies
    for name in names:
        if not principal.holds(policies[name]):
            raise PolicyMissing(policies[name])


def refuse_readers(principal: Principal) -> None:
    """Anonymous callers may only read."""
    if not principal.user:
        raise Refused("Read-only access")
