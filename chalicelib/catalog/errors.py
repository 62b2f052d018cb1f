"""Everything the catalogue refuses. An error carries facts, never a status code or a dialect's word.

CatalogError
├── NotFound
│   ├── ImageNotFound
│   │   ├── ImageHidden             it exists, but not for this caller
│   │   └── ImageGone               it was deleted, and the caller may know
│   ├── MembershipNotFound, JobNotFound, UploadNotFound, ZoneUnknown, InstanceNotFound, TokenNotFound, TokenEnded
│   └── SourceNotFound              the bytes of a location do not exist
├── Forbidden
│   ├── PolicyMissing, TenantMissing, DeleteRefused, ImageProtected, ImageDeactivated, DeletePending, FieldFrozen
│   ├── NotOwner                    the caller sees the image, but may not change it
│   │   └── NotOwnerOfPublic, Ownerless   the latter in `lookup`
│   └── NotSharable, NotShared, NotAnswerable   may not share it, or it has no members; two in `invitations`
├── Invalid
│   ├── UnknownFormat, FormatMissing, ImageTooLarge
│   ├── SourceRefused               a location that is not allowed
│   ├── UnverifiedBytes             size or checksum are not what was declared
│   ├── UnfitBytes                  the format is not what was declared, or is unsafe
│   └── ScanTooLarge                the order asks to read more images than MAX_SCAN
├── Conflict
│   ├── IdTaken, ClaimTaken, TitleTaken, SizeConflict, ReferenceInUse, ReferenceGone, MemberExists
│   ├── NotQueued                   bytes for an image that does not wait for any
│   ├── WrongStatus                 the image, or the machine, is not in a state for this
│   └── EditConflict                others were faster too many times
├── QuotaExceeded
│   └── PropertyQuotaExceeded, MemberQuotaExceeded, StorageQuotaExceeded
├── DeletedMeanwhile                the image went while its bytes came
├── ContentMissing                  no bytes to read in this status, or none where they should be
├── CloudError
│   └── CaptureRefused              in `outages`: the cloud makes no image of this machine
│       └── MachineBusy             not now, at least
├── TablesRefused                   in `outages`: the tables refuse the registry
├── StoreError
│   └── StoreDisabled, StoreRefused
└── Unavailable                     nobody answers
    ├── CloudUnavailable, IdentitiesUnavailable   the first a CloudError too, the other in `outages`
    └── StoreUnavailable            a StoreError too
        ├── Unreadable              in `outages`: another release of the registry wrote it
        └── TablesUnavailable       in `outages`
            └── OutcomeUnknown      nobody says whether it was written
StaleImage, StaleJob                raised by storage to the catalogue only: read again
"""

from collections.abc import Sequence

from chalicelib.catalog.image import Status
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.principal import Policy


class CatalogError(Exception):
    """A refusal by the catalogue; its text is plain English that a dialect may use or replace."""

    outage: Outage | None = None


class NotFound(CatalogError):
    """Something that was asked for by its id is not there."""


class ImageNotFound(NotFound):
    """No image has this id."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} not found")
        self.image_id = image_id


class ImageHidden(ImageNotFound):
    """The image exists, but the caller may not see it; words are those of its absence."""


class ImageGone(ImageNotFound):
    """The image was deleted, and this caller may know that it existed."""

    def __init__(self, image_id: str) -> None:
        super().__init__(image_id)
        self.args = (f"Image {image_id} not found: it has been deleted",)


class MembershipNotFound(NotFound):
    """The image is not shared with this member, or the caller may not touch that membership."""

    def __init__(self, image_id: str, member: str) -> None:
        super().__init__(f"Membership could not be found for {member} in image {image_id}")
        self.image_id, self.member = image_id, member


class JobNotFound(NotFound):
    """The tenant has no such job."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} not found")


class UploadNotFound(NotFound):
    """The image has no such upload, or it is over."""

    def __init__(self, upload_id: str) -> None:
        super().__init__(f"Upload {upload_id} not found")


class ZoneUnknown(NotFound):
    """No such zone is configured."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"Zone {zone} not found")


class InstanceNotFound(NotFound):
    """The tenant has no such machine in this zone."""

    def __init__(self, instance_id: str) -> None:
        super().__init__(f"Instance {instance_id} not found")


class SourceNotFound(NotFound):
    """Nothing can be read at this location."""

    def __init__(self, url: str) -> None:
        super().__init__("Invalid location: nothing was found there")
        self.url = url


class Forbidden(CatalogError):
    """The caller is known and sees the image, but may not do this."""


class PolicyMissing(Forbidden):
    """The caller's token does not grant the policy."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(f"This needs the policy {policy}")
        self.policy = policy


class TenantMissing(Forbidden):
    """What is to be made would belong to nobody, or what is asked for is a tenant's."""

    def __init__(self) -> None:
        super().__init__("This token acts for no tenant")


class NotOwner(Forbidden):
    """The image is visible to the caller, but somebody else's."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Forbidden to change image {image_id}: it belongs to somebody else")
        self.image_id = image_id


class NotOwnerOfPublic(NotOwner):
    """The image is public, but somebody else's."""


class NotSharable(Forbidden):
    """The image is visible to the caller, who may not change its members."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} not found among those you may share")
        self.image_id = image_id


class ImageProtected(Forbidden):
    """Deletion was switched off for this image."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image is protected and cannot be deleted: {image_id}")
        self.image_id = image_id


class ImageDeactivated(Forbidden):
    """The bytes are withheld from everybody."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} is deactivated")
        self.image_id = image_id


class DeletePending(Forbidden):
    """The image already waits to be deleted."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Forbidden to delete a pending_delete image: {image_id}")
        self.image_id = image_id


