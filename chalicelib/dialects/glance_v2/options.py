"""The settings of this dialect, and the authentication of its callers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, cast

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.http import auth
from chalicelib.http.message import Request
from chalicelib.http.options import BOOLEANS, Policies, Settings, positive

POLICIES: Policies = {
    "get_images": Policy.READ_IMAGES,
    "get_image": Policy.READ_IMAGES,
    "download_image": Policy.READ_IMAGES,
    "get_members": Policy.READ_IMAGES,
    "get_member": Policy.READ_IMAGES,
    "add_image": Policy.CREATE_IMAGE,
    "modify_image": Policy.CREATE_IMAGE,
    "upload_image": Policy.CREATE_IMAGE,
    "communitize_image": Policy.CREATE_IMAGE,
    "add_member": Policy.CREATE_IMAGE,
    "modify_member": Policy.CREATE_IMAGE,
    "delete_member": Policy.CREATE_IMAGE,
    "deactivate": Policy.CREATE_IMAGE,
    "reactivate": Policy.CREATE_IMAGE,
    "delete_image": Policy.DELETE_IMAGE,
    "publicize_image": Policy.PUBLICIZE_IMAGE,
}
"""The permission required by each of Glance's policies, unless the operator changes it."""


class Options(NamedTuple):
    """The settings `GLANCE_V2_*`."""

    policies: Policies
    limit_param_default: int
    api_limit_max: int
    owner_is_tenant: bool
    allow_anonymous_access: bool


def read_options(settings: Mapping[str, str]) -> Options:
    """Parse the settings. Raises ValueError naming the invalid one."""
    chosen = Settings("GLANCE_V2_", settings)
    return Options(
        policies=chosen.policies(POLICIES),
        limit_param_default=chosen.read("limit_param_default", "25", positive),
        api_limit_max=chosen.read("api_limit_max", "1000", positive),
        owner_is_tenant=chosen.read("owner_is_tenant", "true", BOOLEANS.__getitem__),
        allow_anonymous_access=chosen.read("allow_anonymous_access", "false", BOOLEANS.__getitem__),
    )


def options_of(request: Request) -> Options:
    """The options of this deployment."""
    return cast("Options", request.options)  # set by the gateway to the result of read_options


def authenticate(request: Request, identities: Identities) -> Principal:
    """Authenticate by `X-Auth-Token` or Basic credentials; images without an owner are hidden from users."""
    chosen = options_of(request)
    found = auth.token_principal(
        request,
        identities,
        anonymous=chosen.allow_anonymous_access,
        by_user=not chosen.owner_is_tenant,
        scheme="Keystone",
    )
    return replace(found, finds_ownerless=False)
