"""The documents of responses (wire §2 to §4), with little more than clients were seen to read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.catalog.principal import Policy, Principal
from chalicelib.dialects.keystone.options import options_of
from chalicelib.dialects.keystone.paths import MOUNT, V2, V3
from chalicelib.dialects.keystone.schema import DOMAIN
from chalicelib.http.message import Request

FAR = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The expiry shown for tokens that never expire."""
ROLES: Mapping[str, Policy] = {
    "admin": Policy.ADMIN,
    "member": Policy.CREATE_IMAGE,
    "reader": Policy.READ_IMAGES,
}
"""Policies by role."""
SERVICES = {"image": "", "imagev1": "", "identity": MOUNT}
"""Types of services, with their paths at the registry."""
INTERFACES = ("public", "internal", "admin")
THE_DOMAIN = {"id": DOMAIN, "name": DOMAIN.capitalize()}

Document = dict[str, Any]


def version_3(request: Request) -> Document:
    """The document of v3 that clients read before they sign in."""
    return _version(request, "v3.14", "stable", V3)


def version_2(request: Request) -> Document:
    """The document of v2.0 that clients read before they sign in."""
    return _version(request, "v2.0", "deprecated", V2)


def _version(request: Request, name: str, status: str, path: str) -> Document:
    return {"id": name, "status": status, "links": [{"rel": "self", "href": f"{request.base_url}{path}/"}]}


def token_3(principal: Principal, request: Request, method: str, now: datetime, *, scoped: bool) -> Document:
    """A token in v3, with project and catalogue only if `scoped`."""
    token: Document = {
        "methods": [method],
        "user": {"id": principal.user, "name": principal.user, "domain": THE_DOMAIN, "password_expires_at": None},
        "audit_ids": [principal.token],
        "issued_at": _precise(now),
        "expires_at": _precise(principal.expires_at or FAR),
    }
    if scoped:
        project = {"id": principal.tenant, "name": principal.tenant, "domain": THE_DOMAIN}
        roles = [{"id": role, "name": role} for role in roles_of(principal)]
        token |= {"project": project, "is_domain": False, "roles": roles, "catalog": catalog_3(request)}
    return {"token": token}


def roles_of(principal: Principal) -> list[str]:
    """The names of the roles of a caller."""
    return [role for role, policy in ROLES.items() if principal.holds(policy)]


def catalog_3(request: Request) -> list[Document]:
    """The catalogue of services, each with three interfaces; clients discover Glance's versions themselves."""
    region = options_of(request).region
    return [
        {
            "id": service,
            "type": service,
            "name": service,
            "endpoints": [
                {
                    "id": f"{service}-{interface}",
                    "interface": interface,
                    "region": region,
                    "region_id": region,
                    "url": f"{request.base_url}{path}",
                }
                for interface in INTERFACES
            ],
        }
        for service, path in SERVICES.items()
    ]


def projects(principal: Principal, request: Request) -> Document:
    """The project of a caller, as a list."""
    tenant, here = principal.tenant, f"{request.base_url}{request.path}"
    found = [project(tenant)] if tenant else []
    return {"projects": found, "links": {"self": here, "next": None, "previous": None}}


def project(tenant: str) -> Document:
    """A single project."""
    return {
        "id": tenant,
        "name": tenant,
        "domain_id": DOMAIN,
        "enabled": True,
        "is_domain": False,
        "links": {},
    }


def access_2(principal: Principal, request: Request, secret: str, now: datetime) -> Document:
    """A token in v2.0, with its secret."""
    token: Document = {"id": secret, "issued_at": _precise(now), "expires": _brief(principal.expires_at or FAR)}
    roles = [{"name": role} for role in roles_of(principal)]
    user = {"id": principal.user, "name": principal.user, "username": principal.user, "roles_links": []}
    if principal.tenant is None:
        return {"access": {"token": token, "user": {**user, "roles": []}, "serviceCatalog": []}}
    token["tenant"] = {"id": principal.tenant, "name": principal.tenant, "enabled": True}
    return {"access": {"token": token, "user": {**user, "roles": roles}, "serviceCatalog": _catalog_2(request)}}


def _catalog_2(request: Request) -> list[Document]:
    region = options_of(request).region
    return [
        {
            "type": service,
            "name": service,
            "endpoints_links": [],
            "endpoints": [
                {
                    "id": service,
                    "region": region,
                    **{f"{interface}URL": f"{request.base_url}{path}" for interface in INTERFACES},
                }
            ],
        }
        for service, path in SERVICES.items()
    ]


def _precise(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}"


def _brief(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
