"""`image deactivate`, `image reactivate`, `image deprecate` and `image allow`."""

import click

from rosetta.console import say
from rosetta.finding import found_id
from rosetta.images import show_image
from rosetta.options import asking, image_argument, results
from rosetta.registry import open_registry

DONE = {
    "deactivate": "deactivated",
    "reactivate": "reactivated",
    "deprecate": "deprecated",
    "allow": "exempt from inspection",
}


@click.command()
@image_argument
@asking
@results
def deactivate(image: str, *, as_json: bool, quiet: bool) -> None:
    """Block downloads of an image until it is reactivated."""
    _move(image, "deactivate", as_json=as_json, quiet=quiet)


@click.command()
@image_argument
@asking
@results
def reactivate(image: str, *, as_json: bool, quiet: bool) -> None:
    """Make a deactivated or deprecated image active again."""
    _move(image, "reactivate", as_json=as_json, quiet=quiet)


@click.command()
@image_argument
@asking
@results
def deprecate(image: str, *, as_json: bool, quiet: bool) -> None:
    """Mark an image as deprecated; it can still be used."""
    _move(image, "deprecate", as_json=as_json, quiet=quiet)


@click.command()
@image_argument
@asking
@results
def allow(image: str, *, as_json: bool, quiet: bool) -> None:
    """Exempt an image from inspection (administrators only).

    Run it before or during the upload: a killed image cannot be recovered.
    """
    _move(image, "allow", as_json=as_json, quiet=quiet)


def _move(words: str, action: str, *, as_json: bool, quiet: bool) -> None:
    registry = open_registry()
    image = registry.move(found_id(registry, words), action)
    if as_json or quiet:
        show_image(image, as_json=as_json, quiet=quiet)
    else:
        say(f"Image {image.id} is {DONE[action]}.")
