"""The catalogue as one caller uses it: one method per use case."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from chalicelib.catalog import lengths, rules
from chalicelib.catalog.content import Content
from chalicelib.catalog.copies import Copies
from chalicelib.catalog.dispatch import dispatch
from chalicelib.catalog.errors import (
    ClaimTaken,
    DeletePending,
    DeleteRefused,
    FieldFrozen,
    FormatMissing,
    IdTaken,
    ImageNotFound,
    ImageProtected,
    Invalid,
    NotQueued,
    SizeConflict,
    StaleImage,
    StorageQuotaExceeded,
    StoreError,
    StoreRefused,
    WrongStatus,
)
from chalicelib.catalog.history import History
from chalicelib.catalog.image import (
    MOVES,
    Changes,
    Image,
    Name,
    NewImage,
    Status,
    TenantAlias,
    Visibility,
    changed,
    is_uuid,
)
from chalicelib.catalog.imports import Imports
from chalicelib.catalog.invitations import Invitations
from chalicelib.catalog.jobs import Jobs
from chalicelib.catalog.lookup import NOBODY, Lookup, retry
from chalicelib.catalog.members import Members
from chalicelib.catalog.outages import TABLES_FAILED
from chalicelib.catalog.ports import Ports
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.query import ImageQuery, Scope
from chalicelib.catalog.reference import Reference
from chalicelib.catalog.references import References
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.shelving import Shelving
from chalicelib.catalog.tokens import Tokens
from chalicelib.catalog.uploads import Uploads
from chalicelib.catalog.usage import Usages

_log = logging.getLogger(__name__)

MEASURED = ("size", "checksum")
"""Fields that the server measures. Only administrators may change them, and only once they are verified."""


def _anything(_image: Image) -> None:
    """Raises nothing."""


Refers = Callable[[Image], Sequence[Reference]]
"""The references of an image that must exist when it is stored."""


def _nothing(_image: Image) -> Sequence[Reference]:
    return ()


class Catalog:
    """All use cases, opened for one principal, so that no handler can act for another.

    `members` and `invitations` share images; `content`, `uploads` and `imports` move their bytes; `references` are
    what they refer to; `jobs` take longer than a request; `history` has events, `usage` the consumption of tenants,
    `tokens` the credentials of callers.
    """

    def __init__(self, principal: Principal, ports: Ports, limits: Limits) -> None:
        self.principal = principal
        self.limits = limits
        self._images = ports.images
        self._memberships = ports.memberships
        self._blobs = ports.blobs
        self._clock = ports.clock
        self._lookup = Lookup(principal, ports.images)
        self.members = Members(self._lookup, ports.images, ports.memberships, ports.clock, limits)
        self.invitations = Invitations(self._lookup, ports.memberships, ports.clock, limits)
        self.references = References(self._lookup, ports.images, ports.references, ports.clock)
        self.history = History(self._lookup, ports.chronicle)
        self.usage = Usages(self._lookup, ports.images, limits)
        self.tokens = Tokens(principal, ports.tokens, ports.clock, limits)
        self.jobs = Jobs(self._lookup, ports)
        self.content = Content(ports, limits)
        self.uploads = Uploads(self._lookup, ports, self.content, limits)
        self._copies = Copies(ports, self.content, principal)
        self.imports = Imports(self._lookup, ports, self.content, self._copies)
        self._shelving = Shelving(self._lookup, ports)
        self._queue = ports.queue

    def now(self) -> datetime:
        """The current time."""
        return self._clock.now()

    @property
    def touched(self) -> tuple[str, ...]:
        """The ids of the images that this caller was shown one by one, changed or made."""
        return self._lookup.touched

    def ping(self) -> None:
        """Check that the tables answer. Raises TablesUnavailable."""
        self._images.get(NOBODY)

    def require(self, policy: Policy) -> None:
        """Raise PolicyMissing unless the caller holds the policy; for dialects that check it before all else."""
        self._lookup.require(policy)

    def image(self, image_id: str | Name, *, gone: bool = False) -> Image:
        """One image; deleted ones too if `gone`. Raises ImageNotFound, ImageHidden, ImageGone, PolicyMissing."""
        self._lookup.require(Policy.READ_IMAGES)
        return self._lookup.find(image_id, gone=gone).image

    def images(self, query: ImageQuery) -> Iterator[Image]:
        """The images of a listing, in order, read no further than they are consumed.

        Raises PolicyMissing (everything is listed for administrators only), ScanTooLarge.
        """
        self._check_listing(query)
        return self._images.images(self.principal, query)

    def count(self, query: ImageQuery) -> int:
        """How many images a listing has, ignoring `after`. Raises as `images`."""
        self._check_listing(query)
        return self._images.count(self.principal, query)

    def _check_listing(self, query: ImageQuery) -> None:
        self._lookup.require(Policy.READ_IMAGES)
        if query.scope is Scope.EVERYTHING:
            self._lookup.require(Policy.ADMIN)

    def register(self, new: NewImage, source: str | None = None, refers: Refers = _nothing) -> Image:
        """Add an image, owned by the caller's tenant unless an administrator says otherwise.

        With a `location` it is active at once; from a `source` the worker copies its bytes. Its `refers` must exist
        when it is stored. Raises PolicyMissing, Invalid, QuotaExceeded, SourceNotFound, SizeConflict, IdTaken,
        ClaimTaken, ReferenceGone, StoreUnavailable.
        """
        self._lookup.require(Policy.CREATE_IMAGE)
        self._check_publicity(new.fields.get("visibility"))
        now = self._clock.now()
        blank = Image(
            id=new.id or str(uuid4()),
            aliases={**new.aliases},
            tenant_aliases={**new.tenant_aliases},
            owner=self.principal.tenant,
            status_changed_at=now,
            created_at=now,
            updated_at=now,
        )
        fields = self._normalized(new.fields)
        image = changed(blank, fields)
        rules.check(image, fields, self.limits)
        self._check_aliases(new)
        try:
            image = self._placed(image, fields)
        except FormatMissing:
            self._check_free(new.id)
            raise
        image, job = (image, None) if source is None else self._copies.order(image, source)
        added = self._images.add(replace(image, number=self._images.number()), job, refers(image))
        self._lookup.touch(added)
        if job is not None:
            dispatch(self._queue, job)
        return added

    def _check_free(self, image_id: str | None) -> None:
        """Raise IdTaken, which goes before a missing format."""
        if image_id is not None and self._images.get(image_id) is not None:
            raise IdTaken(image_id)

    def _check_aliases(self, new: NewImage) -> None:
        """Refuse aliases that are too long, or that are the id of another image of the tenant without an alias."""
        for alias in (*new.aliases.values(), *new.tenant_aliases.values()):
            lengths.check("id", alias, lengths.TEXT)
        for namespace, alias in new.tenant_aliases.items():
            if is_uuid(alias):
                with suppress(ImageNotFound):
                    self._lookup.find(TenantAlias(namespace, alias))
                    raise ClaimTaken([alias])

    def _normalized(self, changes: Changes) -> Changes:
        """The changes without `owner`, which only administrators may set."""
        if "owner" in changes and not self.principal.is_admin:
            changes = changes.copy()
            del changes["owner"]
        return changes

    def update(
        self,
        image_id: str | Name,
        change: Callable[[Image], Changes],
        *,
        gone: bool = False,
        source: str | None = None,
        refers: Refers = _nothing,
    ) -> Image:
        """Apply the changes that `change` makes from the image's present state; without any, nothing is written.

        `change` is called again after a conflict. Only a queued image can get a `location`, the status `saving`, or a
        `source`, from which the worker copies the bytes. New references in `refers` must exist. Raises as `image` and
        `register`, and NotOwner, FieldFrozen, NotQueued, EditConflict.
        """
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Image:
            old = self._lookup.find(image_id, gone=gone).image
            self._lookup.check_owner(old, image_id)
            changes = self._normalized(change(old))
            if source is None and not changes:
                return old
            new, job = self._changed(old, changes, image_id), None
            if source is not None:
                new, job = self._copies.order(new, source)
            saved = self._images.save(old, new, job, [each for each in refers(new) if not each.is_of(old)])
            if job is not None:
                dispatch(self._queue, job)
            return saved

        return retry(str(image_id), once)

    def _changed(self, old: Image, changes: Changes, name: str | Name) -> Image:
        self._check_moves(old, changes, name)
        if old.visibility is not Visibility.PUBLIC:
            self._check_publicity(changes.get("visibility"))
        now = self._clock.now()
        new = replace(changed(old, changes), updated_at=now)
        rules.check(new, changes, self.limits, old)
        new = self._placed(new, changes)
        return new if new.status is old.status else replace(new, status_changed_at=now)

    def _check_moves(self, old: Image, changes: Changes, name: str | Name) -> None:
        if old.inspection is not None and changes.get("virtual_size", old.virtual_size) != old.virtual_size:
            raise FieldFrozen("virtual_size", old.status)
        measured = old.status not in (Status.QUEUED, Status.SAVING)
        if measured and (old.status is Status.UPLOADING or not self.principal.is_admin):
            for field in MEASURED:
                if field in changes and changes[field] != getattr(old, field):  # type: ignore[literal-required]  # both are keys
                    raise FieldFrozen(field, old.status)
        if old.transition is not None and changes.get("owner", old.owner) != old.owner:
            raise FieldFrozen("owner", old.status)  # a job acts for the owner that it was ordered by
        if "location" in changes and not old.waits:
            raise Invalid("location", "the image is not in queued status")
        target = changes.get("status")
        if target is Status.SAVING and not old.waits:
            raise NotQueued(str(name), old.status)
        if target is not None and target not in MOVES[old.status]:
            raise FieldFrozen("status", old.status)

    def _placed(self, image: Image, changes: Changes) -> Image:
        """The image, made active if the changes set its location; with bytes it needs formats."""
        location = changes.get("location")
        if location is None and "location" not in changes:
            if changes.get("status") is Status.SAVING:
                rules.check_complete(image)
                return replace(image, inspecting=self.principal.inspecting)
            return image
        found = self.content.locate(location or "")
        rules.check_complete(image)
        declared = changes.get("size")
        if declared is not None and found.size is not None and declared != found.size:
            raise SizeConflict(declared, found.size)
        size = found.size if declared is None else declared
        return replace(image, status=Status.ACTIVE, size=size, location_version=found.version)

    def _check_publicity(self, visibility: Visibility | None) -> None:
        if visibility is Visibility.PUBLIC:
            self._lookup.require(Policy.PUBLICIZE_IMAGE)

    def delete(
        self, image_id: str | Name, *, gone: bool = False, check: Callable[[Image], object] = _anything
    ) -> Image:
        """Delete an image and its bytes, and return it as it was. If deletion is delayed, an image with bytes waits.

        `check` may refuse the image. Raises as `image`, and ImageProtected, DeletePending, NotOwner,
        DeleteRefused, EditConflict.
        """
        self._lookup.require(Policy.DELETE_IMAGE)

        def once() -> tuple[Image, Image]:
            old = self._lookup.find(image_id, gone=gone).image
            check(old)
            self._check_deletable(old, image_id)
            return old, self._images.save(old, self._deleted(old))

        old, tombstone = retry(str(image_id), once)
        self._clean_up(old, tombstone, image_id)
        return old

    def restore(self, image_id: str | Name) -> Image:
        """Make an image active again that waits for its deletion, and return it. Needs the policy for deleting.

        Raises PolicyMissing, ImageNotFound, ImageHidden, NotOwner, WrongStatus, ClaimTaken, EditConflict.
        """
        self._lookup.require(Policy.DELETE_IMAGE)

        def once() -> Image:
            old = self._lookup.find(image_id, gone=True).image
            if old.status is Status.DELETED:
                raise ImageNotFound(str(image_id))
            self._lookup.check_owner(old, image_id)
            if old.status is not Status.PENDING_DELETE or old.transition is not None:
                raise WrongStatus(f"Image {image_id}", old.transition or old.status)
            now = self._clock.now()
            active = replace(old, status=Status.ACTIVE, status_changed_at=now, updated_at=now, deleted_at=None)
            return self._images.save(old, active)

        return retry(str(image_id), once)

    def deactivate(self, image_id: str | Name) -> Image:
        """Withhold the bytes of an active or deprecated image. Raises as `Shelving.move`."""
        return self._shelving.move(image_id, Status.DEACTIVATED)

    def reactivate(self, image_id: str | Name) -> Image:
        """Make a deactivated or deprecated image active again. Raises as `Shelving.move`."""
        return self._shelving.move(image_id, Status.ACTIVE)

    def deprecate(self, image_id: str | Name) -> Image:
        """Deprecate an active image. Raises as `Shelving.move`."""
        return self._shelving.move(image_id, Status.DEPRECATED)

    def allow(self, image_id: str | Name) -> Image:
        """Accept an image whatever its inspection finds. Raises as `Shelving.allow`."""
        return self._shelving.allow(image_id)

    def _check_deletable(self, image: Image, name: str | Name) -> None:
        if image.protected:
            raise ImageProtected(str(name))
        if image.status is Status.PENDING_DELETE:
            raise DeletePending(str(name))
        if image.status is Status.DELETED:
            raise ImageNotFound(str(name))
        self._lookup.check_owner(image, name)

    def _deleted(self, image: Image) -> Image:
        now = self._clock.now()
        dead = replace(image, updated_at=now, deleted_at=now, status_changed_at=now)
        waits = self.limits.delayed_delete and image.location is not None
        if waits and Status.PENDING_DELETE in MOVES[image.status]:
            return replace(dead, status=Status.PENDING_DELETE)
        place = self._blobs.place(image.id) if image.status is Status.SAVING else image.location
        gone = replace(dead, status=Status.DELETED, location=place, transition=None)
        return replace(gone, properties={}, login_password=None)

    def _clean_up(self, old: Image, tombstone: Image, name: str | Name) -> None:
        """Remove what the tombstone does not need; bytes left behind are removed later, by the location it keeps."""
        if tombstone.status is not Status.DELETED:
            return
        if old.location is not None:
            try:
                self._blobs.delete(old.location)
            except StoreError as error:
                self._undo(old, tombstone, error, name)
        if old.member_count:
            try:
                self._memberships.clear(old.id)
            except TABLES_FAILED:
                _log.warning("members left behind", extra={"image_id": old.id}, exc_info=True)

    def _undo(self, old: Image, tombstone: Image, error: StoreError, name: str | Name) -> None:
        """Restore an image whose bytes the store refuses to delete; if the store merely failed, it stays deleted."""
        if isinstance(error, StoreRefused):
            try:
                self._images.save(tombstone, old)
            except (ClaimTaken, StaleImage, StorageQuotaExceeded):
                # One of its names, or its quota, has been taken meanwhile, so it stays deleted.
                _log.warning("deletion not undone", extra={"image_id": old.id}, exc_info=True)
            else:
                raise DeleteRefused(str(name)) from error
        _log.warning("bytes left behind", extra={"image_id": old.id}, exc_info=error)
