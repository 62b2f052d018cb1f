"""Lists of images and of jobs (wire §9.2 and §9.5)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice

from chalicelib.catalog.errors import ImageNotFound
from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Scope
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.qingcloud import schema
from chalicelib.dialects.qingcloud.parameters import Filters
from chalicelib.dialects.qingcloud.schema import Viewer
from chalicelib.http.errors import BadMessage

STATUSES = tuple(dict.fromkeys(schema.STATUSES.values()))
BEGINNING = datetime.min.replace(tzinfo=UTC)
Test = Callable[[Image], bool]


def page_of(catalog: Catalog, zone: str, filters: Filters, viewer: Viewer) -> tuple[list[Image], int]:
    """The images of a page, and the number of matches. Raises as `_chosen`."""
    page = filters.page()
    statuses, wanted = _closed("status", filters.many("status"), STATUSES), filters.many("images")
    tests = _tests(filters, viewer)
    if statuses or wanted or tests:
        chosen = _chosen(catalog, zone, statuses, wanted, tests, viewer)
        return chosen[page], len(chosen)
    return _window(catalog, ImageQuery(Scope.VISIBLE, _live_in(zone), expected=page.stop + 1), page)


def _live_in(zone: str) -> tuple[Condition, ...]:
    """Conditions: the image is in the zone, or in every zone, and not killed."""
    return _in(zone), Condition("status", Operator.UNEQUAL, Status.KILLED)


def _in(zone: str) -> Condition:
    return Condition("zone", Operator.IN, (None, zone))


def _window(catalog: Catalog, query: ImageQuery, page: slice) -> tuple[list[Image], int]:
    """A page that is read by itself, and the stored total."""
    if page.start and page.start >= (total := catalog.count(query)):
        return [], total
    images = list(islice(_shown_order(catalog.images(query)), page.start, page.stop))
    if len(images) < page.stop - page.start:
        return images, page.start + len(images)
    return images, max(catalog.count(query), page.stop)


def _shown_order(images: Iterable[Image]) -> Iterator[Image]:
    """Sort a stream by creation in whole seconds, then by id."""
    for _, group in groupby(images, key=lambda image: image.created_at.replace(microsecond=0)):
        yield from sorted(group, key=schema.shown_id)


def _chosen(
    catalog: Catalog,
    zone: str,
    statuses: Collection[str],
    wanted: Sequence[str],
    tests: Sequence[Test],
    viewer: Viewer,
) -> list[Image]:
    """All images that match, in order. Raises BadMessage; ImageNotFound for an id that is not visible in the zone."""
    everything = bool(statuses or wanted)
    query = ImageQuery(
        Scope.VISIBLE,
        (_in(zone),) if everything else _live_in(zone),
        Order(SortKey.UPDATED) if everything else Order(),
        changed_since=BEGINNING if everything else None,
        expected=None,
    )
    found = {schema.shown_id(image): image for image in catalog.images(query)}
    for image_id in wanted:
        if image_id not in found:
            raise ImageNotFound(image_id)
    chosen = [found[image_id] for image_id in wanted] if wanted else list(found.values())
    if statuses:
        chosen = [image for image in chosen if schema.shown_status(image, viewer.now) in statuses]
    chosen = [image for image in chosen if all(test(image) for test in tests)]
    return list(_shown_order(sorted(chosen, key=lambda image: image.created_at, reverse=True)))


def _tests(filters: Filters, viewer: Viewer) -> list[Test]:
    """The predicates of the given single-valued filters."""
    processor = filters.one("processor_type", tuple(schema.PROCESSORS.values()))
    family = filters.one("os_family")
    visibility = filters.one("visibility", ("public", "private"))
    provider = filters.one("provider", ("system", "self", "shared"))
    word = (filters.one("search_word") or "").strip().lower()
    given: list[tuple[object, Test]] = [
        (processor, lambda image: schema.shown_processor(image) == processor),
        (family, lambda image: (image.os_family or "").lower() == (family or "").lower()),
        (visibility, lambda image: schema.shown_visibility(image) == visibility),
        (provider, lambda image: schema.shown_provider(image, viewer) == provider),
        (word, lambda image: word in schema.shown_id(image).lower() or word in (image.name or "").lower()),
    ]
    return [test for value, test in given if value]


def jobs_of(catalog: Catalog, filters: Filters) -> list[Job]:
    """All matching jobs, newest first; unknown ids are ignored. Raises BadMessage."""
    statuses = _closed("status", filters.many("status"), tuple(JobStatus))
    wanted = frozenset(filters.many("jobs"))
    return [
        job
        for job in catalog.jobs.all()
        if (not wanted or job.id in wanted) and (not statuses or job.status in statuses)
    ]


def _closed(name: str, values: tuple[str, ...], choices: tuple[str, ...]) -> tuple[str, ...]:
    if any(value not in choices for value in values):
        raise BadMessage(name, f"parameter [{name}] should be one of [{', '.join(choices)}]")
    return values
