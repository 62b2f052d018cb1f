"""Uploads and copies as their worker finds them, and what is left of them in the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from chalicelib.catalog.image import Changes, Image, NewImage, Status
from chalicelib.catalog.job import Job, JobStatus
from chalicelib.catalog.ports import Multipart
from chalicelib.catalog.service import Catalog
from chalicelib.storage.sources import ExternalSources, WebSource
from local.queue import create_bucket, pump
from tests.api import ORDINARY, a_caller
from tests.dialects.glance_v1.sending import PART, md5, pieces
from tests.jobs.jobs import GRACE, LEASE, Stage

FORMATS: Changes = {"disk_format": "raw", "container_format": "bare"}
HOUR = 60 * 60


class Left(NamedTuple):
    """What is left of a job: its status, that of its image, how many objects there are, and how many are to come."""

    job: JobStatus
    image: Status
    objects: int = 0
    multiparts: int = 0


MADE = Left(JobStatus.SUCCESSFUL, Status.ACTIVE, 1)
KILLED = Left(JobStatus.FAILED, Status.KILLED)
DELETED = Left(JobStatus.FAILED, Status.DELETED)


def catalog_of(stage: Stage) -> Catalog:
    """The catalogue as t1 may use it."""
    return stage.api.world.catalog(a_caller("t1", *ORDINARY))


def uploading(stage: Stage, data: bytes, declared: Changes | None = None, parts: int | None = None) -> Job:
    """Begin an upload, and send its parts or the first of them, but do not say so."""
    catalog = catalog_of(stage)
    image = catalog.register(NewImage({**FORMATS, **(declared or {})}))
    upload = catalog.uploads.begin(image.id, len(data), PART, {})
    for number, part in enumerate(pieces(data)[:parts], 1):
        stage.api.world.multiparts.put(upload.multipart, number, part)
    return stage.stored(catalog.jobs.job(upload.id))


def completed(stage: Stage, data: bytes, declared: Changes | None = None) -> Job:
    """An upload of which the client has said that all parts have come."""
    job = uploading(stage, data, declared)
    catalog_of(stage).uploads.complete(job.images[0], job.id, etags(data))
    return job


def etags(data: bytes) -> Mapping[int, str]:
    """What completes an upload."""
    return {number: md5(part) for number, part in enumerate(pieces(data), 1)}


def multipart_of(job: Job) -> Multipart:
    return Multipart(job.facts["location"], job.facts["key"])


def copying(stage: Stage, url: str, declared: Changes | None = None) -> Job:
    """Order the bytes at a URL to be copied."""
    catalog = catalog_of(stage)
    image = catalog.register(NewImage({**FORMATS, **(declared or {})}), url)
    [job] = [job for job in catalog.jobs.all() if job.images == (image.id,)]
    return job


def trusting(stage: Stage, allowed: Callable[[str], bool] = lambda _: True) -> Stage:
    """Have the stage take a server of ours for a public one."""
    world = stage.api.world
    source = ExternalSources(world.blobs.bucket, world.blobs.client, WebSource(allowed=allowed))
    stage.api.world = world._replace(sources=source)
    return stage


@contextmanager
def told(stage: Stage) -> Iterator[Stage]:
    """Have the bucket of the stage tell the queue of its objects, and be silent again in the end."""
    world = stage.api.world
    stage.aws.sqs().delete_queue(QueueUrl=world.queue.url)
    create_bucket(world)
    stage.api.work()  # the bucket tries whether it is heard
    try:
        yield stage
    finally:
        stage.aws.s3().put_bucket_notification_configuration(Bucket=world.blobs.bucket, NotificationConfiguration={})


def image_of(stage: Stage, job: Job) -> Image:
    """The image as it is now."""
    found = stage.api.world.images.get(job.images[0])
    assert found is not None
    return found.image


def content_of(stage: Stage, job: Job) -> bytes | None:
    """The bytes where the image says that they are."""
    image = image_of(stage, job)
    assert image.location is not None
    bucket, _, key = image.location.removeprefix("s3://").partition("/")
    return stage.aws.s3().get_object(Bucket=bucket, Key=key)["Body"].read()


def left(stage: Stage, job: Job) -> Left:
    """What is left of a job."""
    image_id = job.images[0]
    objects = [key for key in stage.api.stored() if key.startswith(image_id)]
    begun = stage.api.world.multiparts.begun(image_id)
    return Left(stage.stored(job).status, image_of(stage, job).status, len(objects), len(begun))


def steps(stage: Stage) -> int:
    """Have the worker do all that can be done by now; returns how many messages that took."""
    count = 0
    while pump(stage.api.world):
        count += 1
    return count


def again(stage: Stage, job: Job, times: int = 4) -> None:
    """Bring the message again after whoever had it is taken for dead, as often as the job has steps."""
    for _ in range(times):
        stage.api.clock.advance(LEASE)
        stage.deliver(job)


def sweep(stage: Stage) -> None:
    """Have the sweeper find what was left behind for a while, the worker do what it says, and clean up after that."""
    for _ in range(2):
        stage.api.clock.advance(GRACE)
        stage.api.world.reaper.sweep()
        stage.api.work()