class FieldFrozen(Forbidden):
    """This field cannot be changed by this caller while the image is in this status."""

    def __init__(self, field: str, status: Status) -> None:
        super().__init__(f"Forbidden to modify '{field}' of {status} image")
        self.field, self.status = field, status


class DeleteRefused(Forbidden):
    """The byte store refused to give up the bytes; the image stays as it was."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Forbidden to delete image {image_id}: its store refuses")
        self.image_id = image_id


class Invalid(CatalogError):
    """A value that no image can have."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"Invalid value for {field}: {reason}")
        self.field, self.reason = field, reason


class UnknownFormat(Invalid):
    """A disk or container format that is not offered here."""

    def __init__(self, field: str, value: str | None) -> None:
        super().__init__(field, "unknown format")
        self.args = (f"Invalid {field.replace('_', ' ')} '{value}' for image",)
        self.value = value


class FormatMissing(Invalid):
    """An image with bytes needs both formats."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "not specified")
        self.args = (f"{field.replace('_', ' ').capitalize()} is not specified",)


class SourceRefused(Invalid):
    """A location from which no bytes are taken."""

    def __init__(self, reason: str) -> None:
        super().__init__("location", reason)
        self.args = (reason,)


class UnverifiedBytes(Invalid):
    """The bytes that came are not the ones that were declared; the image is killed."""

    def __init__(self, field: str, declared: object, found: object) -> None:
        super().__init__(field, "differs")
        self.args = (f"Declared {field} {declared} did not match the {field} of the uploaded data, {found}",)


class UnfitBytes(Invalid):
    """The bytes that came are unsafe, or of another format than the declared one; the image is killed."""

    def __init__(self, reason: str) -> None:
        super().__init__("disk_format", reason)
        self.args = (reason,)


class ImageTooLarge(Invalid):
    """More bytes were declared than an image may have."""

    def __init__(self, size: int, maximum: int) -> None:
        super().__init__("size", "too large")
        self.args = (f"Denying attempt to upload image larger than {maximum} bytes: {size}",)


class ScanTooLarge(Invalid):
    """This order or filter has to read every image first, and there are too many."""

    def __init__(self, maximum: int) -> None:
        super().__init__("images", f"more than {maximum} would have to be read")
        self.args = (f"More than {maximum} images would have to be read for this",)


class Conflict(CatalogError):
    """The request and the state of the catalogue exclude each other."""


class IdTaken(Conflict):
    """An image has, or had, this id."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"An image with the id {image_id} already exists")
        self.image_id = image_id


class ClaimTaken(Conflict):
    """Other images hold names that may be held once only; a claim begins with what sort of name it is."""

    def __init__(self, claims: Sequence[str]) -> None:
        self.claims = tuple(claims)
        self.sorts = tuple(claim.partition("/")[0] for claim in claims)
        super().__init__(f"Already taken by another image: {', '.join(self.sorts)}")


class TitleTaken(Conflict):
    """There is a reference of this kind and title."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} already exists")
        self.title = title


class SizeConflict(Conflict):
    """The size that was declared is not that of the bytes."""

    def __init__(self, declared: int, found: int) -> None:
        super().__init__(f"Declared size {declared} did not match the size of the bytes, {found}")


class NotQueued(Conflict):
    """Bytes were sent for an image that does not wait for any."""

    def __init__(self, image_id: str, status: Status) -> None:
        super().__init__(f"Cannot upload to an unqueued image: {image_id} is {status}")
        self.image_id, self.status = image_id, status


class WrongStatus(Conflict):
    """What was asked for cannot be done in the state that things are in."""

    def __init__(self, what: str, state: str, advice: str = "") -> None:
        super().__init__(f"{what} is {state}{advice}")
        self.what, self.state = what, state


class EditConflict(Conflict):
    """Other writers were faster, several times over; trying again may succeed."""

    def __init__(self, name: str, what: str = "Image") -> None:
        super().__init__(f"{what} {name} is being changed by others, try again")
        self.name = name


class QuotaExceeded(CatalogError):
    """A limit on how much an image or an owner may have."""

    def __init__(self, what: str, attempted: int, maximum: int) -> None:
        super().__init__(f"The limit of {what} is exceeded. Attempted: {attempted}, Maximum: {maximum}")
        self.attempted, self.maximum = attempted, maximum


class PropertyQuotaExceeded(QuotaExceeded):
    """Too many custom properties, or too long ones, on one image."""


class MemberQuotaExceeded(QuotaExceeded):
    """Too many members of one image."""


class StorageQuotaExceeded(QuotaExceeded):
    """Too many bytes of one owner, or in one image of undeclared size; the image is killed."""


class DeletedMeanwhile(CatalogError):
    """The image was deleted while its bytes were on their way; the bytes were removed."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} was deleted while its data was being uploaded")
        self.image_id = image_id


class ContentMissing(CatalogError):
    """There are no bytes to read."""

    def __init__(self, image_id: str, reason: str) -> None:
        super().__init__(f"No data for image {image_id}: {reason}")
        self.image_id = image_id


class Unavailable(CatalogError):
    """Something that the catalogue needs does not answer; trying again may succeed."""


class CloudError(CatalogError):
    """The cloud that machines run in failed."""


class CloudUnavailable(Unavailable, CloudError):
    """The cloud, or the queue, does not answer; trying again may succeed."""


class StoreError(CatalogError):
    """The byte store failed."""


class StoreDisabled(StoreError):
    """The byte store takes no bytes at all."""


class StoreRefused(StoreError):
    """The byte store refuses this operation."""


class StoreUnavailable(Unavailable, StoreError):
    """The byte store, the tables or a location do not answer; trying again may succeed."""


class StaleImage(Exception):
    """The image was changed since it was read: decide anew."""


class StaleJob(Exception):
    """The job was changed since it was read: somebody else is at it."""
