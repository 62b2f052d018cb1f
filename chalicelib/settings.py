"""Everything an operator can set, read once from the environment."""

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from os import path
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.rules import Limits, Periods

UNITS: dict[str, int] = {unit: 1024**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))}
DISK_FORMATS = "ami,ari,aki,vhd,vhdx,vmdk,raw,qcow2,vdi,iso,ploop"
CONTAINER_FORMATS = "ami,ari,aki,bare,ovf,ova,docker"
UNLIMITED = -1
"""The value of a quota that means no limit."""
DAYS = 3650
UPLOAD_HOURS = 168
"""The bucket's lifecycle removes the parts of an upload after seven days."""
TABLE_PREFIX = r"[A-Za-z0-9_.-]{1,200}", "letters, digits, dots, dashes and underscores"
BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket"
QUEUE = r"[A-Za-z0-9_-]{1,80}", "the name of a queue"
ENDPOINT = r"https?://[A-Za-z0-9._:\[\]-]+(/[^\s?#]*)?", "a URL such as https://images.example.org"
KEYSTONE_URL = r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
MEMBER = "read_images+create_image+delete_image"
KEYSTONE_ROLES = f"reader=read_images,member={MEMBER},_member_={MEMBER},admin=admin"
KEYSTONE_CREDENTIALS = (
    ("KEYSTONE_APPLICATION_CREDENTIAL_ID", "KEYSTONE_APPLICATION_CREDENTIAL_SECRET"),
    ("KEYSTONE_USER", "KEYSTONE_PASSWORD", "KEYSTONE_PROJECT"),
)
"""Two ways to log in to Keystone: all variables of one line, and none of the other."""
KEYSTONE_OTHERS = frozenset(
    {
        *("KEYSTONE_URL", "KEYSTONE_USER_DOMAIN", "KEYSTONE_PROJECT_DOMAIN"),
        *("KEYSTONE_ROLES", "KEYSTONE_CA_FILE", "KEYSTONE_CACHE_SECONDS"),
    }
)
ZONE = re.compile(r"([A-Za-z0-9_.-]+)(?:\s*=\s*([a-z]{2}-[a-z-]{3,20}-[0-9]))?")


class BadSetting(ValueError):
    """An environment variable is invalid; the message names it."""


class KeystoneSettings(NamedTuple):
    """A Keystone whose tokens are accepted, and our credentials there.

    `name` and `secret` belong to a user of `project`, or to an application credential if `project` is None. `roles`
    maps role names, in lower case, to the policies they grant. Answers are cached for `trusted_for`.
    """

    url: str
    name: str
    secret: str
    project: str | None
    user_domain: str
    project_domain: str
    roles: Mapping[str, frozenset[Policy]]
    ca_file: str | None
    trusted_for: timedelta

    def __repr__(self) -> str:
        """Leaves out the secret."""
        return f"KeystoneSettings({self.url!r})"


class Settings(NamedTuple):
    """The settings; sizes in bytes. `variables` is the environment itself, for the options of single dialects."""

    table_prefix: str
    bucket: str
    max_scan: int
    migrating: bool
    public_endpoint: str | None
    work_queue: str
    workers_per_tenant: int
    zones: Mapping[str, str | None]
    limits: Limits
    keystone: KeystoneSettings | None
    variables: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        """Leaves out the variables, some of which are secret."""
        return f"Settings({self.table_prefix!r})"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment; absent and blank variables get their defaults. Raises BadSetting."""
        read = _Reader(environ)
        limits = Limits(
            disk_formats=read.words("DISK_FORMATS", DISK_FORMATS),
            container_formats=read.words("CONTAINER_FORMATS", CONTAINER_FORMATS),
            image_size_cap=read.number("IMAGE_SIZE_CAP", 2**40, least=1),
            property_quota=read.number("IMAGE_PROPERTY_QUOTA", 128, least=UNLIMITED),
            member_quota=read.number("IMAGE_MEMBER_QUOTA", 128, least=UNLIMITED),
            shared_quota=read.number("SHARED_IMAGES_QUOTA", 1000, least=UNLIMITED),
            token_quota=read.number("TOKENS_QUOTA", 100, least=UNLIMITED),
            storage_quota=read.size("USER_STORAGE_QUOTA", 0),
            inline_bytes=read.number("MAX_INLINE_BYTES", 4 * 2**20),
            slice_bytes=read.number("SLICE_BYTES", 2**30, least=1),
            delayed_delete=read.flag("DELAYED_DELETE"),
            operator_tenant=read.text("OPERATOR_TENANT", "system"),
            inspecting=read.inspecting("INSPECTION"),
            signature_roots=read.file("SIGNATURE_ROOTS"),
            periods=Periods(
                pending_delete=timedelta(hours=read.number("PENDING_DELETE_HOURS", 2, most=24 * DAYS)),
                upload=timedelta(hours=read.number("UPLOAD_HOURS", 24, least=1, most=UPLOAD_HOURS)),
                capture=timedelta(hours=read.number("CAPTURE_HOURS", 24, least=1, most=24 * DAYS)),
                tombstone=timedelta(days=read.number("TOMBSTONE_DAYS", 90, least=1, most=DAYS)),
            ),
        )
        return cls(
            table_prefix=read.matching("TABLE_PREFIX", "rosetta-", TABLE_PREFIX),
            bucket=read.matching("IMAGE_BUCKET", "rosetta-images", BUCKET),
            max_scan=read.number("MAX_SCAN", 50_000, least=1),
            migrating=read.flag("MIGRATING"),
            public_endpoint=read.matching("PUBLIC_ENDPOINT", "", ENDPOINT).rstrip("/") or None,
            work_queue=read.matching("WORK_QUEUE", "rosetta-work", QUEUE),
            workers_per_tenant=read.number("WORKERS_PER_TENANT", 3, least=1),
            zones=dict(_zone(word) for word in read.words("ZONES", "ac1,ac2,ac3")),
            limits=limits,
            keystone=_keystone(read),
            variables=environ,
        )

    def options(self, dialect: str) -> dict[str, str]:
        """The variables with a dialect's prefix: for `qingcloud`, `QINGCLOUD_SOME=1` gives `{"some": "1"}`.

        The settings of Keystone as an identity service are not options of the dialect with that name.
        """
        prefix = f"{dialect.upper()}_"
        others = {*chain(*KEYSTONE_CREDENTIALS), *KEYSTONE_OTHERS}
        named = {
            name: value for name, value in self.variables.items() if name.startswith(prefix) and name not in others
        }
        return {name.removeprefix(prefix).lower(): value for name, value in named.items() if value.strip()}


def _zone(word: str) -> tuple[str, str | None]:
    """A zone and its AWS region, None for the function's own: `ac2=eu-west-1` gives `("ac2", "eu-west-1")`."""
    match = ZONE.fullmatch(word)
    if match is None:
        raise BadSetting(f"ZONES must name zones, such as ac1 or ac2=eu-west-1, not {word!r}")
    return match[1], match[2]


