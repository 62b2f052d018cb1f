"""The only rules about who may see, change and share an image."""

from chalicelib.catalog.image import OPEN, Image, Visibility
from chalicelib.catalog.membership import Membership
from chalicelib.catalog.principal import Principal


def may_see(principal: Principal, image: Image, membership: Membership | None) -> bool:
    """Whether an image is open, the principal's own, or shared with it; administrators see all images.

    Everybody sees images without an owner, except in dialects that hide them (`finds_ownerless`).
    """
    return (
        principal.is_admin
        or (image.owner is None and principal.finds_ownerless)
        or image.visibility in OPEN
        or owns(principal, image)
        or (membership is not None and is_shared(image))
    )


def may_change(principal: Principal, image: Image) -> bool:
    """Whether the principal is an administrator or acts for the owner's tenant."""
    return principal.is_admin or owns(principal, image)


def may_share(principal: Principal, image: Image, membership: Membership | None) -> bool:
    """Whether the image can be shared, and the principal may change it or is a member with `can_share`."""
    return is_shared(image) and (may_change(principal, image) or (membership is not None and membership.can_share))


def may_leave(principal: Principal, member: str, membership: Membership | None) -> bool:
    """Whether the principal ends its own membership. It never asked to have the image listed, so it always may."""
    return membership is not None and membership.member == principal.tenant == member


def owns(principal: Principal, image: Image) -> bool:
    """Whether the image belongs to the caller's tenant; an image without owner belongs to nobody."""
    return image.owner is not None and image.owner == principal.tenant


def is_shared(image: Image) -> bool:
    """Whether the image's memberships count. A public image keeps them for when it is no longer public."""
    return image.visibility in (Visibility.SHARED, Visibility.PUBLIC)
