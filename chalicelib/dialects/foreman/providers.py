"""Providers of compute resources: their names and attributes (wire §3.3)."""

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
"""The original's providers, with their display names."""
PLUGINS = "AzureRm,Digitalocean,Docker,Kubevirt,Nutanix,Opennebula,Proxmox,Scaleway,Xenserver"
"""Providers of plug-ins; operators can set others."""
FLAGS = ("set_console_password", "caching_enabled", "use_v4", "ssl_verify_peer")
"""Boolean attributes."""
UNKEPT = ("password", "public_key")
"""Attributes that are accepted and discarded: they are not needed here."""
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
"""Additional attributes shown for each provider."""
KEPT = tuple(dict.fromkeys(name for names in SHOWN.values() for name in names))
TAKING_USER_DATA = frozenset({"EC2", "Openstack", "Vmware", "Rackspace", "Ovirt"})
TAKING_IAM_ROLE = frozenset({"EC2"})


class Options(NamedTuple):
    """The settings `FOREMAN_*`."""

    providers: tuple[str, ...]


def read_options(settings: Mapping[str, str]) -> Options:
    """Parse the settings."""
    names = settings.get("providers", PLUGINS).split(",")
    return Options(tuple(name.strip() for name in names if name.strip()))


def plugins_of(request: Request) -> tuple[str, ...]:
    """The configured providers of plug-ins."""
    return cast("Options", request.options).providers  # set by the gateway to the result of read_options


def shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The additional attributes of a compute resource; EC2 shows the user under a second name, too."""
    provider = str(facts.get("provider", "")).lower()
    found = {name: facts.get(name) for name in SHOWN.get(provider, ())}
    return {**found, "access_key": found["user"]} if provider == "ec2" else found


def spelled(provider: str, plugins: tuple[str, ...]) -> str | None:
    """Normalize a provider's spelling; those of plug-ins are kept as given. None if it is unknown."""
    known = next((name for name in PROVIDERS if name.lower() == provider.lower()), None)
    return known or (provider if provider.lower() in map(str.lower, plugins) else None)
