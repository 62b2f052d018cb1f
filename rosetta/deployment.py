"""The deployment and token to use: each from its environment variable, or else from a profile."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import click

from rosetta import keyrings, profiles
from rosetta.console import say
from rosetta.debug import Trace
from rosetta.errors import MissingSetting, ServiceError
from rosetta.http import Hints, Service
from rosetta.options import DEBUG, PROFILE

URL_SETTING = "ROSETTA_URL"
TOKEN_SETTING = "ROSETTA_TOKEN"  # noqa: S105  # the name of the variable
PROFILE_SETTING = "ROSETTA_PROFILE"
NEEDED = {
    URL_SETTING: "the URL of the deployment, e.g. http://127.0.0.1:8000",
    TOKEN_SETTING: "a token, as created by `rosetta token create`",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment and a token for it, each with its source: a variable or a profile."""

    url: str
    token: str = field(repr=False)
    url_from: str
    token_from: str

    @property
    def hints(self) -> Hints:
        """Hints for errors: the deployment rejects the token, or does not answer."""
        renew = "" if self.token_from == TOKEN_SETTING else ", or run `rosetta login` with another one"
        return Hints(
            unknown=f"Check the token from {self.token_from}: it may be expired or revoked{renew}.",
            unreachable=f"Check the URL {self.url}, from {self.url_from}.",
        )

    def service(self, headers: Mapping[str, str], connections: int) -> Service:
        """An HTTP client for the deployment that sends these headers. Raises MissingSetting."""
        try:
            return Service(self.url, headers, connections, hints=self.hints, trace=trace())
        except ServiceError as error:
            raise MissingSetting(f"{self.url_from}: {error}") from error


def find_deployment(environ: Mapping[str, str] = os.environ) -> Deployment:
    """Combine the environment variables and the chosen profile. Raises MissingSetting, OSError."""
    url, token = (environ.get(name, "").strip() for name in (URL_SETTING, TOKEN_SETTING))
    url_from, token_from = URL_SETTING, TOKEN_SETTING
    if not (url and token):
        file = profiles.file_of(environ)
        known = profiles.load(file)
        name = known.chosen(asked_profile(environ))
        if name is not None:
            profile, said = known.known[name], f"profile {name}"
            url, url_from = (url, url_from) if url else (profile.url, said)
            token, token_from = (token, token_from) if token else (_token(profile, name), said)
    missing = [
        f"set {name} to {NEEDED[name]}" for name, value in {URL_SETTING: url, TOKEN_SETTING: token}.items() if not value
    ]
    if missing:
        raise MissingSetting(f"run `rosetta login`, or {', and '.join(missing)}")
    _say_what_wins(url_from, token_from)
    return Deployment(url, usable(token, token_from), url_from, token_from)


def asked_profile(environ: Mapping[str, str] = os.environ) -> str | None:
    """The profile named by `--profile`, or else by `ROSETTA_PROFILE`. Raises MissingSetting."""
    name = _asked(PROFILE) or environ.get(PROFILE_SETTING, "").strip() or None
    if name is not None and profiles.NAME.fullmatch(name) is None:
        raise MissingSetting("a profile name has up to 64 characters of A-Z, a-z, 0-9, _ and -")
    return name


def usable(token: str, source: str) -> str:
    """Check that a token can be sent in a header, and return it. Raises MissingSetting."""
    if not (token.isascii() and token.isprintable()):
        raise MissingSetting(f"{source} is not a valid token: it contains characters other than printable ASCII")
    return token


def trace() -> Trace | None:
    """The log of `--debug`, or None."""
    return Trace() if _asked(DEBUG) else None


def _token(profile: profiles.Profile, name: str) -> str:
    return keyrings.read(profile.url, name) if profile.token is None else profile.token


def _asked(key: str) -> str | None:
    ctx = click.get_current_context(silent=True)
    return None if ctx is None else ctx.meta.get(key)


def _say_what_wins(url_from: str, token_from: str) -> None:
    """Note on stderr that environment variables override the profile named on the command line."""
    winning = [name for name in (URL_SETTING, TOKEN_SETTING) if name in {url_from, token_from}]
    if winning and _asked(PROFILE):
        verb = "overrides" if len(winning) == 1 else "override"
        say(f"Note: {' and '.join(winning)} in the environment {verb} the profile.")
