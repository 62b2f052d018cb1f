"""Glance v1."""

from functools import partial

from tests.permissions.operations.operation import Operation

IMAGES, IMAGE = "/v1/images", "/v1/images/{image_id}"
MEMBERS, MEMBER = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}"
UPLOADS, UPLOAD = f"{IMAGE}/uploads", f"{IMAGE}/uploads/{{upload_id}}"
ONE, ONE_UPLOAD = "/v1/images/{id}", "/v1/images/{id}/uploads/{upload}"
RENAMED = {"x-image-meta-name": "{new}"}
PUBLIC = {"x-image-meta-is_public": "True"}
TO_NEW = {"memberships": [{"member_id": "{new}"}, {"member_id": "{own}"}]}
MAY_SHARE = {"member": {"can_share": True}}
PARTS = {"parts": [{"number": 1, "etag": "{md5}", "md5": "{md5}"}]}
TOKEN, OF_OWNER = "/v1/tokens/{token_id}", "?tenant={owner}"
WIDER = {"token": {"name": "{new}", "policies": ["admin"]}}
EVER = "changes-since=1999-01-01"

_op = partial(Operation, "glance_v1")

OPERATIONS = (
    _op("GET", "/v1", "images", "/v1", "image"),
    _op("GET", IMAGES, "images", "/v1/images?limit=100", "image"),
    _op("GET", IMAGES, "marker", "/v1/images?marker={id}", "image", variant="after a marker"),
    _op("GET", IMAGES, "all images", "/v1/images?is_public=None", "image", variant="all"),
    _op("GET", f"{IMAGES}/detail", "images", "/v1/images/detail", "image"),
    _op("GET", f"{IMAGES}/detail", "all images", "/v1/images/detail?is_public=None", "image", variant="all"),
    _op("GET", f"{IMAGES}/detail", "not public images", "/v1/images/detail?is_public=0", "image", variant="not public"),
    _op("GET", f"{IMAGES}/detail", "changed images", f"/v1/images/detail?{EVER}", "image", variant="changed"),
    _op(
        "GET",
        f"{IMAGES}/detail",
        "all changed images",
        f"/v1/images/detail?is_public=None&{EVER}",
        "image",
        variant="all changed",
    ),
    _op("GET", f"{IMAGES}/detail", "marker", "/v1/images/detail?marker={id}", "image", variant="after a marker"),
    _op("HEAD", f"{IMAGES}/detail", "method not offered", "/v1/images/detail"),
    _op("POST", IMAGES, "create", IMAGES, headers=RENAMED, stores=True, creates=True),
    _op("POST", IMAGES, "create public", IMAGES, headers=PUBLIC, stores=True, creates=True, variant="public"),
    _op("GET", IMAGE, "download", ONE, "image with bytes"),
    _op("GET", f"{IMAGE}/file", "download", f"{ONE}/file", "image with bytes"),
    _op("HEAD", IMAGE, "headers", ONE, "image"),
    _op("PUT", IMAGE, "update", ONE, "image", RENAMED, stores=True),
    _op("PUT", IMAGE, "make public", ONE, "image", PUBLIC, stores=True, variant="public"),
    _op("DELETE", IMAGE, "delete", ONE, "image with bytes", stores=True),
    _op("POST", f"{IMAGE}/restore", "restore", f"{ONE}/restore", "cloud image", stores=True),
    *(
        _op("POST", f"{IMAGE}/actions/{action}", action, f"{ONE}/actions/{action}", about, stores=True)
        for action, about in (
            ("deactivate", "active or deprecated image"),
            ("reactivate", "deactivated image"),
            ("deprecate", "image"),
            ("allow", "image"),
        )
    ),
    _op("GET", MEMBERS, "members", f"{ONE}/members", "image"),
    _op("PUT", MEMBERS, "share", f"{ONE}/members", "image", body=TO_NEW, stores=True),
    _op("GET", MEMBER, "method not offered", f"{ONE}/members/{{member}}", "image"),
    _op("PUT", MEMBER, "share", f"{ONE}/members/{{new}}", "image", stores=True),
    _op(
        "PUT",
        MEMBER,
        "change a member",
        f"{ONE}/members/{{member}}",
        "image",
        body=MAY_SHARE,
        stores=True,
        variant="one that there is",
    ),
    _op("DELETE", MEMBER, "remove a member", f"{ONE}/members/{{member}}", "image", stores=True),
    _op(
        "DELETE",
        MEMBER,
        "remove the sharer",
        f"{ONE}/members/{{sharer}}",
        "image",
        stores=True,
        variant="who may share",
    ),
    _op("GET", "/v1/shared-images/{member}", "shared with the member", "/v1/shared-images/{member}", "image"),
    _op("GET", f"{IMAGE}/events", "events", f"{ONE}/events", "image"),
    _op("GET", UPLOADS, "uploads", f"{ONE}/uploads", "upload"),
    _op("POST", UPLOADS, "begin an upload", f"{ONE}/uploads", "queued image", body={"size": 5}, stores=True),
    _op("GET", UPLOAD, "an upload", ONE_UPLOAD, "upload"),
    _op("POST", UPLOAD, "complete an upload", ONE_UPLOAD, "upload", body=PARTS, stores=True),
    _op("DELETE", UPLOAD, "abort an upload", ONE_UPLOAD, "upload", stores=True),
    _op("POST", f"{UPLOAD}/links", "an upload", f"{ONE_UPLOAD}/links", "upload", body=PARTS),
    _op("GET", "/v1/jobs", "jobs", "/v1/jobs", "job"),
    _op("GET", "/v1/jobs/{job_id}", "a job", "/v1/jobs/{id}", "job"),
    _op("GET", "/v1/tokens", "tokens", "/v1/tokens", "token"),
    _op("GET", "/v1/tokens", "tokens of a tenant", f"/v1/tokens{OF_OWNER}", "token", variant="of a tenant"),
    _op("POST", "/v1/tokens", "make a token", "/v1/tokens", body={"token": {"name": "{new}"}}, stores=True),
    _op("POST", "/v1/tokens", "make an administrator's token", "/v1/tokens", body=WIDER, stores=True, variant="wider"),
    _op("GET", TOKEN, "a token", "/v1/tokens/{id}", "token"),
    _op("GET", TOKEN, "the own token", "/v1/tokens/current", variant="current"),
    _op("GET", TOKEN, "a token of a tenant", f"/v1/tokens/{{id}}{OF_OWNER}", "token", variant="of a tenant"),
    _op("DELETE", TOKEN, "end a token", "/v1/tokens/{id}", "token", stores=True),
    _op(
        "DELETE",
        TOKEN,
        "end a token of a tenant",
        f"/v1/tokens/{{id}}{OF_OWNER}",
        "token",
        stores=True,
        variant="of a tenant",
    ),
    _op("GET", "/v1/usage", "usage", "/v1/usage"),
    _op("GET", "/v1/usage", "usage of a tenant", "/v1/usage?tenant={member}", variant="of a tenant"),
)
