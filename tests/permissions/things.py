"""The objects of requests: an image in each state, a job, a parent, a machine, and objects that never existed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from uuid import uuid4

from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.token import ID_LENGTH, digest_of, id_of
from local.seed_file import InstanceSeed
from local.seeds import run
from tests.api import Api, a_caller
from tests.factories import a_membership, an_image
from tests.permissions.callers import T1, TENANTS
from tests.permissions.expected.notation import State, Who

BYTES = b"bytes"
MD5 = hashlib.md5(BYTES, usedforsecurity=False).hexdigest()
ZONE = "ac1"
FORMATS = {"disk_format": "raw", "container_format": "bare"}
FOREMAN = {"architecture": "x86_64", "os_title": "Linux 7", "login_user": "root", "provider": "ec2"}
VISIBILITIES: Mapping[State, Visibility] = {
    State.PUBLIC: Visibility.PUBLIC,
    State.COMMUNITY: Visibility.COMMUNITY,
    State.WITHDRAWN: Visibility.PRIVATE,
}
_serial = count(700_001)


@dataclass(frozen=True)
class Thing:
    """An object: `alias_of` is its id in the dialect, `marks` are texts that reveal it, `upload` is its upload's id."""

    alias_of: str
    marks: tuple[str, ...] = ()
    image_id: str | None = None
    upload: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True)
class Subject:
    """How to make a thing in each of its states, and the id of one that never existed."""

    make: Callable[[Api, State], Thing]
    absent: str
    states: tuple[State, ...] = (State.PRIVATE,)
    """Only images have more than one state; other things are always their owner's alone."""


@dataclass(frozen=True)
class Images:
    """How to make images: the id by which they are known, and their fields before they change to a state."""

    alias_of: Callable[[Image], str]
    fields: Callable[[int], Mapping[str, object]] = lambda _: {}
    usual: Status = Status.ACTIVE
    withheld: Status = Status.DEACTIVATED
    deleted: Status = Status.DELETED
    uploading: bool = False
    stored: bool = False
    """Whether their bytes are stored."""
    owner: str = T1

    def __call__(self, api: Api, state: State) -> Thing:
        image = self._added(api, state)
        if state is not State.PRIVATE:
            image = _shared(api, image)
        uploading = self.uploading and image.status is Status.QUEUED and state is not State.DELETED
        upload = _begun(api, image) if uploading else str(uuid4())
        if state is State.DELETED:
            self._delete(api, image)
        return Thing(self.alias_of(image), _marks(image), image.id, upload)

    def _added(self, api: Api, state: State) -> Image:
        number = next(_serial)
        image = an_image(
            owner=self.owner,
            number=number,
            name=f"name-{number}",
            provider_image_id=f"ami-{number}",
            compute_resource=1,
            visibility=VISIBILITIES.get(state, Visibility.SHARED),
            tags=("old",),
            protected=state is State.PROTECTED,
            status=self.withheld if state is State.DEACTIVATED else self.usual,
            **FORMATS,
            **FOREMAN,
            **self.fields(number),
        )
        if image.status is not Status.QUEUED:
            location = api.world.blobs.put(image.id, BYTES) if self.stored else f"{api.world.blobs.place(image.id)}1"
            image = replace(image, location=location, size=len(BYTES), checksum=MD5)
        return api.world.images.add(image)

    def _delete(self, api: Api, image: Image) -> None:
        """Leave the image as a deletion by its owner does."""
        now = api.clock.now()
        gone = replace(image, status=self.deleted, status_changed_at=now, updated_at=now, deleted_at=now)
        if self.deleted is Status.DELETED:
            gone = replace(gone, location=None)
        api.world.images.save(image, gone)
        if self.deleted is Status.DELETED:
            api.world.memberships.clear(image.id)


def _shared(api: Api, image: Image) -> Image:
    rows = [
        a_membership(image, TENANTS[Who.MEMBER], status=MemberStatus.ACCEPTED),
        a_membership(image, TENANTS[Who.SHARER], can_share=True, status=MemberStatus.PENDING),
    ]
    api.world.memberships.change(image, rows, [])
    return replace(image, member_count=len(rows), version=image.version + 1)


def _begun(api: Api, image: Image) -> str:
    """The id of an upload whose parts have all arrived."""
    owner = Principal("owner", image.owner, frozenset({Policy.CREATE_IMAGE}))
    upload = api.world.catalog(owner).uploads.begin(image.id, len(BYTES), None, {})
    api.world.multiparts.put(upload.multipart, 1, BYTES)
    return upload.id


def _marks(image: Image) -> tuple[str, ...]:
    aliases = (*image.aliases.values(), *image.tenant_aliases.values())
    return (image.id, image.name or "", image.provider_image_id or "", *aliases)


