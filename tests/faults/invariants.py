"""Invariants that hold at all times, whatever went wrong, and those that hold after a sweep."""

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.job import FINISHED
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.reference import Kind
from chalicelib.storage import keys, totals
from chalicelib.storage.items import image_of, image_of_row, row_keys
from chalicelib.storage.jobs import UNFINISHED
from chalicelib.storage.spread import has_row, status_of
from chalicelib.storage.tables import MembershipItem
from tests.api import Api
from tests.faults import store

GRACE = 6 * 60
DAY = 25 * 60 * 60
BYTES = (Status.ACTIVE, Status.DEPRECATED, Status.DEACTIVATED)
"""Statuses in which the bytes of an image are at its location."""
HOLDING = (*BYTES, Status.UPLOADING)
"""As above, and the status in which staged bytes are there."""
PRIVATE = (
    *("login_password", "location", "location_version", "retriable", "uninspected"),
    *("member_count", "members_behind", "version"),
)
"""Fields of an image that rows do not have."""
OF_MEMBERS = ("shared/", "rejected/")
"""Prefixes of the scopes that hold images shared with a tenant."""


def images() -> list[Image]:
    """All images, deleted ones included."""
    return [image_of(raw) for raw in store.items("images")]


def broken(api: Api) -> list[str]:
    """The violations of invariants that hold at all times, a sentence each."""
    return [*_rows(), *_totals(), *_claims(), *_below_nothing(), *_members(), *_events(), *_jobs(), *_lost_bytes(api)]


def _rows() -> Iterator[str]:
    """Each image has an up-to-date row in each of its lists, and there are no other rows."""
    rows = {(raw["s"]["S"], raw["k"]["S"]): image_of_row(raw) for raw in store.items("rows")}
    due = {key: _as_listed(image) for image in images() for key in row_keys(image)}
    behind = {image.id for image in images() if image.members_behind}
    rows = {key: row for key, row in rows.items() if not (key[0].startswith(OF_MEMBERS) and row.id in behind)}
    due |= {
        (keys.given(member, status), keys.main_place(image, keys.SHARED)): _as_listed(image)
        for image, shared in _shared()
        for member, status in shared.items()
        if has_row(image, member) and image.id not in behind
    }
    yield from (f"no row {each}" for each in due.keys() - rows.keys())
    yield from (f"a row too many {each}" for each in rows.keys() - due.keys())
    yield from (f"an old row {each}" for each in due.keys() & rows.keys() if rows[each] != due[each])


def _as_listed(image: Image) -> Image:
    now = image.created_at
    blank = Image(id="", status_changed_at=now, created_at=now, updated_at=now)
    return replace(image, **{name: getattr(blank, name) for name in PRIVATE})


def _shared() -> Iterator[tuple[Image, dict[str, MemberStatus]]]:
    """Each image with its members and their answers."""
    members: dict[str, dict[str, MemberStatus]] = {}
    for raw in store.items("memberships"):
        share = MembershipItem.from_raw_data(dict(raw))
        members.setdefault(share.image_id, {})[share.member] = status_of(share)
    yield from ((image, members.get(image.id, {})) for image in images())


def _totals() -> Iterator[str]:
    """Totals are those of the images, unless rows of members are still to be written, which are counted one by one."""
    due = Counter[tuple[str, str]]()
    for image, shared in _shared():
        due.update(totals.parts(image, shared))
    kept = Counter(dict(totals.kept(store.items("claims"))))
    wrong = [key for key in due.keys() | kept.keys() if due[key] != kept[key]]
    if not any(image.members_behind for image in images()):
        yield from (f"{key} is {kept[key]}, not {due[key]}" for key in wrong)


def _claims() -> Iterator[str]:
    """Images and references hold a claim for each of their names, and there are no other claims."""
    names = (raw for raw in store.items("claims") if not totals.is_total(raw))
    raws = [raw for raw in names if raw["claim"]["S"] != keys.COUNTER]
    held = {(raw["claim"]["S"], raw.get("image_id", {}).get("S")) for raw in raws}
    due: set[tuple[str, str | None]] = {(claim, image.id) for image in images() for claim in keys.claims(image)}
    due |= {(keys.key("title", *reference), None) for reference in references()}
    yield from (f"not claimed {each}" for each in due - held)
    yield from (f"claimed by nobody {each}" for each in held - due)


def _below_nothing() -> Iterator[str]:
    """The compute resource of each image exists."""
    there = {(raw["owner_kind"]["S"], raw["number"]["N"]) for raw in store.items("references") if "gone" not in raw}
    for image in images():
        key = keys.key(Kind.COMPUTE_RESOURCE, image.owner or ""), str(image.compute_resource)
        if image.compute_resource is not None and not image.gone and key not in there:
            yield f"the compute resource of {image.id} does not exist"


def references() -> list[tuple[str, str, str]]:
    """The kind, owner and title of each reference."""
    there = [raw for raw in store.items("references") if "gone" not in raw]
    facts = [(raw["owner_kind"]["S"], json.loads(raw["facts"]["S"])) for raw in there]
    return [(*kind.split("/"), str(known.get("title") or known["name"])) for kind, known in facts]


