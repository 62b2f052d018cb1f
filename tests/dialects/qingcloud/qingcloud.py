"""Builders and readers that the cases of the QingCloud dialect share."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from chalicelib.catalog.image import Image, Status, Visibility
from tests.api import Answer, Api, Caller
from tests.dialects.qingcloud.shapes import Record, assert_job, assert_ok
from tests.factories import a_membership, an_image

ZONE = "ac1"
ELSEWHERE = "ac2"
ZONES = (ZONE, ELSEWHERE, "ac3")
OPERATOR = "system"
IMAGES = f"/v2/zone/{ZONE}/images"
LEASE = f"/v2/zone/{ZONE}/lease"
JOBS = f"/v2/zone/{ZONE}/jobs"
UNFINISHED = f"/v2/zone/{ZONE}/unfinished_jobs"

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RAW = {
    "x-image-meta-disk_format": "raw",
    "x-image-meta-container_format": "bare",
    "Content-Type": "application/octet-stream",
}
"""Headers of an upload through Glance."""

UNKNOWN = "img-00000000"
UNKNOWN_JOB = "2f4c2e0e-5b5f-4f0e-9d8b-0d4e5f3f7c11"
TWO_HOURS = 2 * 60 * 60

SHOWN = {
    Status.QUEUED: "pending",
    Status.UPLOADING: "pending",
    Status.SAVING: "pending",
    Status.ACTIVE: "available",
    Status.DEPRECATED: "deprecated",
    Status.DEACTIVATED: "suspended",
    Status.KILLED: "ceased",
    Status.PENDING_DELETE: "deleted",
    Status.DELETED: "ceased",
}
"""The statuses of the catalogue in the words of this dialect."""


def images_in(zone: str) -> str:
    return f"/v2/zone/{zone}/images"


def query(**parameters: object) -> str:
    """A query string, from the question mark on."""
    return f"?{urlencode(parameters)}"


def brief(value: object) -> str:
    """The beginning of a value, as the id of a test."""
    return ascii(value)[:24]


def send(caller: Caller, method: str, target: str, document: object, headers: Mapping[str, str] = JSON) -> Answer:
    """A request with a JSON document."""
    return caller.request(method, target, headers, json.dumps(document).encode())


def try_capture(caller: Caller, instance: object, /, *, zone: str = ZONE, **more: object) -> Answer:
    return send(caller, "POST", images_in(zone), {"instance": instance, **more})


def capture(caller: Caller, instance: str, /, *, zone: str = ZONE, **more: object) -> Record:
    """Begin to capture an instance; returns the job."""
    return job_of(try_capture(caller, instance, zone=zone, **more))


def capture_image(caller: Caller, instance: str, /, *, zone: str = ZONE, **more: object) -> Record:
    """Capture an instance, and wait until its image is there; returns the image."""
    (image_id,) = capture(caller, instance, zone=zone, **more)["resource_ids"]
    caller.api.work()
    return show(caller, image_id, zone)


def modify(caller: Caller, image: object, /, *, zone: str = ZONE, **fields: object) -> Answer:
    return send(caller, "PUT", images_in(zone), {"image": image, **fields})


def delete(caller: Caller, *image_ids: str, zone: str = ZONE) -> Answer:
    return caller.delete(f"{images_in(zone)}/{','.join(image_ids)}")


def delete_image(caller: Caller, image_id: str) -> None:
    """Delete an image, and wait until that is done."""
    job_of(delete(caller, image_id))
    caller.api.work()


def lease(caller: Caller, *image_ids: str, zone: str = ZONE) -> Answer:
    return send(caller, "POST", f"/v2/zone/{zone}/lease", {"resources": list(image_ids)})


def page(answer: Answer) -> Record:
    """A list of images or jobs in its envelope."""
    assert_ok(answer)
    assert "total_count" in answer.json
    envelope: Record = answer.json
    return envelope


def listing(caller: Caller, parameters: str = "", zone: str = ZONE) -> Record:
    """A list of images in its envelope; the parameters begin with a question mark."""
    return page(caller.get(images_in(zone) + parameters))


def listed(caller: Caller, parameters: str = "", zone: str = ZONE) -> list[Record]:
    """The images of a list, in its order."""
    found: list[Record] = listing(caller, parameters, zone)["images"]
    return found


def ids(images: Iterable[Record]) -> list[str]:
    return [image["image_id"] for image in images]


def listed_ids(caller: Caller, parameters: str = "", zone: str = ZONE) -> list[str]:
    return ids(listed(caller, parameters, zone))


def listed_names(caller: Caller, parameters: str = "") -> list[str]:
    """The names in a list, sorted."""
    return sorted(image["image_name"] for image in listed(caller, parameters))


def show(caller: Caller, image_id: str, zone: str = ZONE) -> Record:
    """The image as it is shown now, whatever its status."""
    (image,) = listed(caller, query(images=image_id), zone)
    return image


def status_of(caller: Caller, image_id: str) -> tuple[str, str]:
    """The status and the transition status of an image."""
    image = show(caller, image_id)
    return image["status"], image["transition_status"]


def job(caller: Caller, job_id: str, zone: str = ZONE) -> Record:
    """The job as it stands now."""
    return job_of(caller.get(f"/v2/zone/{zone}/job/{job_id}"))


def job_of(answer: Answer) -> Record:
    """The job of an answer."""
    assert_ok(answer)
    assert_job(answer.json)
    found: Record = answer.json
    return found


def jobs_of(answer: Answer) -> list[str]:
    """The ids in a list of jobs, in its order."""
    return [found["job_id"] for found in page(answer)["jobs"]]


def add(api: Api, **fields: Any) -> str:
    """Keep an active image of t1, unless the fields say otherwise, as other dialects do; returns its id."""
    image = an_image(**{"number": api.world.images.number(), "status": Status.ACTIVE, **fields})
    return api.world.images.add(image).id


def add_system_image(api: Api, **fields: Any) -> str:
    """Keep an image of the operator's that everybody sees; returns its id."""
    return add(api, **{"owner": OPERATOR, "visibility": Visibility.PUBLIC, **fields})


def add_in_status(api: Api, status: Status, **fields: Any) -> str:
    """Keep an image that has been in a status since now."""
    now = api.clock.now()
    gone = {"deleted_at": now} if status in {Status.PENDING_DELETE, Status.DELETED} else {}
    return add(api, status=status, created_at=now, **gone, **fields)


def share(api: Api, image_id: str, tenant: str) -> None:
    """Make a tenant a member of an image, which another dialect can."""
    image = stored(api, image_id)
    api.world.memberships.change(image, [a_membership(image, tenant)], [])


def stored(api: Api, image_id: str) -> Image:
    """The image as the catalogue keeps it."""
    found = api.world.images.get(image_id)
    assert found is not None, f"there is no image {image_id}"
    return found.image
