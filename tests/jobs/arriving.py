"""Uploads and copies as the worker finds them, and their results."""

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
    """The results of a job: its status, that of its image, and the numbers of objects and of unfinished uploads."""

    job: JobStatus
    image: Status
    objects: int = 0
    multiparts: int = 0


MADE = Left(JobStatus.SUCCESSFUL, Status.ACTIVE, 1)
KILLED = Left(JobStatus.FAILED, Status.KILLED)
DELETED = Left(JobStatus.FAILED, Status.DELETED)


def catalog_of(stage: Stage) -> Catalog:
    """The catalogue for t1."""
    return stage.api.world.catalog(a_caller("t1", *ORDINARY))


def uploading(stage: Stage, data: bytes, declared: Changes | None = None, parts: int | None = None) -> Job:
    """Start an upload, and send its parts or the first of them, without completing it."""
    catalog = catalog_of(stage)
    image = catalog.register(NewImage({**FORMATS, **(declared or {})}))
    upload = catalog.uploads.begin(image.id, len(data), PART, {})
    for number, part in enumerate(pieces(data)[:parts], 1):
        stage.api.world.multiparts.put(upload.multipart, number, part)
    return stage.stored(catalog.jobs.job(upload.id))


def completed(stage: Stage, data: bytes, declared: Changes | None = None) -> Job:
    """An upload that the client has completed."""
    job = uploading(stage, data, declared)
    catalog_of(stage).uploads.complete(job.images[0], job.id, etags(data))
    return job


def etags(data: bytes) -> Mapping[int, str]:
    """The ETags of the parts, which complete an upload."""
    return {number: md5(part) for number, part in enumerate(pieces(data), 1)}


def multipart_of(job: Job) -> Multipart:
    return Multipart(job.facts["location"], job.facts["key"])


def copying(stage: Stage, url: str, declared: Changes | None = None) -> Job:
    """Start a copy of the bytes at a URL."""
    catalog = catalog_of(stage)
    image = catalog.register(NewImage({**FORMATS, **(declared or {})}), url)
    [job] = [job for job in catalog.jobs.all() if job.images == (image.id,)]
    return job


def trusting(stage: Stage, allowed: Callable[[str], bool] = lambda _: True) -> Stage:
    """Let the stage fetch from servers at these addresses, such as ours on the loopback."""
    world = stage.api.world
    source = ExternalSources(world.blobs.bucket, world.blobs.client, WebSource(allowed=allowed))
    stage.api.world = world._replace(sources=source)
    return stage


@contextmanager
def told(stage: Stage) -> Iterator[Stage]:
    """Let the bucket send events to the queue until the block ends."""
    world = stage.api.world
    stage.aws.sqs().delete_queue(QueueUrl=world.queue.url)
    create_bucket(world)
    stage.api.work()  # the bucket tries whether it is heard
    try:
        yield stage
    finally:
        stage.aws.s3().put_bucket_notification_configuration(Bucket=world.blobs.bucket, NotificationConfiguration={})


def image_of(stage: Stage, job: Job) -> Image:
    """The image of a job, as it is now."""
    found = stage.api.world.images.get(job.images[0])
    assert found is not None
    return found.image


def content_of(stage: Stage, job: Job) -> bytes | None:
    """The bytes at the location of the job's image."""
    image = image_of(stage, job)
    assert image.location is not None
    bucket, _, key = image.location.removeprefix("s3://").partition("/")
    return stage.aws.s3().get_object(Bucket=bucket, Key=key)["Body"].read()


def left(stage: Stage, job: Job) -> Left:
    """The results of a job."""
    image_id = job.images[0]
    objects = [key for key in stage.api.stored() if key.startswith(image_id)]
    begun = stage.api.world.multiparts.begun(image_id)
    return Left(stage.stored(job).status, image_of(stage, job).status, len(objects), len(begun))


def steps(stage: Stage) -> int:
    """Run the worker until no message is due; returns the number of messages."""
    count = 0
    while pump(stage.api.world):
        count += 1
    return count


def again(stage: Stage, job: Job, times: int = 4) -> None:
    """Deliver a job's message again after its lease has ended, once for each step of the job."""
    for _ in range(times):
        stage.api.clock.advance(LEASE)
        stage.deliver(job)


def sweep(stage: Stage) -> None:
    """Run sweeps for what was left behind, the jobs that they queue, and the cleanup after that."""
    for _ in range(2):
        stage.api.clock.advance(GRACE)
        stage.api.world.reaper.sweep()
        stage.api.work()
