"""Everything the catalogue refuses. An error carries facts, never a status code or a dialect's word.

CatalogError
├── NotFound
│   ├── ImageNotFound
│   │   ├── ImageHidden             it exists, but not for this caller
│   │   └── ImageGone               it was deleted, and the caller may know
│   ├── MembershipNotFound, JobNotFound, UploadNotFound, ZoneUnknown, InstanceNotFound, TokenNotFound, TokenEnded
│   └── SourceNotFound              there are no bytes at a location
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
│   └── ScanTooLarge                a list would read more than MAX_SCAN images
├── Conflict
│   ├── IdTaken, ClaimTaken, TitleTaken, SizeConflict, ReferenceInUse, ReferenceGone, MemberExists
│   ├── NotQueued                   bytes for an image that does not wait for any
│   ├── WrongStatus                 the image, or the machine, is not in a state for this
│   └── EditConflict                too many conflicting writes
├── QuotaExceeded
│   └── PropertyQuotaExceeded, MemberQuotaExceeded, StorageQuotaExceeded
├── DeletedMeanwhile                the image was deleted during its upload
├── ContentMissing                  no bytes to read in this status, or none where they should be
├── CloudError
│   └── CaptureRefused              in `outages`: the cloud refuses to capture this machine
│       └── MachineBusy             in its present state
├── TablesRefused                   in `outages`: the registry lacks permissions on its tables
├── StoreError
│   └── StoreDisabled, StoreRefused
└── Unavailable                     a service does not answer
    ├── CloudUnavailable, IdentitiesUnavailable   the first a CloudError too, the other in `outages`
    └── StoreUnavailable            a StoreError too
        ├── Unreadable              in `outages`: written by another release of the registry
        └── TablesUnavailable       in `outages`
            └── OutcomeUnknown      it may or may not have been written
StaleImage, StaleJob                from storage to the catalogue only: read again and retry
"""

from collections.abc import Sequence

from chalicelib.catalog.image import Status
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.principal import Policy


class CatalogError(Exception):
    """A refusal by the catalogue; its text is plain English that a dialect may use or replace."""

    outage: Outage | None = None


class NotFound(CatalogError):
    """Nothing has this id."""


class ImageNotFound(NotFound):
    """No image has this id."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} not found")
        self.image_id = image_id


class ImageHidden(ImageNotFound):
    """The image exists, but the caller may not see it; the text is that of ImageNotFound."""


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
    """The caller acts for no tenant, and this needs one."""

    def __init__(self) -> None:
        super().__init__("This token acts for no tenant")


class NotOwner(Forbidden):
    """The caller sees the image, but does not own it."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Forbidden to change image {image_id}: you do not own it")
        self.image_id = image_id


class NotOwnerOfPublic(NotOwner):
    """The image is public, and the caller does not own it."""


class NotSharable(Forbidden):
    """The caller sees the image, but may not change its members."""

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
    """The image is waiting for its deletion already."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Forbidden to delete a pending_delete image: {image_id}")
        self.image_id = image_id


class FieldFrozen(Forbidden):
    """This field cannot be changed by this caller while the image is in this status."""

    def __init__(self, field: str, status: Status) -> None:
        super().__init__(f"Forbidden to modify '{field}' of {status} image")
        self.field, self.status = field, status


class DeleteRefused(Forbidden):
    """The byte store refused to delete the bytes; the image is unchanged."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Forbidden to delete image {image_id}: its store refuses")
        self.image_id = image_id


class Invalid(CatalogError):
    """A value is invalid; `reason` says why."""

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
    """A location that bytes are not read from."""

    def __init__(self, reason: str) -> None:
        super().__init__("location", reason)
        self.args = (reason,)


class UnverifiedBytes(Invalid):
    """Size or digest of the bytes differ from the declared ones; the image is killed."""

    def __init__(self, field: str, declared: object, found: object) -> None:
        super().__init__(field, "differs")
        self.args = (f"Declared {field} {declared} did not match the {field} of the uploaded data, {found}",)


class UnfitBytes(Invalid):
    """The bytes are unsafe, or not of the declared format; the image is killed."""

    def __init__(self, reason: str) -> None:
        super().__init__("disk_format", reason)
        self.args = (reason,)


class ImageTooLarge(Invalid):
    """The declared size is larger than an image may be."""

    def __init__(self, size: int, maximum: int) -> None:
        super().__init__("size", "too large")
        self.args = (f"Denying attempt to upload image larger than {maximum} bytes: {size}",)


class ScanTooLarge(Invalid):
    """This order or filter needs to read more images than the operator allows."""

    def __init__(self, maximum: int) -> None:
        super().__init__("images", f"more than {maximum} would be read")
        self.args = (f"This list would read more than {maximum} images. Narrow its filters",)


class Conflict(CatalogError):
    """The request conflicts with the state of the catalogue."""


class IdTaken(Conflict):
    """An image has, or had, this id."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"An image with the id {image_id} already exists")
        self.image_id = image_id


class ClaimTaken(Conflict):
    """Other images hold names that must be unique. A claim is `sort/…`; `sorts` are those of the names taken."""

    def __init__(self, claims: Sequence[str]) -> None:
        self.claims = tuple(claims)
        self.sorts = tuple(claim.partition("/")[0] for claim in claims)
        super().__init__(f"Already taken by another image: {', '.join(self.sorts)}")


class TitleTaken(Conflict):
    """Another reference of this kind has this title."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} already exists")
        self.title = title


class SizeConflict(Conflict):
    """The declared size differs from the size of the bytes."""

    def __init__(self, declared: int, found: int) -> None:
        super().__init__(f"Declared size {declared} did not match the size of the bytes, {found}")


class NotQueued(Conflict):
    """Bytes were sent for an image that is not waiting for any."""

    def __init__(self, image_id: str, status: Status) -> None:
        super().__init__(f"Cannot upload to an unqueued image: {image_id} is {status}")
        self.image_id, self.status = image_id, status


class WrongStatus(Conflict):
    """The image, machine or other thing is in a state that does not allow this."""

    def __init__(self, what: str, state: str, advice: str = "") -> None:
        super().__init__(f"{what} is {state}{advice}")
        self.what, self.state = what, state


class EditConflict(Conflict):
    """Conflicting writes kept this one from succeeding; trying again may help."""

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
    """The image was deleted during its upload; the bytes were removed."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"Image {image_id} was deleted while its data was being uploaded")
        self.image_id = image_id


class ContentMissing(CatalogError):
    """There are no bytes to read."""

    def __init__(self, image_id: str, reason: str) -> None:
        super().__init__(f"No data for image {image_id}: {reason}")
        self.image_id = image_id


class Unavailable(CatalogError):
    """A service that the catalogue needs does not answer; trying again may help."""


class CloudError(CatalogError):
    """The cloud that machines run in failed."""


class CloudUnavailable(Unavailable, CloudError):
    """The cloud, or the queue, does not answer; trying again may help."""


class StoreError(CatalogError):
    """The byte store failed."""


class StoreDisabled(StoreError):
    """The byte store accepts no uploads."""


class StoreRefused(StoreError):
    """The byte store refuses this operation."""


class StoreUnavailable(Unavailable, StoreError):
    """The byte store, the tables or a location do not answer; trying again may help."""


class StaleImage(Exception):
    """The image has changed since it was read: read it again and retry."""


class StaleJob(Exception):
    """The job has changed since it was read: another worker has it."""
