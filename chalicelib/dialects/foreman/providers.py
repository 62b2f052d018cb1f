"""Kinds of clouds: what they are called, and what a compute resource of each shows (contract §3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

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
TAKING_USER_DATA = frozenset({"EC2", "Openstack", "Vmware", "Rackspace", "Ovirt"})
TAKING_IAM_ROLE = frozenset({"EC2"})


@dataclass(frozen=True, slots=True)
class Options:
    """The settings whose names begin with `FOREMAN_`."""

    plugins: tuple[str, ...]


def read_options(settings: Mapping[str, str]) -> Options:
    """The options that the settings ask for."""
    names = settings.get("providers", PLUGINS).split(",")
    return Options(tuple(name.strip() for name in names if name.strip()))


def plugins_of(request: Request) -> tuple[str, ...]:
    """The providers of plug-ins that there are."""
    return cast("Options", request.options).plugins  # the gateway puts there what read_options returned


def spelled(provider: str, plugins: tuple[str, ...]) -> str | None:
    """A provider as the original writes it, one of a plug-in as it is given; None if it is unknown."""
    known = next((name for name in PROVIDERS if name.lower() == provider.lower()), None)
    return known or (provider if provider.lower() in map(str.lower, plugins) else None)
