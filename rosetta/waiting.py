"""Wait for the worker, and retry requests to a service that does not answer."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import click

from rosetta.answers import Image, Job
from rosetta.errors import ServiceError
from rosetta.registry import Registry
from rosetta.texts import plain

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait before each retry."""
FIRST_LOOK, LAST_LOOKS, SLOWDOWN = 0.2, 3.0, 1.5
"""Seconds between polls: the first, the longest, and the factor by which they grow."""

T = TypeVar("T")


def retrying(ask: Callable[[], T]) -> T:
    """Call a function, and retry if there is no response. Raises ServiceError, at once for a refusal."""
    for pause in PAUSES:
        try:
            return ask()
        except ServiceError as error:
            if is_refusal(error):
                raise
        time.sleep(pause)
    return ask()


def is_refusal(error: ServiceError) -> bool:
    """Whether a retry would be useless."""
    return error.status is not None and error.status < 500


def wait_for_image(
    registry: Registry,
    image_id: str,
    job_id: str | None,
    set_progress: Callable[[int], None],
    *,
    first: float = FIRST_LOOK,
) -> Image | None:
    """Poll until an image is neither queued nor saving; None if it is gone.

    `set_progress` is called with the number of bytes read. Raises ClickException if the job ends before the image is
    decided.
    """
    is_over = False
    for pause in pauses(first):
        image = retrying(lambda: registry.image(image_id))
        if image is None or image.status not in {"queued", "saving"}:
            return image
        job = _job(registry, job_id)
        if is_over and job is not None:
            raise click.ClickException(plain(f"image {image_id} is still {image.status}: {job.reason or job.status}"))
        is_over = job is not None and job.is_finished
        set_progress((job.done or 0) if job is not None else 0)
        time.sleep(pause)
    return None


def pauses(first: float) -> Iterator[float]:
    """Yield increasing pauses in seconds, without end."""
    growing = itertools.accumulate(itertools.repeat(SLOWDOWN), lambda pause, factor: pause * factor, initial=first)
    return (min(pause, LAST_LOOKS) for pause in growing)


def _job(registry: Registry, job_id: str | None) -> Job | None:
    """The job, or None if it cannot be read: only the image matters."""
    with suppress(ServiceError):
        return registry.job(job_id) if job_id is not None else None
    return None
