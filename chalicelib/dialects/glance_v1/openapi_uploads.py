"""What direct uploads, jobs, histories and usages take and answer, which the original does not have."""

from typing import Any

from chalicelib.dialects.glance_v1.openapi_answers import (
    AN_IMAGE,
    CLOSED_STORE,
    LISTS,
    NOTHING,
    READS,
    WRITES,
    answer,
)
from chalicelib.dialects.glance_v1.openapi_headers import IMAGE_ID, LIMIT, SEGMENT
from chalicelib.dialects.glance_v1.openapi_schemas import MEMBER_NAME
from chalicelib.http.openapi import Body, Operation, Parameter, ref

UPLOADS = "/v1/images/{image_id}/uploads"
UPLOAD = f"{UPLOADS}/{{upload_id}}"
UPLOAD_ID = Parameter("upload_id", "path", SEGMENT, "The id that the upload was given")
A_PART = {"number": 1, "md5": "d41d8cd98f00b204e9800998ecf8427e"}
A_LINK = {
    "number": 1,
    "url": "https://images.s3.amazonaws.com/71c675ab?partNumber=1",
    "headers": {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "Content-Length": "4979632"},
}
AN_UPLOAD: dict[str, Any] = {
    "id": "3c1d6f7e-0b57-4b0e-9a55-6a2f7a2f2f10",
    "image_id": AN_IMAGE["id"],
    "size": 4979632,
    "part_size": 16777216,
    "part_count": 1,
    "created_at": "2016-05-10T21:35:15.000000",
    "expires_at": "2016-05-11T21:35:15.000000",
    "received": [],
    "links": [A_LINK],
}
A_JOB = {
    "id": AN_UPLOAD["id"],
    "action": "upload",
    "status": "working",
    "images": [AN_IMAGE["id"]],
    "done": 1048576,
    "size": 4979632,
    "reason": "",
    "created_at": "2016-05-10T21:35:15.000000",
    "began_at": "2016-05-10T21:36:02.000000",
    "finished_at": None,
}
AN_EVENT = {
    "version": 3,
    "at": "2016-05-10T21:35:15.000000",
    "event": "shared",
    "user": "alice",
    "tenant": "t1",
    "token": "5f1c2b3a9d8e7f60",
    "dialect": "glance_v1",
    "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    "members": ["t2"],
}
A_USAGE = {
    "tenant": "t1",
    "bytes": 4979632,
    "bytes_allowed": 10737418240,
    "images": 3,
    "public_images": 1,
    "shared_images": 2,
    "shared_images_allowed": 1000,
}

OPERATIONS = {
    ("GET", "/v1/images/{image_id}/events"): Operation(
        "List the events of an image, oldest first",
        {200: answer("The events", "GlanceEvents", {"events": [AN_EVENT]})},
        (IMAGE_ID, LIMIT, Parameter("marker", "query", {"type": "integer"}, "The version after which the page begins")),
        description="For whoever may change the image, also once it is deleted.",
        refuses=(400, *READS),
    ),
    ("GET", UPLOADS): Operation(
        "List the unfinished uploads of an image",
        {200: answer("The uploads", "GlanceUploads", {"uploads": [{**AN_UPLOAD, "links": []}]})},
        (IMAGE_ID,),
        refuses=(*READS, *CLOSED_STORE),
    ),
    ("POST", UPLOADS): Operation(
        "Start an upload, in parts",
        {
            201: answer(
                "The upload, with links for the parts that were named", "GlanceUploadAnswer", {"upload": AN_UPLOAD}
            )
        },
        (IMAGE_ID,),
        (Body(ref("GlanceNewUpload"), example={"size": 4979632, "parts": [A_PART]}),),
        "For images that do not fit into a request. A part is sent by a PUT to its link, with the headers of the link.",
        (*WRITES, *CLOSED_STORE, 413),
    ),
    ("GET", UPLOAD): Operation(
        "Show an upload",
        {200: answer("The upload, with the parts that have come", "GlanceUploadAnswer", {"upload": AN_UPLOAD})},
        (IMAGE_ID, UPLOAD_ID),
        refuses=(*READS, *CLOSED_STORE),
    ),
    ("POST", UPLOAD): Operation(
        "Complete an upload",
        {202: answer("The image, which is verified by and by", "GlanceImageAnswer", {"image": AN_IMAGE})},
        (IMAGE_ID, UPLOAD_ID),
        (Body(ref("GlanceSentParts"), example={"parts": [{"number": 1, "etag": A_PART["md5"]}]}),),
        refuses=(400, *READS, *CLOSED_STORE),
    ),
    ("DELETE", UPLOAD): Operation(
        "Cancel an upload, and delete its image", {204: NOTHING}, (IMAGE_ID, UPLOAD_ID), refuses=READS
    ),
    ("POST", f"{UPLOAD}/links"): Operation(
        "Get upload links, one for each part",
        {200: answer("A link for each part", "GlanceLinks", {"links": [A_LINK]})},
        (IMAGE_ID, UPLOAD_ID),
        (Body(ref("GlanceWantedParts"), example={"parts": [A_PART]}),),
        refuses=(400, *READS),
    ),
    ("GET", "/v1/jobs"): Operation(
        "List jobs, newest first", {200: answer("The jobs", "GlanceJobs", {"jobs": [A_JOB]})}, (LIMIT,), refuses=LISTS
    ),
    ("GET", "/v1/jobs/{job_id}"): Operation(
        "Show a job", {200: answer("The job", "GlanceJobAnswer", {"job": A_JOB})}, refuses=READS
    ),
    ("GET", "/v1/usage"): Operation(
        "Show usage, and what a tenant is allowed",
        {200: answer("The usage", "GlanceUsageAnswer", {"usage": A_USAGE})},
        (Parameter("tenant", "query", MEMBER_NAME, "Another tenant, for administrators"),),
        description="What has no limit is allowed null.",
        refuses=LISTS,
    ),
}
