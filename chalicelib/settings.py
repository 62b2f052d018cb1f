"""Everything an operator can set, read once from the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.catalog.rules import Limits, Periods

UNITS: dict[str, int] = {unit: 1024**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))}
DISK_FORMATS = "ami,ari,aki,vhd,vhdx,vmdk,raw,qcow2,vdi,iso,ploop"
CONTAINER_FORMATS = "ami,ari,aki,bare,ovf,ova,docker"


class BadSetting(ValueError):
    """An environment variable that makes no sense; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings; sizes in bytes. `variables` is the environment itself, for the options of single dialects."""

    table_prefix: str
    bucket: str
    max_scan: int
    public_endpoint: str | None
    work_queue: str
    zones: Mapping[str, str | None]
    limits: Limits
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment; what is absent or blank has its default. Raises BadSetting."""
        read = _Reader(environ)
        limits = Limits(
            disk_formats=read.words("DISK_FORMATS", DISK_FORMATS),
            container_formats=read.words("CONTAINER_FORMATS", CONTAINER_FORMATS),
            image_size_cap=read.number("IMAGE_SIZE_CAP", 2**40),
            property_quota=read.number("IMAGE_PROPERTY_QUOTA", 128),
            member_quota=read.number("IMAGE_MEMBER_QUOTA", 128),
            storage_quota=read.size("USER_STORAGE_QUOTA", 0),
            inline_bytes=read.number("MAX_INLINE_BYTES", 4 * 2**20),
            slice_bytes=read.number("SLICE_BYTES", 2**30),
            delayed_delete=read.flag("DELAYED_DELETE"),
            operator_tenant=read.text("OPERATOR_TENANT", "system"),
            periods=Periods(
                pending_delete=timedelta(hours=read.number("PENDING_DELETE_HOURS", 2)),
                upload=timedelta(hours=read.number("UPLOAD_HOURS", 24)),
                tombstone=timedelta(days=read.number("TOMBSTONE_DAYS", 90)),
            ),
        )
        return cls(
            table_prefix=read.text("TABLE_PREFIX", "rosetta-"),
            bucket=read.text("IMAGE_BUCKET", "rosetta-images"),
            max_scan=read.number("MAX_SCAN", 50_000),
            public_endpoint=read.text("PUBLIC_ENDPOINT", "").rstrip("/") or None,
            work_queue=read.text("WORK_QUEUE", "rosetta-work"),
            zones=dict(_zone(word) for word in read.words("ZONES", "ac1,ac2,ac3")),
            limits=limits,
            variables=environ,
        )

    def options(self, dialect: str) -> dict[str, str]:
        """The options of one dialect: variables that begin with its name, by the rest of theirs in lower case."""
        prefix = f"{dialect.upper()}_"
        named = {name: value for name, value in self.variables.items() if name.startswith(prefix)}
        return {name.removeprefix(prefix).lower(): value for name, value in named.items() if value.strip()}


def _zone(word: str) -> tuple[str, str | None]:
    """A zone, and the AWS region behind it if it is not the function's own: `ac2=eu-west-1`."""
    zone, _, region = word.partition("=")
    return zone.strip(), region.strip() or None


@dataclass(frozen=True, slots=True)
class _Reader:
    environ: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def words(self, name: str, default: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def number(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        try:
            return int(text)
        except ValueError:
            raise BadSetting(f"{name} must be a whole number, not {text!r}") from None

    def flag(self, name: str) -> bool:
        text = self.text(name, "false").lower()
        if text not in {"true", "false"}:
            raise BadSetting(f"{name} must be true or false, not {text!r}")
        return text == "true"

    def size(self, name: str, default: int) -> int:
        """Bytes, or a number with a unit of powers of 1024: `500`, `10GB`."""
        text = self.text(name, str(default))
        match = re.fullmatch(r"(\d+)\s*(B|KB|MB|GB|TB)?", text.upper())
        if match is None:
            raise BadSetting(f"{name} must be a number of bytes, or of KB, MB, GB or TB, not {text!r}")
        return int(match[1]) * UNITS[match[2] or "B"]
