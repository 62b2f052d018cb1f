"""`usage`: the usage and quotas of a tenant."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click

from rosetta.answers import Usage
from rosetta.console import bytes_text
from rosetta.options import asking, json_option
from rosetta.registry import open_registry
from rosetta.texts import plain


@click.command()
@click.option("--tenant", help="Show another tenant (administrators only).")
@asking
@json_option
def usage(tenant: str | None, *, as_json: bool) -> None:
    """Show the usage and quotas of your tenant."""
    found = open_registry().usage(tenant)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    for name, value in _lines(found):
        click.echo(f"{name:15}{plain(value)}")


def _lines(found: Usage) -> Iterator[tuple[str, str]]:
    yield "tenant", found.tenant
    yield "bytes", _of(found.bytes, found.bytes_allowed, bytes_text)
    yield "images", f"{found.images}, {found.public_images} of them public"
    yield "shared images", _of(found.shared_images, found.shared_images_allowed, str)


def _of(used: int, allowed: int | None, text: Callable[[int], str]) -> str:
    return f"{text(used)}, no limit" if allowed is None else f"{text(used)} of {text(allowed)}"
