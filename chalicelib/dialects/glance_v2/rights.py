"""Permissions of callers, and the messages of refusals (wire §4)."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.catalog.errors import NotOwner, NotSharable, PolicyMissing
from chalicelib.catalog.image import Image
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.options import options_of
from chalicelib.dialects.glance_v2.schema import known
from chalicelib.http.errors import Refused
from chalicelib.http.message import Request
from chalicelib.http.options import enforce


def visible(catalog: Catalog, image_id: str) -> Image:
    """Return a visible image. Raises as `Catalog.image`."""
    return catalog.image(known(image_id))


@contextmanager
def allowed(catalog: Catalog, request: Request, policy: str) -> Iterator[None]:
    """Enforce a policy, and convert errors of permissions in the block to Refused with its name."""
    try:
        enforce(catalog.principal, options_of(request).policies, policy)
        yield
    except (PolicyMissing, NotOwner) as error:
        raise not_allowed(policy) from error


@contextmanager
def allowed_on(catalog: Catalog, request: Request, image_id: str, policy: str) -> Iterator[str]:
    """Like `allowed`, for an image; yields its canonical id. A hidden image is not found, whatever is refused."""
    try:
        enforce(catalog.principal, options_of(request).policies, policy)
        yield known(image_id)
    except (PolicyMissing, NotOwner, NotSharable) as error:
        visible(catalog, image_id)
        raise not_allowed(policy) from error


def not_allowed(policy: str) -> Refused:
    """The error for a missing policy."""
    return Refused(f"You are not authorized to complete {policy} action.")
