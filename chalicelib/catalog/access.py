"""The only rules about who may see, change and share an image."""

from chalicelib.catalog.image import OPEN, Image, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.principal import Principal


def may_see(principal: Principal, image: Image, membership: Membership | None) -> bool:
    """Administrators, everybody if it is open, or nobody's and found, its owner's tenant, members if it is shared."""
    return (
        principal.is_admin
        or (image.owner is None and principal.finds_ownerless)
        or image.visibility in OPEN
        or owns(principal, image)
        or (membership is not None and is_shared(image))
    )


def may_change(principal: Principal, image: Image) -> bool:
    """Administrators and the owner's tenant."""
    return principal.is_admin or owns(principal, image)


def may_share(principal: Principal, image: Image, membership: Membership | None) -> bool:
    """Whoever may change it, and members that were given the right to share; nobody what cannot be shared."""
    return is_shared(image) and (may_change(principal, image) or (membership is not None and membership.can_share))


def may_leave(principal: Principal, member: str, membership: Membership | None) -> bool:
    """A member itself: nobody asked it whether it wants the image in its lists, so it needs no right to share."""
    return membership is not None and membership.member == principal.tenant == member


def owns(principal: Principal, image: Image) -> bool:
    """Whether the image belongs to the caller's tenant; an image without owner belongs to nobody."""
    return image.owner is not None and image.owner == principal.tenant


def is_shared(image: Image) -> bool:
    """Whether memberships of the image count. Of a public one they say who keeps it should it be withdrawn."""
    return image.visibility in (Visibility.SHARED, Visibility.PUBLIC)
