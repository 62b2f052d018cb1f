"""Facts of an image that are properties where there are no fields for them."""

from collections.abc import Mapping

PROPERTY_FIELDS: Mapping[str, str] = {
    "architecture": "architecture",
    "description": "description",
    "os_admin_user": "login_user",
    "os_distro": "os_family",
    "os_type": "platform",
}
"""The names of such properties, with the canonical field of each."""