def _keystone(read: "_Reader") -> KeystoneSettings | None:
    """The Keystone settings; None without KEYSTONE_URL. Errors leave out values, which may contain secrets."""
    url, ca_file = read.text("KEYSTONE_URL", ""), read.file("KEYSTONE_CA_FILE")
    credentials = {name: read.text(name, "") for names in KEYSTONE_CREDENTIALS for name in names}
    user_domain, project_domain = (read.text(f"KEYSTONE_{of}_DOMAIN", "Default") for of in ("USER", "PROJECT"))
    roles = dict(_role(word) for word in read.words("KEYSTONE_ROLES", KEYSTONE_ROLES))
    trusted_for = timedelta(seconds=read.number("KEYSTONE_CACHE_SECONDS", 60, least=1, most=60))
    given = tuple(name for name, value in credentials.items() if value)
    if given not in (KEYSTONE_CREDENTIALS if url else ((),)):
        either, other = (", ".join(names) for names in KEYSTONE_CREDENTIALS)
        raise BadSetting(f"Set KEYSTONE_URL together with either {either}, or {other}")
    if not url:
        return None
    if not re.fullmatch(KEYSTONE_URL, url):
        raise BadSetting("KEYSTONE_URL must be a URL such as https://keystone.example.org:5000, without credentials")
    name, secret, *project = (credentials[name] for name in given)
    where = (project[0] if project else None, user_domain, project_domain)
    return KeystoneSettings(url, name, secret, *where, roles, ca_file or None, trusted_for)


def _role(word: str) -> tuple[str, frozenset[Policy]]:
    """A role and its policies: `a=read_images+create_image`. In lower case, as Keystone ignores case in roles."""
    role, _, policies = (part.strip() for part in word.partition("="))
    try:
        found = frozenset(Policy(policy.strip()) for policy in policies.split("+"))
    except ValueError as error:
        raise BadSetting(
            f"KEYSTONE_ROLES must be roles with policies, such as reader=read_images, not {word!r}"
        ) from error
    return role.lower(), found


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def matching(self, name: str, default: str, shape: tuple[str, str]) -> str:
        """A text that matches `shape`: a pattern, and its description for the error."""
        text = self.text(name, default)
        pattern, words = shape
        if text != default and not re.fullmatch(pattern, text):
            raise BadSetting(f"{name} must be {words}, not {text!r}")
        return text

    def words(self, name: str, default: str) -> tuple[str, ...]:
        text = self.text(name, default)
        found = tuple(word.strip() for word in text.split(",") if word.strip())
        if not found:
            raise BadSetting(f"{name} must list at least one value, not {text!r}")
        return found

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        text = self.text(name, str(default))
        number = int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None
        if number is None or number < least or (most is not None and number > most):
            bounds = f"{least} or more" if most is None else f"{least} to {most}"
            raise BadSetting(f"{name} must be a whole number, {bounds}, not {text!r}")
        return number

    def flag(self, name: str) -> bool:
        text = self.text(name, "false").lower()
        if text not in {"true", "false"}:
            raise BadSetting(f"{name} must be true or false, not {text!r}")
        return text == "true"

    def inspecting(self, name: str) -> Inspecting:
        text = self.text(name, Inspecting.ENFORCE).lower()
        if text not in set(Inspecting):
            raise BadSetting(f"{name} must be enforce, record or off, not {text!r}")
        return Inspecting(text)

    def file(self, name: str) -> str:
        """The path of a certificate file; empty if none is set. The error leaves the path out."""
        text = self.text(name, "")
        if text and not path.isfile(text):  # noqa: PTH113  # pathlib is slow
            raise BadSetting(f"{name} must be the path of a certificate file in PEM")
        return text

    def size(self, name: str, default: int) -> int:
        """A number of bytes, with or without a unit (powers of 1024): `500`, `10GB`."""
        text = self.text(name, str(default))
        match = re.fullmatch(r"([0-9]{1,19})\s*(B|KB|MB|GB|TB)?", text.upper())
        if match is None:
            raise BadSetting(f"{name} must be a number of bytes, or of KB, MB, GB or TB, not {text!r}")
        return int(match[1]) * UNITS[match[2] or "B"]
