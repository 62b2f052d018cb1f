"""Sharing by invitation: the member accepts or rejects the image."""

from chalicelib.catalog import lengths
from chalicelib.catalog.access import may_change
from chalicelib.catalog.errors import Conflict, Forbidden, MemberQuotaExceeded, MembershipNotFound, NotSharable
from chalicelib.catalog.image import Image, Visibility
from chalicelib.catalog.lookup import Lookup, retry
from chalicelib.catalog.membership import Membership, MemberStatus
from chalicelib.catalog.ports import Clock, Found, MembershipRepository
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.rules import Limits


class NotShared(Forbidden):
    """The image's visibility is not `shared`, so it has no members."""

    def __init__(self) -> None:
        super().__init__("Only shared images have members.")


class NotAnswerable(Forbidden):
    """An image cannot be accepted or rejected for another tenant."""

    def __init__(self, image_id: str, member: str) -> None:
        super().__init__(f"Only {member} can accept or reject image {image_id}")


class MemberExists(Conflict):
    """The image is shared with this tenant already."""

    def __init__(self, image_id: str, member: str) -> None:
        super().__init__(f"The target member {member} is duplicated for image {image_id}.")


class Invitations:
    """The memberships of shared images. Owners invite and remove members; members see and answer their own invitation.

    All methods but `one` raise NotShared if the image is not `shared`, whatever memberships it has kept.
    """

    def __init__(self, lookup: Lookup, memberships: MembershipRepository, clock: Clock, limits: Limits) -> None:
        self._lookup = lookup
        self._memberships = memberships
        self._clock = clock
        self._limits = limits

    def of_image(self, image_id: str) -> list[Membership]:
        """In order of creation: all memberships for those who may change the image, else the caller's own."""
        self._lookup.require(Policy.READ_IMAGES)
        found = self._lookup.find(image_id)
        _check_shared(found.image)
        if may_change(self._lookup.principal, found.image):
            return self._memberships.of_image(found.image.id)
        return [*found.memberships.values()]

    def one(self, image_id: str, member: str) -> Membership:
        """The membership of one tenant. Raises MembershipNotFound, also if it is another's or without effect."""
        self._lookup.require(Policy.READ_IMAGES)
        found = self._lookup.find(image_id, member)
        if found.image.visibility is not Visibility.SHARED:
            raise MembershipNotFound(image_id, member)
        return self._known(found, member)

    def add(self, image_id: str, member: str) -> Membership:
        """Invite a tenant. Raises NotSharable, MemberExists, MemberQuotaExceeded, EditConflict."""
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Membership:
            found = self._lookup.find(image_id, member)
            _check_shared(found.image)
            self._check_owner(found.image)
            lengths.check_tenant("member", member)
            if member in found.memberships:
                raise MemberExists(image_id, member)
            attempted = found.image.member_count + 1
            if 0 <= self._limits.member_quota < attempted:
                raise MemberQuotaExceeded("members", attempted, self._limits.member_quota)
            new = Membership(found.image.id, member, can_share=False, created_at=self._clock.now())
            self._memberships.change(found.image, [new], [])
            return new

        return retry(image_id, once)

    def answer(self, image_id: str, member: str, status: MemberStatus) -> Membership:
        """Set the caller's answer to its invitation. Raises NotAnswerable, MembershipNotFound."""
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> Membership:
            principal = self._lookup.principal
            found = self._lookup.find(image_id, member)
            _check_shared(found.image)
            if not principal.is_admin and principal.tenant != member and may_change(principal, found.image):
                raise NotAnswerable(image_id, member)
            old = self._known(found, member)
            new = old._replace(status=status, updated_at=self._clock.now())
            if status is not old.status:
                self._memberships.change(found.image, [], [], [(old, new)])
            return new

        return retry(image_id, once)

    def remove(self, image_id: str, member: str) -> None:
        """Stop sharing with a tenant. Raises NotSharable, MembershipNotFound, EditConflict."""
        self._lookup.require(Policy.CREATE_IMAGE)

        def once() -> None:
            found = self._lookup.find(image_id, member)
            _check_shared(found.image)
            old = self._known(found, member)
            self._check_owner(found.image)
            self._memberships.change(found.image, [], [old])

        retry(image_id, once)

    def _known(self, found: Found, member: str) -> Membership:
        principal = self._lookup.principal
        concerns = may_change(principal, found.image) or principal.tenant == member
        if member not in found.memberships or not concerns:
            raise MembershipNotFound(found.image.id, member)
        return found.memberships[member]

    def _check_owner(self, image: Image) -> None:
        if not may_change(self._lookup.principal, image):
            raise NotSharable(image.id)


def _check_shared(image: Image) -> None:
    if image.visibility is not Visibility.SHARED:
        raise NotShared
