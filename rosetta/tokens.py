"""`token`: create, list and revoke the caller's tokens over HTTP; with `--aws` or `--local`, any user's."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from rosetta import operators
from rosetta.answers import Token
from rosetta.console import say, show_table, time_text
from rosetta.errors import ServiceError
from rosetta.images import show_ids
from rosetta.openstack import clouds_yaml, openrc
from rosetta.options import Label, Lifetime, asking, json_option, results
from rosetta.registry import open_registry
from rosetta.tables import Column
from rosetta.texts import plain

COLUMNS = (
    Column("ID"),
    Column("NAME", 1, least=8),
    Column("USER", 3, least=8),
    Column("TENANT", 4, least=8),
    Column("POLICIES", 5, least=11),
    Column("EXPIRES", 2),
    Column("LAST USED", 6),
    Column("CREATED", 7),
    Column("INSPECTION", 8),
)
INSPECTIONS = ("enforce", "record", "off")
POLICIES = ("read_images", "create_image", "delete_image", "publicize_image", "admin")
_TABLES = (
    click.option("--aws", is_flag=True, help="Access the deployment's tables directly, with your AWS credentials."),
    click.option("--local", is_flag=True, help="Use the server started by `make run` or `rosetta serve`."),
)


def on_tables(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--aws` and `--local` to a command."""
    for option in reversed(_TABLES):
        command = option(command)
    return command


@click.command()
@click.option("--name", type=Label(), help="Name of the token, e.g. what it is for.")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    type=click.Choice(POLICIES),
    help="Policy of the token; repeatable (default: all of yours).",
)
@click.option("--expires", type=Lifetime(), help="Lifetime, e.g. 90d (default: set by the deployment).")
@click.option(
    "--inspection",
    type=click.Choice(INSPECTIONS),
    help="Policy for unsafe images uploaded with it (default: that of the token you use).",
)
@click.option("--openrc", "form", flag_value="openrc", help="Print an openrc file for OpenStack clients.")
@click.option("--clouds-yaml", "form", flag_value="clouds.yaml", help="Print a clouds.yaml for OpenStack clients.")
@click.option("--user", type=Label(), help="User name, with --aws or --local.")
@click.option("--tenant", type=Label(), help="Tenant, with --aws or --local (without one, the token owns no images).")
@on_tables
@asking
@json_option
def create(
    policies: Sequence[str], expires: timedelta | None, *, aws: bool, local: bool, as_json: bool, **given: str | None
) -> None:
    """Create a token and print its secret to stdout, once.

    The token is yours and has at most the permissions of the one you use. Operators create tokens for any user with
    --aws or --local, --user and --policy.
    """
    if aws or local:
        _refuse(given, "form", "form", "--openrc and --clouds-yaml cannot be combined with --aws or --local")
        if given["user"] is None or not policies:
            raise click.UsageError("--aws and --local require --user and --policy")
        who = given["user"], given["tenant"], policies, given["inspection"]
        operators.create(who, given["name"], expires, local=local, as_json=as_json)
        return
    _refuse(
        given,
        "user",
        "tenant",
        "--user and --tenant require --aws or --local: over HTTP you create tokens for yourself",
    )
    if given["name"] is None:
        raise click.UsageError("--name is required: say what the token is for")
    registry = open_registry()
    with _over_http():
        token, secret = registry.create_token(given["name"], policies, expires, given["inspection"])
    _show_created(registry.url, token, secret, "json" if as_json else given["form"])
    say(f"Created token {token.id}; it expires: {_end(token)}. The secret is not shown again.")


@click.command("list")
@click.option("--tenant", help="List the tokens of this tenant (administrators only).")
@on_tables
@asking
@results
def list_tokens(tenant: str | None, *, aws: bool, local: bool, as_json: bool, quiet: bool) -> None:
    """List your valid tokens; with --aws or --local, those of all users."""
    if aws or local:
        _refuse({"tenant": tenant}, "tenant", "tenant", "--tenant cannot be combined with --aws or --local")
        operators.show_all(local=local, as_json=as_json, quiet=quiet)
        return
    with _over_http():
        found = open_registry().tokens(tenant)
    if as_json:
        click.echo(json.dumps([asdict(token) for token in found], indent=2))
    elif quiet:
        show_ids(token.id for token in found)
    else:
        show_table(COLUMNS, [_row(token) for token in found], empty="There are no tokens.")


@click.command()
@click.argument("token_id", metavar="ID")
@click.option("--tenant", help="Tenant of the token (administrators only).")
@on_tables
@asking
@json_option
def revoke(token_id: str, tenant: str | None, *, aws: bool, local: bool, as_json: bool) -> None:
    """Revoke a token. Servers may accept it for up to one more minute."""
    if aws or local:
        _refuse({"tenant": tenant}, "tenant", "tenant", "--tenant cannot be combined with --aws or --local")
        is_ended = operators.revoke(token_id, local=local)
    else:
        is_ended = _ended(token_id, tenant)
    if not is_ended:
        raise click.ClickException(plain(f"no token has the id {token_id}"))
    if as_json:
        click.echo(json.dumps({"id": token_id, "revoked": True}))
    say("Revoked.")


def _ended(token_id: str, tenant: str | None) -> bool:
    try:
        open_registry().revoke_token(token_id, tenant)
    except ServiceError as error:
        if error.status != 404:
            raise
        return False
    return True


def _refuse(given: dict[str, str | None], one: str, other: str, reason: str) -> None:
    if given[one] is not None or given[other] is not None:
        raise click.UsageError(reason)


@contextmanager
def _over_http() -> Iterator[None]:
    """Explain a 404: releases before tokens over HTTP lack the path."""
    try:
        yield
    except ServiceError as error:
        if error.status != 404:
            raise
        raise click.ClickException(
            "this deployment does not manage tokens over HTTP: operators use --aws or --local"
        ) from error


def _show_created(url: str, token: Token, secret: str, form: str | None) -> None:
    if form == "json":
        click.echo(json.dumps({**asdict(token), "secret": secret}, indent=2))
    elif form == "openrc":
        click.echo(openrc(url, token, secret), nl=False)
    elif form == "clouds.yaml":
        click.echo(clouds_yaml(url, token, secret), nl=False)
    else:
        click.echo(secret)


def _row(token: Token) -> tuple[str, ...]:
    who = token.user, token.tenant or "-", ",".join(token.policies) or "-"
    used = (token.last_used_at or "-").partition("T")[0]
    return token.id, token.name or "-", *who, _end(token), used, time_text(token.created_at), token.inspection or "-"


def _end(token: Token) -> str:
    return "never" if token.expires_at is None else f"{time_text(token.expires_at)} UTC"
