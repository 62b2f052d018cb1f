"""`token --aws` and `--local`: manage tokens of any user, directly in the tables."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from rosetta.console import say, show_table
from rosetta.images import show_ids
from rosetta.needs import opened
from rosetta.tables import Column

COLUMNS = (
    Column("ID"),
    Column("NAME", 5, least=8),
    Column("USER", 1, least=8),
    Column("TENANT", 3, least=8),
    Column("POLICIES", 4, least=11),
    Column("EXPIRES", 2),
    Column("INSPECTION", 6),
)


def create(
    who: tuple[str, str | None, Sequence[str], str | None],
    name: str | None,
    expires: timedelta | None,
    *,
    local: bool,
    as_json: bool,
) -> None:
    """Create a token for any user and print its secret. Raises ClickException."""
    with opened("token", local=local) as world:
        from rosetta.world import principal  # noqa: PLC0415  # its libraries are optional

        end = None if expires is None else world.clock.now() + expires
        secret = world.identities.issue(principal(*who), expires=end, name=name)
    click.echo(json.dumps({"secret": secret, "expires_at": _iso(end)}) if as_json else secret)
    say(f"Created; it expires: {_instant(end)}. The secret is not shown again.")


def show_all(*, local: bool, as_json: bool, quiet: bool) -> None:
    """Print all valid tokens. Raises ClickException."""
    with opened("token", local=local) as world:
        documents = [_document(found) for found in world.identities.list()]
    if as_json:
        click.echo(json.dumps([{**each, "expires_at": _iso(each["expires_at"])} for each in documents], indent=2))
    elif quiet:
        show_ids(each["id"] for each in documents)
    else:
        show_table(COLUMNS, [_row(each) for each in documents], empty="There are no tokens.")


def revoke(token_id: str, *, local: bool) -> bool:
    """Revoke a token; return whether it existed. Raises ClickException."""
    with opened("token", local=local) as world:
        return bool(world.identities.revoke(token_id))


def _document(found: Any) -> dict[str, Any]:
    who = found.principal
    facts = {"user": who.user, "tenant": who.tenant, "policies": sorted(who.policies), "inspection": who.inspecting}
    return {"id": found.id, "name": found.name, **facts, "expires_at": found.expires_at}


def _row(document: dict[str, Any]) -> tuple[str, ...]:
    policies = ",".join(document["policies"])
    tenant, end = document["tenant"] or "-", _instant(document["expires_at"])
    return (
        document["id"],
        document["name"] or "-",
        document["user"],
        tenant,
        policies or "-",
        end,
        document["inspection"] or "-",
    )


def _instant(instant: datetime | None) -> str:
    return "never" if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
