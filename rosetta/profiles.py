"""Profiles: named deployments with their tokens, in a file that only the user can read."""

import os
import re
import shlex
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from rosetta.errors import MissingSetting
from rosetta.texts import quoted

NAME = re.compile("[A-Za-z0-9_-]{1,64}")
"""Names of profiles: the keys that TOML accepts without quotes."""
USUAL = "default"
OTHERS = 0o077
"""Permission bits of everybody but the owner."""
HEADING = "# Written by `rosetta login` and `rosetta logout`.\n"


@dataclass(frozen=True, slots=True)
class Profile:
    """A deployment and its token; None if the token is in the system's keyring."""

    url: str
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles, and the name of the default."""

    known: Mapping[str, Profile] = field(default_factory=dict)
    default: str | None = None

    def chosen(self, name: str | None) -> str | None:
        """The profile to use: `name`, or else the default. None if there are none. Raises MissingSetting."""
        if name is not None and name not in self.known:
            raise MissingSetting(f"no profile {name}: create it with `rosetta login --profile {name}`")
        found = name or self.default or (next(iter(self.known)) if len(self.known) == 1 else None)
        if found is None and self.known:
            raise MissingSetting(f"choose a profile with --profile or ROSETTA_PROFILE: {', '.join(sorted(self.known))}")
        return found

    def including(self, name: str, profile: Profile, *, is_default: bool) -> "Profiles":
        """A copy with the profile added or replaced."""
        default = name if is_default or not self.known else self.default
        return Profiles({**self.known, name: profile}, default)

    def without(self, name: str) -> "Profiles":
        """A copy without the profile."""
        known = {other: profile for other, profile in self.known.items() if other != name}
        return replace(self, known=known, default=None if self.default == name else self.default)


def file_of(environ: Mapping[str, str]) -> Path:
    """The path of the user's file, below `XDG_CONFIG_HOME`."""
    given = Path(environ.get("XDG_CONFIG_HOME", ""))
    config = given if given.is_absolute() else Path(environ.get("HOME", "/")) / ".config"
    return config / "rosetta" / "config.toml"


def load(file: Path) -> Profiles:
    """Read a file; no profiles if it does not exist. Raises MissingSetting, OSError."""
    shown = click.format_filename(file)
    try:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & OTHERS:
                raise MissingSetting(f"{shown} is readable by others: run chmod 600 {shlex.quote(shown)}")
            content = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return Profiles()
    try:
        return _read(tomllib.loads(_text(content)))
    except ValueError as error:
        raise MissingSetting(f"{shown}: {error}: fix it, or remove it and run `rosetta login`") from error


def save(file: Path, profiles: Profiles) -> None:
    """Write a file atomically, readable by its owner only; remove it if there are no profiles. Raises OSError."""
    file = file.resolve()  # keep symbolic links
    if not profiles.known:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".config-")  # created with mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(written(profiles))
            out.flush()
            os.fsync(out.fileno())
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink()
        raise


def written(profiles: Profiles) -> str:
    """The profiles as TOML."""
    return HEADING + "".join(f"{line}\n" for line in _lines(profiles))


def _lines(profiles: Profiles) -> Iterator[str]:
    if profiles.default is not None:
        yield f"default = {quoted(profiles.default)}"
    for name, profile in profiles.known.items():
        yield from ("", f"[profiles.{name}]", f"url = {quoted(profile.url)}")
        yield "keyring = true" if profile.token is None else f"token = {quoted(profile.token)}"


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} is not UTF-8") from error


def _read(document: Mapping[str, Any]) -> Profiles:
    """Parse the profiles of a document. Raises ValueError."""
    _check_keys("the file", document, {"default", "profiles"})
    sections, default = document.get("profiles", {}), document.get("default")
    if not isinstance(sections, dict):
        raise ValueError("profiles is not a table")  # noqa: TRY004  # reported like other invalid values
    known = {name: _profile(name, section) for name, section in sections.items()}
    if default is not None and not (isinstance(default, str) and default in known):
        raise ValueError("default does not name a profile")
    return Profiles(known, default)


def _profile(name: str, section: Any) -> Profile:
    if not isinstance(section, dict) or NAME.fullmatch(name) is None:
        raise ValueError(f"profiles has {name!r}, which is not a profile")
    _check_keys(f"profile {name}", section, {"url", "token", "keyring"})
    url, token = section.get("url"), section.get("token")
    if not isinstance(url, str):
        raise ValueError(f"profile {name} has no url, or it is not a string")  # noqa: TRY004  # as above
    if isinstance(token, str) == (section.get("keyring") is True):
        raise ValueError(f"profile {name} needs either a token (a string) or keyring = true")
    return Profile(url, token if isinstance(token, str) else None)


def _check_keys(what: str, document: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(document.keys() - known)
    if unknown:
        raise ValueError(f"{what} has the unknown key {unknown[0]!r}; valid keys are {', '.join(sorted(known))}")
