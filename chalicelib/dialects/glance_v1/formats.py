"""Checks of formats: Amazon's must be combined with each other, and a format may be missing (wire §2.4)."""

from chalicelib.catalog import rules
from chalicelib.catalog.errors import UnknownFormat
from chalicelib.catalog.image import Changes, Image, Status
from chalicelib.catalog.rules import Limits
from chalicelib.http.errors import BadMessage

AMAZON_FORMATS = frozenset({"ami", "ari", "aki"})


class MixedFormats(BadMessage):
    """An Amazon format must be combined with the same one."""

    def __init__(self, disk_format: str, container_format: str) -> None:
        reason = f"Invalid mix of disk and container formats: '{disk_format}' and '{container_format}' must be equal"
        super().__init__("container_format", reason)


def check_formats(changes: Changes, limits: Limits, old: Image | None = None) -> None:
    """Refuse formats that are not allowed, and mixtures with Amazon's, unless the image already has them."""
    new = rules.differing(changes, old)
    for name in ("disk_format", "container_format"):
        if name in new and new.get(name) is None:
            raise UnknownFormat(name, None)
    rules.check_formats(changes, limits, old)
    if {"disk_format", "container_format"} & new.keys():
        _check_mixture(changes.get("disk_format"), changes.get("container_format"))


def check_complete(changes: Changes, image: Image) -> None:
    """Refuse data for an image whose formats are a mixture with Amazon's."""
    if "location" in changes or changes.get("status") is Status.SAVING:
        disk_format = changes.get("disk_format", image.disk_format)
        _check_mixture(disk_format, changes.get("container_format", image.container_format))


def _check_mixture(disk_format: str | None, container_format: str | None) -> None:
    mixed = disk_format != container_format and AMAZON_FORMATS & {disk_format, container_format}
    if mixed and disk_format is not None and container_format is not None:
        raise MixedFormats(disk_format, container_format)


def with_amazon_formats(changes: Changes) -> Changes:
    """If only one format is given and is Amazon's, set the other one to it, too."""
    given = changes.get("disk_format"), changes.get("container_format")
    match given:
        case (str(disk_format), None) if disk_format in AMAZON_FORMATS and "container_format" not in changes:
            return {**changes, "container_format": disk_format}
        case (None, str(container_format)) if container_format in AMAZON_FORMATS and "disk_format" not in changes:
            return {**changes, "disk_format": container_format}
    return changes
