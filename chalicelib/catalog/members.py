"""Use cases of sharing: who an image is shared with, decided for one caller."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from chalicelib.catalog import lengths
from chalicelib.catalog.access import is_shared, may_change, may_leave, may_share, owns
from chalicelib.catalog.errors import (
    MemberQuotaExceeded,
    MembershipNotFound,
    NotSharable,
)
from chalicelib.catalog.image import Image
from chalicelib.catalog.lookup import Lookup, retry
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.ports import Clock, Found, ImageRepository, MembershipRepository
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.rules import Limits


class Members:
    """The memberships of images that the caller may see or change.

    Administrators, the owner and members with `can_share` may share an image; such members see and change no
    existing membership but their own. Any member may remove its own. Everybody else gets NotSharable.
    """

    def __init__(
        self,
        lookup: Lookup,
        images: ImageRepository,
        memberships: MembershipRepository,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._lookup = lookup
        self._images = images
        self._memberships = memberships
        self._clock = clock
        self._limits = limits

    def of_image(self, image_id: str) -> list[Membership]:
        """The memberships in order of creation: all for those who may change the image, else the caller's own."""
        self._lookup.require(Policy.READ_IMAGES)
        image = self._lookup.find(image_id).image
        return [row for row in self._memberships.of_image(image_id) if self._concerns(image, row.member)]

    def of_member(self, member: str) -> list[Membership]:
        """The memberships of a tenant, for itself and administrators; others see those of their own images only."""
        principal = self._lookup.principal
        everything = principal.is_admin or principal.tenant == member
        rows = self._memberships.of_member(member)
        images = {image.id: image for image in self._images.many([row.image_id for row in rows])}
        live = [row for row in rows if row.image_id in images and _is_seen_by_members(images[row.image_id])]
        return [row for row in live if everything or owns(principal, images[row.image_id])]

    def add(self, image_id: str, member: str, *, can_share: bool | None) -> None:
        """Share with a tenant; with None, an existing member keeps its `can_share`.

        Raises NotSharable, MemberQuotaExceeded (even if the tenant is a member already, or if too many images are
        shared with it), EditConflict.
        """
        _check_names([member])

        def once() -> None:
            found = self._sharable(image_id, member)
            self._check_quota(found.image.member_count + 1)
            self._check_row(found, member)
            self._put(found.image, member, found.memberships.get(member), can_share=can_share)

        retry(image_id, once)

    def _put(self, image: Image, member: str, existing: Membership | None, *, can_share: bool | None) -> None:
        if existing is None:
            new = Membership(image.id, member, bool(can_share), self._clock.now())
            self._memberships.change(image, [new], [])
        elif can_share is not None and can_share != existing.can_share:
            changed = existing._replace(can_share=can_share)
            self._memberships.change(image, [], [], [(existing, changed)])

    def replace(self, image_id: str, read: Callable[[], Sequence[tuple[str, bool | None]]]) -> None:
        """Share with exactly the tenants that `read` returns, in this order; the last entry of a tenant wins.

        `read` is called after the check that the caller may share. A member who may share can add and update
        members, but remove only itself. Raises as `add`.
        """

        def once() -> None:
            found = self._sharable(image_id)
            entries = read()
            self._check_quota(len(entries))
            wanted = dict(entries)
            _check_names(wanted)
            existing = {row.member: row for row in self._memberships.of_image(image_id)}
            new, changed = self._merged(image_id, existing, wanted)
            removable = [row for row in existing.values() if self._concerns(found.image, row.member)]
            remove = [row for row in removable if row.member not in wanted]
            self._memberships.change(found.image, new, remove, changed)

        retry(image_id, once)

    def _merged(
        self, image_id: str, existing: Mapping[str, Membership], entries: Mapping[str, bool | None]
    ) -> tuple[list[Membership], list[tuple[Membership, Membership]]]:
        """The memberships that are new, and those that change."""
        now = self._clock.now()
        new, changed = [], []
        for place, (member, can_share) in enumerate(entries.items()):
            old = existing.get(member)
            if old is None:
                since = now + timedelta(microseconds=place)
                new.append(Membership(image_id, member, bool(can_share), since))
            elif can_share is not None and can_share != old.can_share:
                changed.append((old, old._replace(can_share=can_share)))
        return new, changed

    def remove(self, image_id: str, member: str) -> None:
        """Stop sharing with a tenant; any member may do so for itself.

        This needs the policy for sharing, so that a read-only token changes nothing, not even its own lists.
        Raises PolicyMissing, NotSharable, MembershipNotFound, EditConflict.
        """

        def once() -> None:
            found = self._changeable(image_id, member)
            if not may_leave(self._lookup.principal, member, self._own(found)):
                self._check_sharer(found)
            self._check_row(found, member)
            if member not in found.memberships:
                raise MembershipNotFound(image_id, member)
            self._memberships.change(found.image, [], [found.memberships[member]])

        retry(image_id, once)

    def _sharable(self, image_id: str, *members: str) -> Found:
        found = self._changeable(image_id, *members)
        self._check_sharer(found)
        return found

    def _changeable(self, image_id: str, *members: str) -> Found:
        self._lookup.require(Policy.CREATE_IMAGE)
        return self._lookup.find(image_id, *members)

    def _check_sharer(self, found: Found) -> None:
        if not may_share(self._lookup.principal, found.image, self._own(found)):
            raise NotSharable(found.image.id)

    def _own(self, found: Found) -> Membership | None:
        return found.memberships.get(self._lookup.principal.tenant or "")

    def _check_quota(self, attempted: int) -> None:
        if 0 <= self._limits.member_quota < attempted:
            raise MemberQuotaExceeded("members", attempted, self._limits.member_quota)

    def _check_row(self, found: Found, member: str) -> None:
        """Raise MembershipNotFound for an existing membership that the caller may not change."""
        if member in found.memberships and not self._concerns(found.image, member):
            raise MembershipNotFound(found.image.id, member)

    def _concerns(self, image: Image, member: str) -> bool:
        principal = self._lookup.principal
        return may_change(principal, image) or principal.tenant == member


def _is_seen_by_members(image: Image) -> bool:
    """Whether the image's members can use it."""
    return is_shared(image) and not image.gone


def _check_names(members: Iterable[str]) -> None:
    for member in members:
        lengths.check_tenant("member", member)
