"""The only rules about who may see, change and share an image."""

from chalicelib.catalog.image import Image, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.principal import Principal


def may_see(principal: Principal, image: Image, membership: Membership | None) -> bool:
    """Administrators, everybody if it is public or nobody's, its owner's tenant, and its members."""
    return (
        principal.is_admin
        or image.owner is None
        or image.visibility is Visibility.PUBLIC
        or owns(principal, image)
        or membership is not None
    )


def may_change(principal: Principal, image: Image) -> bool:
    """Administrators and the owner's tenant."""
    return principal.is_admin or owns(principal, image)


def may_share(principal: Principal, image: Image, membership: Membership | None) -> bool:
    """Whoever may change it, and members that were given the right to share."""
    return may_change(principal, image) or (membership is not None and membership.can_share)


def may_leave(principal: Principal, member: str, membership: Membership | None) -> bool:
    """A member itself: nobody asked it whether it wants the image in its lists, so it needs no right to share."""
    return membership is not None and membership.member == principal.tenant == member


def owns(principal: Principal, image: Image) -> bool:
    """Whether the image belongs to the caller's tenant; an image without owner belongs to nobody."""
    return image.owner is not None and image.owner == principal.tenant
