"""What the operations of this dialect take and answer (wire §1 to §4); `openapi_*` have the parts of it."""

from dataclasses import replace

from chalicelib.dialects.glance_v1 import openapi_answers as answers
from chalicelib.dialects.glance_v1 import openapi_headers as headers
from chalicelib.dialects.glance_v1.openapi_answers import CLOSED_STORE, LISTS, NOTHING, READS, WRITES, answer
from chalicelib.dialects.glance_v1.openapi_headers import IMAGE_ID
from chalicelib.dialects.glance_v1.openapi_schemas import BRIEF, MEMBER_NAME, OCTETS, SCHEMAS
from chalicelib.dialects.glance_v1.openapi_tokens import OPERATIONS as TOKEN_OPERATIONS
from chalicelib.dialects.glance_v1.openapi_uploads import OPERATIONS as UPLOAD_OPERATIONS
from chalicelib.dialects.glance_v1.options import read_options
from chalicelib.dialects.glance_v1.schema import OCTETS as OCTET_STREAM
from chalicelib.http.openapi import TOKEN_HEADER, USER_AND_SECRET, Body, Description, Operation, Parameter, ref

SETTINGS = [read_options({"statuses": statuses}) for statuses in ("documented", "upstream")]
IMAGES, IMAGE = "/v1/images", "/v1/images/{image_id}"
MEMBERS, MEMBER = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}"
TENANT = Parameter("member", "path", MEMBER_NAME, "A tenant")
DATA = Body(OCTETS, OCTET_STREAM, required=False)

ACTIONS = (
    ("deactivate", "Deactivate an image", "Nobody gets them until it is reactivated."),
    ("reactivate", "Reactivate an image", "One that is deactivated or deprecated."),
    (
        "allow",
        "Allow an image, whatever inspection finds in its bytes",
        "For administrators, as long as it is neither killed nor deleted. Its history tells who did it.",
    ),
    ("deprecate", "Deprecate an image", "It can be used as before, but other dialects show that it should not."),
)
BRIEF_LIST = Operation(
    "List images, in brief",
    {200: answer("A page", "GlanceBriefImages", {"images": [{name: answers.AN_IMAGE[name] for name in BRIEF}]})},
    headers.LIST_QUERY,
    description=headers.FILTERS,
    refuses=LISTS,
)
DOWNLOAD = Operation(
    "Download an image",
    {200: answers.THE_BYTES, 302: answers.BYTES_ELSEWHERE},
    (IMAGE_ID,),
    refuses=(*READS, *CLOSED_STORE),
)
IMAGE_OPERATIONS = {
    ("GET", "/v1"): replace(BRIEF_LIST, internal=True),
    ("GET", IMAGES): BRIEF_LIST,
    ("GET", f"{IMAGES}/detail"): Operation(
        "List images in detail",
        {200: answer("A page", "GlanceImages", {"images": [answers.AN_IMAGE]})},
        headers.LIST_QUERY,
        description=headers.FILTERS,
        refuses=LISTS,
    ),
    ("HEAD", f"{IMAGES}/detail"): Operation("Not offered", {}, refuses=(405,)),
    ("POST", IMAGES): Operation(
        "Register an image, with its bytes or without",
        {options.created: answers.NEW_IMAGE for options in SETTINGS},
        headers.FACT_HEADERS,
        (DATA,),
        f"{headers.METADATA} The status is 202 unless the operator chooses 201.",
        (*WRITES, *CLOSED_STORE, 412, 413),
    ),
    ("GET", IMAGE): DOWNLOAD,
    ("GET", f"{IMAGE}/file"): replace(DOWNLOAD, internal=True),
    ("HEAD", IMAGE): Operation("Show an image, in headers", {200: answers.IN_HEADERS}, (IMAGE_ID,), refuses=READS),
    ("PUT", IMAGE): Operation(
        "Change an image, or upload its bytes",
        {200: answers.THE_IMAGE},
        (IMAGE_ID, *headers.FACT_HEADERS, headers.PURGE),
        (DATA,),
        headers.METADATA,
        (*WRITES, *CLOSED_STORE, 412, 413),
    ),
    ("DELETE", IMAGE): Operation(
        "Delete an image",
        {options.deleted: NOTHING for options in SETTINGS},
        (IMAGE_ID,),
        description="The status is 204 unless the operator chooses 200. A body, if there is one, must be JSON.",
        refuses=WRITES,
    ),
    ("POST", f"{IMAGE}/restore"): Operation(
        "Restore a deleted image",
        {200: answers.THE_IMAGE},
        (IMAGE_ID,),
        description="For whoever may delete the image. It is active again, and shared as it was.",
        refuses=(*READS, 409),
    ),
    **{
        ("POST", f"{IMAGE}/actions/{action}"): Operation(
            summary, {200: answers.THE_IMAGE}, (IMAGE_ID,), description=description, refuses=(*READS, 409)
        )
        for action, summary, description in ACTIONS
    },
}
MEMBER_OPERATIONS = {
    ("GET", MEMBERS): Operation(
        "List the members of an image",
        {200: answer("All of them, or the caller alone", "GlanceMembers")},
        (IMAGE_ID,),
        refuses=(400, *READS),
    ),
    ("PUT", MEMBERS): Operation(
        "Replace the members of an image",
        {204: NOTHING},
        (IMAGE_ID,),
        (Body(ref("GlanceMemberships"), example={"memberships": [{"member_id": "t2", "can_share": False}]}),),
        "An entry that does not say `can_share` leaves the right of a member alone, and gives none to a new one.",
        (*WRITES, 413),
    ),
    ("GET", MEMBER): Operation("Not offered", {}, (IMAGE_ID,), refuses=(405,)),
    ("PUT", MEMBER): Operation(
        "Share an image with a tenant",
        {204: NOTHING},
        (IMAGE_ID, TENANT),
        (Body(ref("GlanceNewMember"), required=False, example={"member": {"can_share": True}}),),
        "Without `can_share` the right of a member is left alone, and a new one has none.",
        (*WRITES, 413),
    ),
    ("DELETE", MEMBER): Operation(
        "Stop sharing an image with a tenant",
        {204: NOTHING},
        (IMAGE_ID, TENANT),
        description="A member removes its own tenant, and leaves, whether or not it may share.",
        refuses=(*READS, 409),
    ),
    ("GET", "/v1/shared-images/{member}"): Operation(
        "List the images that are shared with a tenant",
        {200: answer("As far as it concerns the caller", "GlanceSharedImages")},
        refuses=(400, 503),
    ),
}
OPERATIONS = {
    **IMAGE_OPERATIONS,
    **MEMBER_OPERATIONS,
    **TOKEN_OPERATIONS,
    **UPLOAD_OPERATIONS,
}

DESCRIPTION = Description(
    title="OpenStack Glance v1",
    about="The Image API v1, and more than the original has: uploads in parts, jobs, events, usage and tokens."
    " `/v1.0` and `/v1.1` are `/v1`, and so is `/` with `Accept: application/vnd.openstack.images-v1`. `GET /v1` lists"
    " images, and `GET /v1/images/{image_id}/file` downloads one, as current clients do.",
    security={**TOKEN_HEADER, **USER_AND_SECRET},
    schemas=SCHEMAS,
    operations={
        key: replace(each, parameters=(*each.parameters, headers.REQUEST_ID)) for key, each in OPERATIONS.items()
    },
    errors=answers.ERRORS,
)
