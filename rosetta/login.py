"""`login`, `logout` and `whoami`: create, remove and check profiles."""

import json
import os
import sys
from dataclasses import asdict, replace

import click

from rosetta import keyrings, profiles
from rosetta.answers import Token
from rosetta.console import say, time_text
from rosetta.deployment import Deployment, asked_profile, find_deployment, usable
from rosetta.errors import MissingSetting, ServiceError
from rosetta.images import show_facts
from rosetta.options import asking, json_option
from rosetta.profiles import Profile
from rosetta.registry import Registry
from rosetta.texts import plain


@click.command()
@click.option("--url", help="URL of the deployment; prompted for if omitted.")
@click.option("--token-stdin", is_flag=True, help="Read the token from stdin instead of prompting.")
@click.option("--no-keyring", is_flag=True, help="Store the token in the file, even if the system has a keyring.")
@click.option("--default", "is_default", is_flag=True, help="Make this the default profile.")
@asking
@json_option
def login(url: str | None, *, token_stdin: bool, no_keyring: bool, is_default: bool, as_json: bool) -> None:
    """Store the URL of a deployment and a token in a profile.

    The token is checked first. The first profile becomes the default.
    """
    name, file = asked_profile() or profiles.USUAL, profiles.file_of(os.environ)
    before = profiles.load(file)
    url_from = "--url" if url else "your answer"
    url = (url or _asked("URL of the deployment", "--url names the deployment")).strip().rstrip("/")
    asked = Deployment(url, "", url_from, "stdin" if token_stdin else "your answer")
    _registry(asked)  # refuse an invalid URL before the user types a token
    token = _token(is_piped=token_stdin)
    found = _checked(replace(asked, token=token))
    kept = not no_keyring and keyrings.write(url, name, token)
    after = before.including(name, Profile(url, None if kept else token), is_default=is_default)
    profiles.save(file, after)
    _forget_replaced(before, name, url, kept=kept)
    if as_json:
        click.echo(json.dumps({"profile": name, "url": url, "token": found and asdict(found)}, indent=2))
    place = "the system's keyring" if kept else click.format_filename(file)
    whose = f" The token is that of {found.user}, tenant {found.tenant or '-'}." if found is not None else ""
    say(f"Saved profile {name} for {url}.{whose} The token is stored in {place}.")


@click.command()
@click.option("--revoke", is_flag=True, help="Revoke the token, too.")
@asking
@json_option
def logout(*, revoke: bool, as_json: bool) -> None:
    """Remove a profile and its token: the one that --profile names, or the default."""
    file = profiles.file_of(os.environ)
    known = profiles.load(file)
    name = known.chosen(asked_profile())
    if name is None:
        raise MissingSetting("no profile to remove")
    profile = known.known[name]
    if revoke:
        _revoke(name, profile)
    if profile.token is None and not keyrings.forget(profile.url, name):
        say("Warning: the keyring did not confirm that it removed the token.")
    profiles.save(file, known.without(name))
    if as_json:
        click.echo(json.dumps({"profile": name, "url": profile.url, "revoked": revoke}, indent=2))
    say(f"Profile {name} is removed{' and its token revoked' if revoke else ''}.")


@click.command()
@asking
@json_option
def whoami(*, as_json: bool) -> None:
    """Show the deployment, your user and permissions, and when the token expires."""
    deployment = find_deployment()
    current = _registry(deployment).current()
    found, policy = current.token, current.inspection
    told = {"url": deployment.url, "url_from": deployment.url_from, "token_from": deployment.token_from}
    if as_json:
        click.echo(json.dumps({**told, "token": found and asdict(found), "inspection": policy}, indent=2))
        return
    facts = {"url": f"{deployment.url} ({deployment.url_from})", "token": f"of {deployment.token_from}"}
    show_facts({**facts, **({} if found is None else _facts(found)), **({"inspection": policy} if policy else {})})
    if found is None:
        say("The token is valid. This older deployment does not report its user.")


def _facts(token: Token) -> dict[str, object]:
    ends = "never" if token.expires_at is None else f"{time_text(token.expires_at)} UTC"
    return {"user": token.user, "tenant": token.tenant or "-", "policies": ", ".join(token.policies), "ends": ends}


def _asked(what: str, otherwise: str, *, is_hidden: bool = False) -> str:
    """Prompt for a value. Raises UsageError if stdin is not a terminal."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"stdin is not a terminal: {otherwise}")
    typed: str = click.prompt(what, hide_input=is_hidden, err=True)
    return typed


def _token(*, is_piped: bool) -> str:
    if is_piped:
        token = sys.stdin.read()
    else:
        token = _asked("Token", "--token-stdin reads the token from stdin", is_hidden=True)
    if not token.strip():
        raise click.UsageError("the token is empty")
    return usable(token.strip(), "that")


def _checked(deployment: Deployment) -> Token | None:
    """Check a token at the deployment, and return it. Raises ClickException, ServiceError."""
    try:
        return _registry(deployment).current_token()
    except ServiceError as error:
        if error.status == 404:
            raise click.ClickException(plain(f"no Rosetta at {deployment.url}: it answered 404")) from error
        if error.status != 401:
            raise
        raise click.ClickException(
            plain(f"{deployment.url} did not accept this token: it may be expired or revoked")
        ) from error


def _registry(deployment: Deployment) -> Registry:
    return Registry(deployment.service({"X-Auth-Token": deployment.token}, 1))


def _revoke(name: str, profile: Profile) -> None:
    """Revoke the token of a profile, ignoring environment variables. Raises ClickException, ServiceError."""
    token = keyrings.read(profile.url, name) if profile.token is None else profile.token
    registry = _registry(Deployment(profile.url, token, f"profile {name}", f"profile {name}"))
    try:
        found = registry.current_token()
    except ServiceError as error:
        if error.status != 401:
            raise
        return  # it is already invalid
    if found is None:
        raise click.ClickException(
            "this deployment does not revoke tokens over HTTP; run it without --revoke to remove the profile"
        )
    registry.revoke_token(found.id)


def _forget_replaced(before: profiles.Profiles, name: str, url: str, *, kept: bool) -> None:
    """Remove a profile's previous token from the keyring, unless the new one has replaced it there."""
    old = before.known.get(name)
    if old is not None and old.token is None and not (kept and old.url == url):
        keyrings.forget(old.url, name)