def _members() -> Iterator[str]:
    """Each image has as many memberships as it says; a deleted one may have fewer."""
    found = Counter(raw["image_id"]["S"] for raw in store.items("memberships"))
    for image in images():
        if found[image.id] > image.member_count or (not image.gone and found[image.id] < image.member_count):
            yield f"{image.id} has {found[image.id]} members, not {image.member_count}"


def _events() -> Iterator[str]:
    """Each image has an event of its creation, unless it is being purged, and each event is that of a write."""
    told = {(raw["image_id"]["S"], int(raw["version"]["N"])) for raw in store.items("events")}
    versions = {image.id: image.version for image in images()}
    kept = [image.id for image in images() if image.status is not Status.DELETED]
    yield from (f"{image_id} has no event of its creation" for image_id in kept if (image_id, 1) not in told)
    yield from (f"event without a write: {each}" for each in told if each[1] > versions.get(each[0], 0))


def unfinished() -> dict[str, Mapping[str, Any]]:
    """The facts of all unfinished jobs, by id."""
    raws = [raw for raw in store.items("jobs") if raw["owner"]["S"].startswith("tenant/")]
    facts = {raw["job_id"]["S"]: json.loads(raw["facts"]["S"]) for raw in raws}
    return {job_id: job for job_id, job in facts.items() if job["status"] not in FINISHED}


def uninspected() -> list[Image]:
    """The images whose bytes the worker still has to inspect."""
    return [image for image in images() if image.uninspected and image.status in BYTES]


def _jobs() -> Iterator[str]:
    """The index of unfinished jobs is complete and has no others; each image in a transition has a job."""
    known = {raw["job_id"]["S"] for raw in store.items("jobs") if raw["owner"]["S"] == UNFINISHED}
    due = unfinished()
    yield from (f"nobody knows that a job is not finished: {due[each]}" for each in due.keys() - known)
    yield from (f"a job is said not to be finished: {each}" for each in known - due.keys())
    waited_for = {image_id for job in due.values() for image_id in job["images"]}
    waiting = {image.id for image in images() if image.transition is not None}
    yield from (f"no job will end the transition of {each}" for each in waiting - waited_for)


def _lost_bytes(api: Api) -> Iterator[str]:
    """The bytes of each active image exist."""
    place, there = f"s3://{api.world.blobs.bucket}/", set(store.objects(api.world.blobs.bucket))
    for image in images():
        ours = image.status in HOLDING and (image.location or "").startswith(place)
        if ours and (image.location or "").removeprefix(place) not in there:
            yield f"the bytes of {image.id} are not there"


def orphans(api: Api) -> list[str]:
    """Orphaned data that sweeps leave even after a day."""
    for _ in range(3):
        if not [*left_over(api), *unfinished()]:
            return []
        api.clock.advance(DAY)
        api.world.reaper.sweep()
        api.work()
    return [*left_over(api), *broken(api)]


def left_over(api: Api) -> Iterator[str]:
    """Orphaned data: objects, uploads and jobs that nothing refers to."""
    bucket, found = api.world.blobs.bucket, images()
    needed = {image.location for image in found if image.status in HOLDING}
    yield from (
        f"an object of no image: {key}" for key in store.objects(bucket) if f"s3://{bucket}/{key}" not in needed
    )
    yield from (f"parts of no object: {key}" for key in store.arriving(bucket))
    yield from (f"members left behind: {image.id}" for image in found if image.members_behind)
    yield from (f"an upload without an end: {image.id}" for image in found if image.status is Status.SAVING)
    yield from (f"bytes that nobody has looked at: {image.id}" for image in uninspected())
    members = len(store.items("memberships"))
    if members != sum(image.member_count for image in found if not image.gone):
        yield f"{members} members, some of them of no image"


def settle(api: Api) -> None:
    """Run the worker until nothing is left to do, and the sweep that queues lost messages again."""
    if unfinished():
        api.work()
    if unfinished():
        api.clock.advance(GRACE)
        api.world.reaper.sweep()
        api.work()


def census() -> Counter[Hashable]:
    """Everything stored, except what differs from run to run."""
    members = {image.id: sorted(shared.values()) for image, shared in _shared()}
    kept = [
        (
            *(str(getattr(image, name)) for name in FACTS),
            (image.location or "").partition(":")[0] if image.status in BYTES else "",
            "" if image.gone else str(members[image.id]),
            image.provider_image_id is not None,
        )
        for image in images()
    ]
    tokens = [("token", raw["user"]["S"], raw.get("name", {}).get("S", "")) for raw in store.items("tokens")]
    return Counter([*kept, *(job["action"] for job in unfinished().values()), *references(), *tokens])


FACTS = (
    "owner",
    "name",
    "description",
    "status",
    "transition",
    "visibility",
    "protected",
    "hidden",
    "tags",
    "size",
    "checksum",
    "properties",
    "tenant_aliases",
    "architecture",
    "os_title",
    "compute_resource",
    "login_user",
)
