"""Find an image by its id, a prefix of its id, or its name."""

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

import click

from rosetta.answers import Image
from rosetta.console import say, time_text
from rosetta.registry import Registry
from rosetta.tables import Column, whole_lines
from rosetta.texts import plain

BEGINNING = re.compile("[0-9a-f][0-9a-f-]{3,35}")
"""What may be a prefix of an id: four characters or more."""
COLUMNS = (Column("ID"), Column("NAME"), Column("CREATED"))
EVERYWHERE = {"is_public": "None"}
"""For administrators: include the images of all tenants. Without effect for others."""
BEGINNING_OF_TIME = "1970-01-01T00:00:00Z"
"""A `changes-since`, without which lists leave out deleted images."""
WAITING = {"status": "pending_delete", "changes-since": BEGINNING_OF_TIME}


def found_id(registry: Registry, words: str) -> str:
    """The id of an image; a full id is returned without a request. Raises ClickException."""
    return _id(words) or _one(registry, words).id


def found_waiting_id(registry: Registry, words: str) -> str:
    """Like `found_id`, among images whose deletion is pending."""
    return _id(words) or _one(registry, words, {**EVERYWHERE, **WAITING}, "whose deletion is pending").id


def found_image(registry: Registry, words: str) -> Image:
    """The current image. Raises ClickException."""
    image_id = _id(words)
    image = _one(registry, words) if image_id is None else registry.image(image_id)
    if image is None:
        raise _nothing(words)
    return image


def _id(words: str) -> str | None:
    try:
        return str(UUID(words))
    except ValueError:
        return None


def _one(
    registry: Registry, words: str, filters: Mapping[str, str] = EVERYWHERE, which: str = "that you can see"
) -> Image:
    """The only image that has this name or id prefix and passes the filters."""
    found = {image.id: image for image in _fitting(registry, words, filters)}
    if not found:
        raise _nothing(words, which)
    if len(found) > 1:
        rows = [(image.id, image.name or "-", time_text(image.created_at)) for image in found.values()]
        for line in whole_lines(COLUMNS, rows):
            say(line)
        raise click.ClickException(plain(f"{words} may be any of these {len(found)} images: give the id of one"))
    return next(iter(found.values()))


def _fitting(registry: Registry, words: str, filters: Mapping[str, str]) -> Iterator[Image]:
    yield from (image for image in registry.images(**filters, name=words) if image.name == words)
    beginning = words.lower()
    if BEGINNING.fullmatch(beginning):
        yield from (image for image in registry.images(**filters) if image.id.startswith(beginning))


def _nothing(words: str, which: str = "that you can see") -> click.ClickException:
    return click.ClickException(plain(f"no image {words} {which}"))
