"""Kinds of clouds: what they are called, and what a compute resource of each shows (wire §3.3)."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from chalicelib.http.message import Request

PROVIDERS = {
    "Libvirt": "Libvirt",
    "Ovirt": "oVirt",
    "EC2": "EC2",
    "Vmware": "VMware",
    "Openstack": "RHEL OpenStack Platform",
    "Rackspace": "Rackspace",
    "GCE": "Google",
}
"""Those of the original, and what people call them."""
PLUGINS = "AzureRm,Digitalocean,Docker,Kubevirt,Nutanix,Opennebula,Proxmox,Scaleway,Xenserver"
"""Those of its plug-ins, unless an operator names others."""
FLAGS = ("set_console_password", "caching_enabled", "use_v4", "ssl_verify_peer")
"""Attributes that are true or false."""
UNKEPT = ("password", "public_key")
"""Attributes that are taken and forgotten: nobody here signs in to a cloud with them."""
SHOWN: Mapping[str, tuple[str, ...]] = {
    "libvirt": ("display_type", "set_console_password"),
    "ovirt": ("user", "datacenter", "use_v4", "ovirt_quota", "display_type", "keyboard_layout"),
    "ec2": ("user", "region"),
    "vmware": ("user", "datacenter", "server", "display_type", "set_console_password", "caching_enabled"),
    "openstack": ("user", "tenant", "domain", "project_domain_name", "project_domain_id"),
    "rackspace": ("user", "region"),
    "gce": ("project", "email", "key_path", "zone"),
    "azurerm": ("sub_id", "tenant", "app_ident", "region", "cloud"),
    "proxmox": ("user", "ssl_verify_peer"),
}
"""What a compute resource of each provider shows beside what all of them do."""
KEPT = tuple(dict.fromkeys(name for names in SHOWN.values() for name in names))
TAKING_USER_DATA = frozenset({"EC2", "Openstack", "Vmware", "Rackspace", "Ovirt"})
TAKING_IAM_ROLE = frozenset({"EC2"})


class Options(NamedTuple):
    """The settings whose names begin with `FOREMAN_`."""

    providers: tuple[str, ...]


def read_options(settings: Mapping[str, str]) -> Options:
    """The options that the settings ask for."""
    names = settings.get("providers", PLUGINS).split(",")
    return Options(tuple(name.strip() for name in names if name.strip()))


def plugins_of(request: Request) -> tuple[str, ...]:
    """The providers of plug-ins that there are."""
    return cast("Options", request.options).providers  # the gateway puts there what read_options returned


def shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a compute resource shows beside what all of them do; a cloud of EC2 shows its user by another name too."""
    provider = str(facts.get("provider", "")).lower()
    found = {name: facts.get(name) for name in SHOWN.get(provider, ())}
    return {**found, "access_key": found["user"]} if provider == "ec2" else found


def spelled(provider: str, plugins: tuple[str, ...]) -> str | None:
    """A provider as the original writes it, one of a plug-in as it is given; None if it is unknown."""
    known = next((name for name in PROVIDERS if name.lower() == provider.lower()), None)
    return known or (provider if provider.lower() in map(str.lower, plugins) else None)
