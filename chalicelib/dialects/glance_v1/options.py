"""The settings of this dialect, and the authentication of its callers (wire §5)."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.http import auth, options
from chalicelib.http.errors import Refused
from chalicelib.http.message import Request
from chalicelib.http.options import BOOLEANS, Policies, Settings, positive

POLICIES: Policies = {
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
"""The permission required by each of Glance's policies, unless the operator changes it."""


class Options(NamedTuple):
    """The settings `GLANCE_V1_*`."""

    statuses: str
    limit_param_default: int
    api_limit_max: int
    owner_is_tenant: bool
    allow_anonymous_access: bool
    policies: Policies

    @property
    def created(self) -> int:
        """The status of a successful creation: as documented, or as the original sends it."""
        return 201 if self.statuses == "upstream" else 202

    @property
    def deleted(self) -> int:
        """The status of a successful deletion."""
        return 200 if self.statuses == "upstream" else 204


def read_options(settings: Mapping[str, str]) -> Options:
    """Parse the settings. Raises ValueError naming the invalid one."""
    chosen = Settings("GLANCE_V1_", settings)
    read = chosen.read
    return Options(
        policies=chosen.policies(POLICIES),
        statuses=read("statuses", "documented", {"documented": "documented", "upstream": "upstream"}.__getitem__),
        limit_param_default=read("limit_param_default", "25", positive),
        api_limit_max=read("api_limit_max", "1000", positive),
        owner_is_tenant=read("owner_is_tenant", "true", BOOLEANS.__getitem__),
        allow_anonymous_access=read("allow_anonymous_access", "false", BOOLEANS.__getitem__),
    )


def options_of(request: Request) -> Options:
    """The options of this deployment."""
    return cast("Options", request.options)  # set by the gateway to the result of read_options


def authenticate(request: Request, identities: Identities) -> Principal:
    """Authenticate by `X-Auth-Token` or Basic credentials.

    Identity headers of a trusted front end are ignored.
    """
    chosen = options_of(request)
    return auth.token_principal(
        request,
        identities,
        anonymous=chosen.allow_anonymous_access,
        by_user=not chosen.owner_is_tenant,
        scheme="Keystone",
    )


def enforce(principal: Principal, request: Request, *names: str) -> None:
    """Raise PolicyMissing unless the caller has the permissions for all these policies of Glance."""
    options.enforce(principal, options_of(request).policies, *names)


def refuse_readers(principal: Principal) -> None:
    """Refuse anonymous callers, who may only read."""
    if not principal.user:
        raise Refused("Read-only access")
