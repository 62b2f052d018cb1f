"""The initial contents: an object of each kind, with known ids."""

import uuid
from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.image import GONE, Image, Status, Visibility
from chalicelib.catalog.job import FINISHED, Action, Job, JobStatus
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.token import digest_of, id_of
from tests.api import Api, a_caller
from tests.factories import INSPECTED, START, a_membership, an_image

TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"
IMAGES = {status: str(uuid.UUID(int=0xA000 + index)) for index, status in enumerate(Status)}
"""One of the owner's images in each status."""
PUBLIC, SHARED, HIDDEN = (str(uuid.UUID(int=0xB000 + index)) for index in range(3))
"""Images of another tenant."""
ALL = (*IMAGES.values(), PUBLIC, SHARED, HIDDEN)
NUMBERS = {image_id: number for number, image_id in enumerate(ALL, start=1)}
ALIASES = {image_id: f"img-{number:08}" for image_id, number in NUMBERS.items()}
"""Their ids in the dialects that have ids of their own."""
JOBS = {status: str(uuid.UUID(int=0xC000 + index)) for index, status in enumerate(JobStatus)}
TITLES = {Kind.COMPUTE_RESOURCE: "cloud", Kind.OPERATINGSYSTEM: "CentOS 7.9", Kind.ARCHITECTURE: "x86_64"}
CONTENT = bytes(range(256))
"""The bytes of the active image."""
STORED = "stored"
"""Their key in the bucket."""
UPLOAD = "the-upload"
"""Placeholder in requests for the id of the upload in progress, which is random."""
PASSWORD = "never-to-be-seen"
"""The login password of every image."""
SIGNATURE = "X-Amz-Signature"
"""Part of each presigned URL, none of which may be logged."""
TOKEN = "the other token of the owner"
TOKEN_ID = id_of(digest_of(TOKEN))
CALLERS: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "owner": (TENANT, ("read_images", "create_image", "delete_image", "publicize_image")),
    "administrator": (TENANT, tuple(Policy)),
    "reader": (TENANT, ("read_images",)),
    "stranger": (OTHER_TENANT, ("read_images", "create_image", "delete_image")),
    "homeless": (None, ("read_images", "create_image", "delete_image")),
    "powerless": (TENANT, ("delete_image",)),
}
"""Tenant and policies of each caller."""


def fill(api: Api) -> None:
    """Add images in each status and of each owner, references and jobs."""
    stored = f"s3://{api.world.blobs.bucket}/{STORED}"
    assert {api.world.images.number() for _ in ALL} == set(NUMBERS.values())
    for kind, title in TITLES.items():
        facts = {"name": title, "title": title, "provider": "EC2", "url": "eu-west-1"}
        api.world.references.add(
            Reference(kind=kind, owner=TENANT, number=1, facts=facts, created_at=START, updated_at=START)
        )
    for status, image_id in IMAGES.items():
        kept = {"size": len(CONTENT), "location": stored} if status is Status.ACTIVE else {}
        _add(api, image_id, TENANT, status=status, deleted_at=START if status in GONE else None, **kept)
    _add(api, PUBLIC, OTHER_TENANT, status=Status.ACTIVE, visibility=Visibility.PUBLIC)
    _add(api, HIDDEN, OTHER_TENANT, status=Status.ACTIVE)
    shared = _add(api, SHARED, OTHER_TENANT, status=Status.ACTIVE)
    api.world.memberships.change(shared, [a_membership(shared, TENANT, can_share=True)], [])
    tenant, policies = CALLERS["owner"]
    api.world.identities.issue(a_caller(tenant, *policies), secret=TOKEN)
    for job_status, job_id in JOBS.items():
        api.world.jobs.add(_job(job_id, job_status))


def _job(job_id: str, status: JobStatus) -> Job:
    """A copy job with this status."""
    return Job(
        id=job_id,
        owner=TENANT,
        action=Action.COPY,
        status=status,
        zone="ac1",
        facts={"done": "5", "size": "10"},
        created_at=START,
        began_at=None if status is JobStatus.PENDING else START,
        finished_at=START if status in FINISHED else None,
    )


def _add(api: Api, image_id: str, owner: str, **fields: Any) -> Image:
    """Add an image that all dialects show."""
    facts = {
        "name": f"imagé {NUMBERS[image_id]}",
        "number": NUMBERS[image_id],
        "aliases": {"qingcloud": ALIASES[image_id]},
        "tenant_aliases": {"devops": ALIASES[image_id]},
        "compute_resource": 1,
        "os_title": TITLES[Kind.OPERATINGSYSTEM],
        "architecture": TITLES[Kind.ARCHITECTURE],
        "provider": "ec2",
        "login_user": "root",
        "login_password": PASSWORD,
        "properties": {"kernel version": "é%", "empty": None},
        "disk_format": "raw",
        "container_format": "bare",
        **INSPECTED,
    }
    return api.world.images.add(an_image(id=image_id, owner=owner, **{**facts, **fields}))
