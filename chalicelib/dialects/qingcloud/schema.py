"""Parse requests and render responses (wire §6 to §8). Pure functions."""

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypedDict

from chalicelib.catalog import lengths
from chalicelib.catalog.architecture import width
from chalicelib.catalog.facts import disk_size
from chalicelib.catalog.image import Alias, Changes, Image, Status, Visibility
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.catalog.rules import gigabytes
from chalicelib.dialects.qingcloud import parameters
from chalicelib.http import fields
from chalicelib.http.dialect_facts import DialectFacts

NAMESPACE = "qingcloud"
"""The namespace of facts, and of captured images' ids."""


class Facts(TypedDict, total=False):
    """Facts of an image that only this dialect knows."""

    recommended_type: str | None


FACTS = DialectFacts(NAMESPACE, Facts)
STATUSES: Mapping[Status, str] = {
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
RECOVERABLE = timedelta(hours=2)
"""How long a deleted image can be restored; then it is shown as ceased, whether or not the sweep has run."""
ACTIONS: Mapping[Action, str] = {
    Action.CAPTURE: "CaptureInstance",
    Action.MODIFY: "ModifyImageAttributes",
    Action.DELETE: "DeleteImages",
    Action.RECOVER: "Lease",
    Action.UPLOAD: "UploadImage",
    Action.COPY: "CopyImage",
}
PROCESSORS: Mapping[int | None, str] = {64: "64bit", 32: "32bit"}
PLATFORMS = ("linux", "windows")
LONGEST_NAME = lengths.IMAGE["name"]
LONGEST_DESCRIPTION = 1000
"""In characters; shorter than in other dialects (wire §6)."""
MAX_IDS = 100


class Viewer(NamedTuple):
    """The caller for whom an image is rendered, and the current time."""

    tenant: str | None
    operator: str
    now: datetime


def alias_of(image_id: str) -> Alias:
    """The alias for an id of this dialect."""
    return Alias(NAMESPACE, image_id)


def new_alias() -> dict[str, str]:
    """A random id for a new image."""
    characters = string.digits + string.ascii_uppercase
    return {NAMESPACE: "img-" + "".join(secrets.choice(characters) for _ in range(8))}


def shown_id(image: Image) -> str:
    """The id in this dialect, or the image's own."""
    return image.aliases.get(NAMESPACE, image.id)


def shown_status(image: Image, now: datetime) -> str:
    """The status in this dialect."""
    ceased = image.status is Status.PENDING_DELETE and image.status_changed_at + RECOVERABLE <= now
    return "ceased" if ceased else STATUSES[image.status]


def shown_provider(image: Image, viewer: Viewer) -> str:
    """The owner, relative to the caller."""
    if image.owner is not None and image.owner == viewer.tenant:
        return "self"
    return "system" if image.owner == viewer.operator else "shared"


def shown_processor(image: Image) -> str:
    """`32bit` or `64bit`; empty if unknown."""
    return PROCESSORS.get(width(image.architecture), "")


def shown_visibility(image: Image) -> str:
    """`public` or `private`: there are only these two."""
    return "public" if image.visibility is Visibility.PUBLIC else "private"


def render_image(image: Image, viewer: Viewer) -> dict[str, Any]:
    """Render the sixteen fields."""
    status = shown_status(image, viewer.now)
    waiting = "creating" if status == "pending" else ""
    platform = (image.platform or "").lower()
    return {
        "image_id": shown_id(image),
        "image_name": image.name or "",
        "description": image.description or "",
        "size": gigabytes(disk_size(image)),
        "platform": platform if platform in PLATFORMS else "",
        "os_family": image.os_family or "",
        "processor_type": shown_processor(image),
        "visibility": shown_visibility(image),
        "provider": shown_provider(image, viewer),
        "status": status,
        "transition_status": image.transition.value if image.transition else waiting,
        "create_time": _time(image.created_at),
        "status_time": _time(image.status_changed_at),
        "default_user": image.login_user or "",
        "default_passwd": "",
        "recommended_type": FACTS.of(image).get("recommended_type") or "",
    }


def render_job(job: Job) -> dict[str, Any]:
    """Render a job; its error is nested, so that clients do not take the response for an error."""
    shown: dict[str, Any] = {
        "job_id": job.id,
        "id_prefix": "",
        "action": ACTIONS[job.action],
        "request_id": job.request_id or job.id,
        "status": job.status.value,
        "create_time": _time(job.created_at),
        "begin_time": _time(job.began_at),
        "finished_time": _time(job.finished_at),
        "info": job.info,
        "extra": "",
        "zone": job.zone,
        "resource_ids": list(job.names),
    }
    if job.status is JobStatus.FAILED:
        shown["error"] = {"code": "5000", "message": f"InternalError, {job.info}"}
    return shown


def _time(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_changes(document: Mapping[str, Any], image: Image) -> Changes:
    """Parse the changes of a PUT; unchanged fields are kept. Raises BadMessage."""
    document = fields.changed(document, {"image_name": image.name or "", "description": image.description or ""})
    name = parameters.name(document, "image_name", LONGEST_NAME)
    description = parameters.text(document, "description", LONGEST_DESCRIPTION)
    changes: Changes = {}
    if name is not None:
        changes["name"] = name
    if description is not None:
        changes["description"] = description or None
    return changes