def a_job(api: Api, _state: State) -> Thing:
    job = Job(id=str(uuid4()), owner=T1, action=Action.MODIFY, zone=ZONE, created_at=api.clock.now())
    api.world.jobs.add(job)
    return Thing(job.id, (job.id,))


def a_token(api: Api, _state: State) -> Thing:
    """A second token of the owner's."""
    secret = api.world.identities.issue(a_caller(T1, "read_images", user=Who.OWNER.value))
    token_id = id_of(digest_of(secret))
    return Thing(token_id, (token_id,))


def a_machine(_api: Api, _state: State) -> Thing:
    found = run({"machine": InstanceSeed(tenant=T1, zone=ZONE, state="stopped", architecture="x86_64", size_gb=1)})
    return Thing(found["machine"], (found["machine"],))


@dataclass(frozen=True)
class Parents:
    """A parent that only one tenant has."""

    kind: Kind
    owner: str = T1

    def __call__(self, api: Api, _state: State) -> Thing:
        number = next(_serial)
        _add_parent(api, self.owner, self.kind, {"name": f"parent-{number}", "provider": "EC2"}, number)
        return Thing(str(number), (f"parent-{number}",))


def nothing(_api: Api, _state: State) -> Thing:
    return Thing("")


def add_parents(api: Api) -> None:
    """Add the first parents of all tenants, which have the same names."""
    names = {
        Kind.COMPUTE_RESOURCE: {"name": "cloud", "provider": "EC2"},
        Kind.OPERATINGSYSTEM: {"name": "Linux", "title": "Linux 7"},
        Kind.ARCHITECTURE: {"name": "x86_64"},
    }
    for tenant in sorted(set(TENANTS.values())):
        for kind, facts in names.items():
            _add_parent(api, tenant, kind, facts, 1)


def _add_parent(api: Api, tenant: str, kind: Kind, facts: Mapping[str, str], number: int) -> None:
    now = api.clock.now()
    parent = Reference(kind=kind, owner=tenant, number=number, facts=facts, created_at=now, updated_at=now)
    api.world.references.add(parent)


def _id(image: Image) -> str:
    return image.id


def _images(absent: str, make: Images) -> Subject:
    return Subject(make, absent, tuple(State))


ABSENT_NUMBER = "999999"
ABSENT_UUID = "5a2f0d1c-93b0-4a6e-8a60-2f0a3f6f8e1d"
SUBJECTS: Mapping[str, Subject] = {
    "nothing": Subject(nothing, ""),
    "image": _images(ABSENT_UUID, Images(_id)),
    "image with bytes": _images(ABSENT_UUID, Images(_id, stored=True)),
    "hidden image": _images(ABSENT_UUID, Images(_id, lambda _: {"hidden": True})),
    "staged image": _images(ABSENT_UUID, Images(_id, usual=Status.UPLOADING, stored=True)),
    "queued image": _images(ABSENT_UUID, Images(_id, usual=Status.QUEUED)),
    "deactivated image": _images(ABSENT_UUID, Images(_id, usual=Status.DEACTIVATED)),
    "active or deprecated image": _images(ABSENT_UUID, Images(_id, withheld=Status.DEPRECATED)),
    "upload": _images(ABSENT_UUID, Images(_id, usual=Status.QUEUED, uploading=True)),
    "number": _images(ABSENT_NUMBER, Images(lambda image: str(image.number))),
    "chosen id": _images(
        "chosen-999999",
        Images(
            lambda image: image.tenant_aliases["devops"],
            lambda number: {"tenant_aliases": {"devops": f"chosen-{number}"}},
        ),
    ),
    "cloud image": _images(ABSENT_UUID, Images(_id, deleted=Status.PENDING_DELETE)),
    "captured image": _images(
        "img-99999999",
        Images(
            lambda image: image.aliases["qingcloud"],
            lambda number: {"aliases": {"qingcloud": f"img-{number:08}"}, "zone": ZONE},
            deleted=Status.PENDING_DELETE,
        ),
    ),
    "job": Subject(a_job, ABSENT_UUID),
    "token": Subject(a_token, "0" * ID_LENGTH),
    "machine": Subject(a_machine, "i-0123456789abcdef0"),
    **{kind.value: Subject(Parents(kind), ABSENT_NUMBER) for kind in Kind},
}
"""The subjects of operations, by name."""


def owned(name: str, owner: str) -> Subject:
    """The images of a subject, but owned by another tenant."""
    subject = SUBJECTS[name]
    assert isinstance(subject.make, Images)
    return replace(subject, make=replace(subject.make, owner=owner))
