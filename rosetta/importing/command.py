"""`import`: copy images from a running service to a deployment."""

import base64
import json
import os
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click

from rosetta.console import Interrupted, say
from rosetta.deployment import find_deployment, trace
from rosetta.errors import MissingSetting, ServiceError
from rosetta.http import Service
from rosetta.importing.devops_service import DevopsImages
from rosetta.importing.foreman import ForemanImages
from rosetta.importing.glance import GlanceImages
from rosetta.importing.glance_v2 import GlanceV2Images
from rosetta.importing.records import CannotGoOn, Kind, Move, Moved, Whose
from rosetta.importing.report import Tally, Watch, watching
from rosetta.importing.run import Run
from rosetta.importing.scaleway import ScalewayImages
from rosetta.options import asking, json_option
from rosetta.texts import plain

GLANCE_V1, GLANCE_V2 = "glance-v1", "glance-v2"
FOREMAN, SCALEWAY, DEVOPS = "foreman", "scaleway", "devops-service"
BY_TOKEN = frozenset({GLANCE_V1, GLANCE_V2, SCALEWAY})
"""Dialects that authenticate by token; the others use a user name and a password."""
SOME_REFUSED = 3
MAX_PARALLEL = 32
VERSION = re.compile(r"/v[12](\.\d)?/?$")
"""The version that Glance's URLs end with in service catalogues."""


@dataclass(frozen=True, slots=True)
class Users:
    """User names at both ends, for dialects that need them."""

    source: str | None
    target: str | None


@click.command("import")
@click.option(
    "--from",
    "dialect",
    required=True,
    help="API of the source.",
    type=click.Choice([GLANCE_V1, GLANCE_V2, FOREMAN, SCALEWAY, DEVOPS]),
)
@click.argument("url", metavar="URL")
@click.option(
    "--all-tenants", is_flag=True, help="Import images of all owners and keep the owners (administrators only)."
)
@click.option("--owner", help="Filter by owner (glance-v1, glance-v2) or organization (scaleway).")
@click.option(
    "--user", envvar="ROSETTA_USER", help="User name that ROSETTA_TOKEN belongs to (foreman, devops-service)."
)
@click.option("--source-user", envvar="SOURCE_USER", help="User name at the source (foreman, devops-service).")
@click.option(
    "--parallel",
    default=4,
    show_default=True,
    type=click.IntRange(1, MAX_PARALLEL),
    help="Number of images to import at once.",
)
@asking
@json_option
def import_images(  # noqa: PLR0913  # an option each
    dialect: str,
    url: str,
    user: str | None,
    source_user: str | None,
    parallel: int,
    *,
    all_tenants: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Import images from another service at URL.

    The target is the deployment of ROSETTA_URL and ROSETTA_TOKEN, or of a profile. Set SOURCE_TOKEN (glance-v1,
    glance-v2, scaleway) or SOURCE_PASSWORD (foreman, devops-service) for the source. If interrupted, run the same
    command to resume. Exit status: 0 all images were imported, 1 the import stopped early, 2 invalid usage, 3 some
    images were refused, 130 interrupted.
    """
    if dialect not in BY_TOKEN and (all_tenants or owner):
        raise click.UsageError("--all-tenants and --owner are for glance-v1, glance-v2 and scaleway")
    source, target = _services(dialect, url, Users(source_user, user), parallel)
    tally = Tally()
    with watching() as watch:
        move = _move(dialect, source, target, Whose(all_tenants, owner), watch.moved)
        error = _run(move, parallel, tally, watch)
    if as_json:
        click.echo(json.dumps(tally.document(), indent=2))
    else:
        tally.show()
    if move.note:
        say(f"Note: {move.note}")
    if error is not None:
        raise error
    if tally.counts[Kind.REFUSED]:
        raise click.exceptions.Exit(SOME_REFUSED)


def _run(move: Move[Any], parallel: int, tally: Tally, watch: Watch) -> click.ClickException | None:
    """Import what can be imported; return why it stopped early, or None."""
    try:
        with closing(Run(move, parallel).outcomes()) as outcomes:
            for record, outcome in outcomes:
                tally.add(record, outcome)
                watch.finished(record, tally)
    except KeyboardInterrupt:
        return Interrupted("Interrupted. Run the same command to resume.")
    except CannotGoOn as error:
        return click.ClickException(plain(str(error)))
    return None


def _move(dialect: str, source: Service, target: Service, whose: Whose, moved: Moved) -> Move[Any]:
    match dialect:
        case "glance-v1":
            return GlanceImages(source, target, whose, moved)
        case "glance-v2":
            return GlanceV2Images(source, target, whose, moved)
        case "scaleway":
            return ScalewayImages(source, target, whose)
        case "foreman":
            return ForemanImages(source, target)
    return DevopsImages(source, target)


def _services(dialect: str, url: str, users: Users, parallel: int) -> tuple[Service, Service]:
    """The source and the target. Raises MissingSetting, UsageError."""
    by_token = dialect in BY_TOKEN
    secret = "SOURCE_TOKEN" if by_token else "SOURCE_PASSWORD"
    given = {secret: os.environ.get(secret, "").strip()}
    if not by_token:
        given |= {"ROSETTA_USER": users.target or "", "SOURCE_USER": users.source or ""}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise MissingSetting(f"set {', '.join(missing)}: the credentials for both services")
    deployment = find_deployment()
    if dialect in {GLANCE_V1, GLANCE_V2}:
        url = VERSION.sub("", url)
    source = _source(url, _credentials(users.source, given[secret], by_token=by_token), parallel)
    there = _credentials(users.target, deployment.token, by_token=by_token)
    _check_url(deployment.url_from, deployment.url)
    return source, deployment.service(there, parallel + 1)


def _credentials(user: str | None, secret: str, *, by_token: bool) -> Mapping[str, str]:
    if by_token:
        return {"X-Auth-Token": secret}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


def _source(url: str, headers: Mapping[str, str], parallel: int) -> Service:
    _check_url("URL", url)
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise MissingSetting("a token contains characters other than printable ASCII")
    try:
        return Service(url, headers, parallel + 1, trace=trace())
    except ServiceError as error:
        raise click.UsageError(f"URL: {error}") from error


def _check_url(name: str, url: str) -> None:
    if "@" in urlsplit(url).netloc:
        raise click.UsageError(f"{name} contains credentials: set them in the environment instead")
