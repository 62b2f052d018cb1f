"""Steps of the worker, and findings of sweeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from bench.parts.glance_requests import DATA, an_upload
from bench.parts.least import IN_ITS_TURN, ONE_BY_ONE, WRITTEN
from bench.parts.trial import OCTETS, RAW, TENANT, Least, Trial, a_machine, an_own_image
from chalicelib.catalog.image import Status
from tests.dialects.glance_v1.sending import PART, content, pieces

ZONE = "/v2/zone/ac1"


def uploads(trial: Trial) -> None:
    """Uploads, from the bucket's event to the last byte."""
    data = content(PART + 1)
    image, upload = an_upload(trial, data)
    for number, part in enumerate(pieces(data), 1):
        trial.api.world.multiparts.put(trial.multipart(image, upload), number, part)
    trial.work("an upload is put together and verified", Least(7, WRITTEN), message(upload))
    image, upload = an_upload(trial, data)
    event = {"Records": [{"s3": {"object": {"key": f"{image}/{upload}"}}}]}
    trial.work("the bucket tells of an upload", Least(2), event)
    trial.work("an upload of which parts are to come", Least(5, IN_ITS_TURN), message(upload))
    image = trial.caller.post("/v1/images", {**RAW, **OCTETS}, DATA).json["image"]["id"]
    location = trial.api.world.images.many([image])[0].location or ""
    event = {"Records": [{"s3": {"object": {"key": f"{image}/{location.rpartition('/')[2]}"}}}]}
    trial.work("image data of a request are inspected", Least(3, "are they uploaded, and is it theirs by now"), event)


def message(job: str) -> dict[str, str]:
    """The message of a job."""
    return {"owner": TENANT, "job": job}


def copies(trial: Trial) -> None:
    """A copy within S3, which takes two steps."""
    place = trial.api.put_elsewhere("disk", content(PART + 1))
    trial.caller.post("/v1/images", {**RAW, "x-glance-api-copy-from": place})
    [job] = trial.caller.get("/v1/jobs").json["jobs"]
    trial.work("a copy inside S3", Least(10, WRITTEN), message(job["id"]))
    trial.work("a copy is verified", Least(5, WRITTEN), message(job["id"]))


def captures(trial: Trial) -> None:
    """A capture, and deletions and recoveries of images."""
    job = trial.send("POST", f"{ZONE}/images", {"instance": a_machine(trial)})
    with _slow_cloud(trial):
        trial.work("a capture is begun", Least(7, WRITTEN), message(job["job_id"]))
        trial.work("a capture is not done yet", Least(6), message(job["job_id"]))
    trial.work("a capture is done", Least(5, WRITTEN), message(job["job_id"]))
    images = [an_own_image(trial) for _ in range(5)]
    job = trial.send("DELETE", f"{ZONE}/images/{','.join(images)}")
    trial.work("five images are deleted", Least(4, ONE_BY_ONE), message(job["job_id"]))
    job = trial.send("POST", f"{ZONE}/lease", {"resources": images})
    trial.work("five images are brought back", Least(4, ONE_BY_ONE), message(job["job_id"]))


@contextmanager
def _slow_cloud(trial: Trial) -> Iterator[None]:
    """Make EC2 report all images as pending."""

    def tell(parsed: Any, **_: Any) -> None:
        for image in parsed.get("Images", []):
            image["State"] = "pending"

    events = trial.aws.ec2(None).meta.events
    events.register("after-call.ec2.DescribeImages", tell)
    try:
        yield
    finally:
        events.unregister("after-call.ec2.DescribeImages", tell)


def sweeps(trial: Trial) -> None:
    """A sweep without work, and one for each kind of work."""
    trial.sweep("nothing to do", Least(4))
    an_own_image(trial, status=Status.SAVING)
    trial.pass_time(hours=25)
    trial.sweep("an upload was abandoned", Least(9), 1)
    an_own_image(trial, status=Status.PENDING_DELETE, location=f"s3://{trial.api.world.blobs.bucket}/some/bytes")
    trial.pass_time(hours=3)
    members = Least(9, "its members are read, whatever the stored number")
    trial.sweep("a deletion has waited long enough", members, 1)
    unseen = str(uuid4())
    an_own_image(trial, id=unseen, uninspected=True, location=f"{trial.api.world.blobs.place(unseen)}bytes")
    trial.pass_time(minutes=6)
    trial.sweep("an image was not inspected", Least(6), 1)
    trial.api.work()
    an_upload(trial, b"x")
    trial.pass_time(minutes=6)
    trial.sweep("a job has lost its message", Least(5), 1)
