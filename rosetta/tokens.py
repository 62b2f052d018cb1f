"""`token`: create, list, revoke."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from rosetta.console import say, show_table
from rosetta.needs import opened
from rosetta.options import Label, Lifetime, json_option, local_option

HEADINGS = ("ID", "USER", "TENANT", "POLICIES", "EXPIRES")
POLICIES = ("read_images", "create_image", "delete_image", "publicize_image", "admin")


@click.command()
@click.option("--user", required=True, type=Label(), help="Who acts.")
@click.option("--tenant", type=Label(), help="For which tenant; without one the caller owns nothing.")
@click.option(
    "--policy",
    "policies",
    required=True,
    multiple=True,
    type=click.Choice(POLICIES),
    help="A right of the token; may be repeated.",
)
@click.option("--expires", type=Lifetime(), help="After which time it ends, such as 90d; never without.")
@local_option
@json_option
def create(
    user: str, tenant: str | None, policies: Sequence[str], expires: timedelta | None, *, local: bool, as_json: bool
) -> None:
    """Create a token; its secret goes to stdout, this once."""
    with opened("token", local=local) as world:
        from rosetta.world import principal  # noqa: PLC0415  # only operators have its libraries

        end = None if expires is None else world.clock.now() + expires
        secret = world.identities.issue(principal(user, tenant, policies), expires=end)
    click.echo(json.dumps({"secret": secret, "expires_at": _iso(end)}) if as_json else secret)
    say(f"Created; it expires: {_instant(end)}. The secret is not shown again.")


@click.command("list")
@local_option
@json_option
def list_tokens(*, local: bool, as_json: bool) -> None:
    """List the tokens that are valid."""
    with opened("token", local=local) as world:
        documents = [_document(found) for found in world.identities.list()]
    if as_json:
        click.echo(json.dumps([{**each, "expires_at": _iso(each["expires_at"])} for each in documents], indent=2))
    else:
        show_table(HEADINGS, [_row(each) for each in documents], empty="There are no tokens.")


@click.command()
@click.argument("token_id", metavar="ID")
@local_option
def revoke(token_id: str, *, local: bool) -> None:
    """End a token. Servers that know it may trust it for another minute."""
    with opened("token", local=local) as world:
        revoked = world.identities.revoke(token_id)
    if not revoked:
        raise click.ClickException(f"no token has the id {token_id}")
    say("Revoked.")


def _document(found: Any) -> dict[str, Any]:
    who = found.principal
    facts = {"user": who.user, "tenant": who.tenant, "policies": sorted(who.policies)}
    return {"id": found.id, **facts, "expires_at": found.expires_at}


def _row(document: dict[str, Any]) -> tuple[str, ...]:
    policies = ",".join(document["policies"])
    tenant, end = document["tenant"] or "-", _instant(document["expires_at"])
    return document["id"], document["user"], tenant, policies or "-", end


def _instant(instant: datetime | None) -> str:
    return "never" if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
