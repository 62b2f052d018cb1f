"""Jobs of a tenant, their messages, faults that the worker meets, and their results."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from itertools import count
from typing import Any, NamedTuple

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Image, Status, Transition
from chalicelib.catalog.instance import capture_name
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.jobs import JobRequest, Jobs
from chalicelib.storage.tables import ImageItem
from tests import moto_state
from tests.api import ORDINARY, Api, a_caller
from tests.dialects.qingcloud.machines import Machines
from tests.factories import an_image
from tests.storage.contract.faults import answering, cancelled

ORDER = JobRequest("ac1", "req-1")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OUTRUN = cancelled("ConditionalCheckFailed")
LEASE = 61
GRACE = 6 * 60 + 2
LIMIT = 60 * 60
RECOVERABLE = 2 * LIMIT
Record = dict[str, Any]


class Outcome(NamedTuple):
    """The results of a job: its status, those of its images, and the numbers of AMIs and snapshots."""

    job: JobStatus
    images: tuple[tuple[Status, Transition | None], ...]
    amis: int = 0
    snapshots: int = 0


MADE = Outcome(JobStatus.SUCCESSFUL, ((Status.ACTIVE, None),), 1, 1)
"""One image with its AMI and snapshot."""


@dataclass(frozen=True)
class Stage:
    """The application with a worker, and an AWS with faults."""

    api: Api
    aws: Aws

    def jobs(self, tenant: str | None = "t1", *policies: str) -> Jobs:
        """The jobs that a caller may use."""
        return self.api.world.catalog(a_caller(tenant, *policies or ORDINARY)).jobs

    def machine(self, *, state: str = "stopped", **facts: object) -> str:
        return Machines(self.aws.ec2(None)).start(state=state, **facts)

    def capture(self) -> Job:
        """Start to capture a new machine."""
        return self.jobs().capture(self.machine(), "web", ORDER, dict)

    def under_way(self) -> Job:
        """Start to capture a machine, so that the cloud is working on it."""
        job = self.capture()
        with self.ami_state("pending"):
            self.deliver(job)
        return self.stored(job)

    def add(self, **fields: Any) -> Image:
        """Store an active image of t1, unless the fields say otherwise."""
        usual = {"number": self.api.world.images.number(), "status": Status.ACTIVE}
        return self.api.world.images.add(an_image(**{**usual, **fields}))

    def delete(self, how_many: int = 2) -> Job:
        """Start to delete images."""
        return self.jobs().delete([self.add().id for _ in range(how_many)], ORDER)

    def recover(self, how_many: int = 2) -> Job:
        """Start to recover images that have just been deleted."""
        now = self.api.clock.now()
        waiting = [
            self.add(status=Status.PENDING_DELETE, status_changed_at=now, deleted_at=now) for _ in range(how_many)
        ]
        return self.jobs().recover([image.id for image in waiting], ORDER, LONG_AGO)

    def delete_elsewhere(self, job: Job) -> None:
        """Delete the images of a job through another dialect."""
        for image_id in job.images:
            answer = self.api.caller("t1").delete(f"/v1/images/{image_id}")
            assert answer.status < 300, answer.text

    def deliver(self, *jobs: Job, receipts: int = 1) -> list[str]:
        """Deliver messages to the worker; returns the ids of the jobs whose messages failed."""
        return self.api.world.deliver([a_message(job, receipts) for job in jobs])

    def redeliver(self, job: Job) -> None:
        """Deliver a message again after its lease has ended, once for each step of a capture."""
        for _ in range(3):
            self.api.clock.advance(LEASE)
            self.deliver(job)

    def sweep_up(self, _: Job) -> None:
        """Remove all messages, and run the sweep that queues their jobs again."""
        self.lose_messages()
        self.api.clock.advance(GRACE)
        self.api.world.reaper.sweep()
        self.api.work()

    def lose_messages(self) -> None:
        """Empty the queue; SQS itself allows that only once a minute."""
        queue = self.api.world.queue
        queue.client().delete_queue(QueueUrl=queue.url)
        queue.client().create_queue(QueueName=queue.name)

    def messages(self) -> tuple[int, int]:
        """The numbers of messages in the queue, and of those that are delayed."""
        queue = self.api.world.queue
        found = queue.client().get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])["Attributes"]
        waiting = int(found["ApproximateNumberOfMessagesDelayed"])
        return int(found["ApproximateNumberOfMessages"]) + waiting, waiting

    def stored(self, job: Job) -> Job:
        """The job as it is stored now."""
        found = self.api.world.jobs.get(job.owner, job.id)
        assert found is not None
        return found

    def image(self, job: Job) -> Image:
        """The only image of a job, as it is stored now."""
        (image,) = self._images(job)
        return image

    def outcome(self, job: Job) -> Outcome:
        """The results of a job."""
        images = tuple((image.status, image.transition) for image in self._images(job))
        return Outcome(self.stored(job).status, images, self._amis(job), self._snapshots(job))

    def _images(self, job: Job) -> list[Image]:
        found = {image.id: image for image in self.api.world.images.many(job.images)}
        return [found[image_id] for image_id in job.images]

    def _amis(self, job: Job) -> int:
        names = [capture_name(image_id) for image_id in job.images]
        found = self.aws.ec2(None).describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": names}])
        return len(found["Images"])

    def _snapshots(self, job: Job) -> int:
        if job.action is not Action.CAPTURE:
            return 0
        made_of = [f"Created by CreateImage({job.facts['instance']}) *"]
        found = self.aws.ec2(None).describe_snapshots(Filters=[{"Name": "description", "Values": made_of}])
        return len(found["Snapshots"])

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Let EC2 find no images, as if new ones were not visible yet."""

        def tell(parsed: Mapping[str, Any], **_: Any) -> None:
            parsed.get("Images", []).clear()

        with self.hooked("after-call.ec2.DescribeImages", tell):
            yield

    @contextmanager
    def deaf(self, operation: str) -> Iterator[None]:
        """Let EC2 execute an operation, and lose the response."""

        def lose(**_: Any) -> None:
            raise ReadTimeoutError(endpoint_url="https://ec2.example")

        with self.hooked(f"after-call.ec2.{operation}", lose):
            yield

    @contextmanager
    def ami_state(self, state: str) -> Iterator[None]:
        """Let EC2 report this state for all images."""

        def tell(parsed: Mapping[str, Any], **_: Any) -> None:
            for image in parsed.get("Images", []):
                image["State"] = state

        with self.hooked("after-call.ec2.DescribeImages", tell):
            yield

    @contextmanager
    def ec2_fault(self, operation: str, code: str, message: str = "as the test asks") -> Iterator[None]:
        """Answer each call of this EC2 operation with an error."""
        parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}

        def refuse(**_: Any) -> tuple[AWSResponse, Mapping[str, Any]]:
            return AWSResponse("https://ec2.example", 400, HTTPHeaders(), BytesIO()), parsed

        with self.hooked(f"before-call.ec2.{operation}", refuse):
            yield

    @contextmanager
    def sqs_fault(self) -> Iterator[None]:
        """Let the queue refuse all messages."""
        parsed = {"Error": {"Code": "ServiceUnavailable", "Message": "as the test asks"}, "ResponseMetadata": {}}

        def refuse(**_: Any) -> tuple[AWSResponse, Mapping[str, Any]]:
            return AWSResponse("https://sqs.example", 503, HTTPHeaders(), BytesIO()), parsed

        with self.hooked("before-call.sqs.SendMessage", refuse):
            yield

    @contextmanager
    def dynamodb_fault(self, operation: str, times: int = 100, after: int = 0) -> Iterator[None]:
        """Let DynamoDB refuse `times` calls of an operation, after the first `after` calls."""
        calls = count()

        def refuse(_: Mapping[str, Any]) -> tuple[HTTPStatus, Mapping[str, Any]] | None:
            if not after <= next(calls) < after + times:
                return None
            return HTTPStatus.BAD_REQUEST, {"Error": {"Code": "AccessDeniedException", "Message": "as the test asks"}}

        with answering(operation, refuse):
            yield

    @contextmanager
    def outrun(self, times: int = 100, at: str = "jobs") -> Iterator[None]:
        """Let the first `times` writes to a table lose a race."""
        left = iter(range(times))

        def lose(request: Mapping[str, Any]) -> tuple[HTTPStatus, Mapping[str, Any]] | None:
            tables = [entry["TableName"] for action in request["TransactItems"] for entry in action.values()]
            hit = any(table.endswith(at) for table in tables)
            return OUTRUN if hit and next(left, None) is not None else None

        with answering("TransactWriteItems", lose):
            yield

    @contextmanager
    def once(self, event: str, act: Callable[[], object]) -> Iterator[None]:
        """Run `act` at the first such event."""
        left = iter([act])

        def hook(**_: Any) -> None:
            for first in left:
                first()

        with self.hooked(event, hook):
            yield

    @contextmanager
    def hooked(self, event: str, hook: Callable[..., Any]) -> Iterator[None]:
        """Call a hook at an event of any client."""
        dynamodb = ImageItem._get_connection().connection.client  # noqa: SLF001  # the one that every table uses
        emitters = [client.meta.events for client in (dynamodb, self.aws.ec2(None), self.aws.s3(), self.aws.sqs())]
        for emitter in emitters:
            emitter.register_first(event, hook)
        try:
            yield
        finally:
            for emitter in emitters:
                emitter.unregister(event, hook)


class Begun:
    """A job that is started once, and restored for each trial."""

    def __init__(self, stage: Stage, job: Job) -> None:
        self.stage, self.job = stage, job
        self._found, self._now = moto_state.snapshot(), stage.api.clock.time

    def again(self) -> Job:
        """Restore the job as it was before any of its steps."""
        moto_state.bring_back(self._found)
        self.stage.api.clock.time = self._now
        return self.job


def a_message(job: Job, receipts: int = 1) -> Record:
    """A job's message in the form of Lambda's events, with this receive count."""
    body = json.dumps({"owner": job.owner, "job": job.id})
    return {"messageId": job.id, "body": body, "attributes": {"ApproximateReceiveCount": str(receipts)}}
