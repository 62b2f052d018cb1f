"""Tokens: issue, list, revoke."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from chalicelib.catalog import lengths
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.token import Token
from cli.console import show_table
from cli.world import opened

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
HEADINGS = ("ID", "USER", "TENANT", "POLICIES", "EXPIRES")

local_option = click.option("--local", is_flag=True, help="Work on the local server that runs here.")


class Lifetime(click.ParamType[timedelta]):
    """How long: a number with a unit, such as 90d."""

    name = "lifetime"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read `30m`, `12h`, `90d` or `4w`."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})([mhdw])", value)
        if found is None:
            self.fail(f"{value!r} is no number with one of the units {', '.join(UNITS)}", param, ctx)
        return int(found[1]) * UNITS[found[2]]


class Label(click.ParamType[str]):
    """What somebody is called, in no more characters than the catalogue can keep."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read 1 to 255 characters."""
        if not 0 < len(value) <= lengths.TEXT:
            self.fail(f"it needs 1 to {lengths.TEXT} characters", param, ctx)
        return value


@click.group()
def token() -> None:
    """Manage the tokens by which callers are known."""


@token.command()
@click.option("--user", required=True, type=Label(), help="Who acts.")
@click.option("--tenant", type=Label(), help="For which tenant; without one the caller owns nothing.")
@click.option(
    "--policy",
    "policies",
    required=True,
    multiple=True,
    type=click.Choice([policy.value for policy in Policy]),
    help="A right of the token; may be repeated.",
)
@click.option("--name", type=Label(), help="What it is for.")
@click.option("--expires", type=Lifetime(), help="After which time it ends, such as 90d; never without.")
@local_option
def issue(
    user: str,
    tenant: str | None,
    policies: Sequence[str],
    name: str | None,
    expires: timedelta | None,
    *,
    local: bool,
) -> None:
    """Issue a token; its secret goes to stdout, this once."""
    principal = Principal(user, tenant, frozenset(map(Policy, policies)))
    with opened(local=local) as world:
        end = None if expires is None else world.clock.now() + expires
        secret = world.identities.issue(principal, expires=end, name=name)
    click.echo(secret)
    click.echo(f"Issued; it expires: {_instant(end)}. The secret is not shown again.", err=True)


@token.command("list")
@local_option
def list_tokens(*, local: bool) -> None:
    """List the tokens that are valid."""
    with opened(local=local) as world:
        rows = [_row(found) for found in world.identities.list()]
    show_table(HEADINGS, rows)


@token.command()
@click.argument("token_id", metavar="ID")
@local_option
def revoke(token_id: str, *, local: bool) -> None:
    """End a token. Servers that know it may trust it for another minute."""
    with opened(local=local) as world:
        revoked = world.identities.revoke(token_id)
    if not revoked:
        raise click.ClickException(f"no token has the id {token_id}")
    click.echo("Revoked.", err=True)


def _row(found: Token) -> tuple[str, ...]:
    principal = found.principal
    policies = ",".join(sorted(principal.policies))
    return found.id, principal.user, principal.tenant or "-", policies or "-", _instant(found.expires_at)


def _instant(instant: datetime | None) -> str:
    return "never" if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"
