"""Glance v2."""

from functools import partial

from tests.permissions.operations.operation import Operation

IMAGES, IMAGE, ONE = "/v2/images", "/v2/images/{image_id}", "/v2/images/{id}"
MEMBERS, MEMBER, TAG = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}", f"{IMAGE}/tags/{{tag}}"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
OCTETS = {"Content-Type": "application/octet-stream"}
RENAMED = [{"op": "replace", "path": "/name", "value": "{new}"}]
PUBLISHED = [{"op": "replace", "path": "/visibility", "value": "public"}]
FETCHED = {"method": {"name": "web-download", "uri": "s3://elsewhere/disk"}}
EVERYTHING = "visibility=all&member_status=all&sort=status"
PUBLIC = {"visibility": "public"}
DIRECT = {"method": {"name": "glance-direct"}}

_op = partial(Operation, "glance_v2")

OPERATIONS = (
    *(_op(method, "/", "choices of versions", "/") for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")),
    _op("OPTIONS", "/", "choices of versions", "/"),
    _op("GET", "/versions", "versions", "/versions"),
    _op("GET", IMAGES, "images", f"{IMAGES}?limit=100", "image"),
    _op("GET", IMAGES, "images of members", f"{IMAGES}?member_status=all", "image", variant="whatever was said"),
    _op("GET", IMAGES, "public images", f"{IMAGES}?visibility=public", "image", variant="public"),
    _op(
        "GET",
        IMAGES,
        "images of members",
        f"{IMAGES}?visibility=all&member_status=all&sort=status",
        "image",
        variant="all",
    ),
    _op("GET", IMAGES, "marker", f"{IMAGES}?marker={{id}}", "image", variant="after a marker"),
    _op("POST", IMAGES, "create", IMAGES, body={"name": "{new}"}, stores=True, creates=True),
    _op(
        "POST",
        IMAGES,
        "create public",
        IMAGES,
        body={"visibility": "public"},
        stores=True,
        creates=True,
        variant="public",
    ),
    _op("GET", IMAGE, "show", ONE, "image"),
    _op("PATCH", IMAGE, "update", ONE, "image", PATCH, RENAMED, stores=True),
    _op("PATCH", IMAGE, "make public", ONE, "image", PATCH, PUBLISHED, stores=True, variant="public"),
    _op("PATCH", IMAGE, "show", ONE, "image", PATCH, [], variant="nothing"),
    _op("DELETE", IMAGE, "delete", ONE, "image with bytes", stores=True),
    _op("GET", f"{IMAGE}/file", "download", f"{ONE}/file", "image with bytes"),
    _op("PUT", f"{IMAGE}/file", "upload", f"{ONE}/file", "queued image", OCTETS, "bytes", stores=True),
    _op("PUT", f"{IMAGE}/stage", "stage", f"{ONE}/stage", "queued image", OCTETS, "bytes", stores=True),
    _op("POST", f"{IMAGE}/import", "import", f"{ONE}/import", "queued image", body=FETCHED, stores=True),
    _op("POST", f"{IMAGE}/import", "import nothing", f"{ONE}/import", "image", body=DIRECT, variant="not staged"),
    *(
        _op("POST", f"{IMAGE}/actions/{name}", name, f"{ONE}/actions/{name}", "image", stores=True)
        for name in ("deactivate", "reactivate")
    ),
    _op("GET", MEMBERS, "members", f"{ONE}/members", "image"),
    _op("POST", MEMBERS, "invite", f"{ONE}/members", "image", body={"member": "{new}"}, stores=True),
    _op("GET", MEMBER, "a member", f"{ONE}/members/{{member}}", "image"),
    _op("PUT", MEMBER, "answer", f"{ONE}/members/{{member}}", "image", body={"status": "accepted"}, stores=True),
    _op("DELETE", MEMBER, "remove a member", f"{ONE}/members/{{member}}", "image", stores=True),
    _op("PUT", TAG, "tag", f"{ONE}/tags/{{new}}", "image", stores=True),
    _op("DELETE", TAG, "remove a tag that is not there", f"{ONE}/tags/x", "image"),
    *(_op(method, f"{IMAGE}/locations", "locations", f"{ONE}/locations", "image") for method in ("GET", "POST")),
    *(
        _op("GET", path, "what everybody with a token is told", path)
        for path in (
            *("/v2/info/import", "/v2/info/usage"),
            *("/v2/metadefs/namespaces", "/v2/metadefs/resource_types"),
        )
    ),
    _op("GET", "/v2/schemas/{name}", "what everybody with a token is told", "/v2/schemas/image"),
    *(_op("GET", f"/v2/info/stores{more}", "stores", f"/v2/info/stores{more}") for more in ("", "/detail")),
    _op("GET", "/v2/tasks", "tasks", "/v2/tasks"),
    *(
        _op("POST", path, "what nobody writes", path)
        for path in ("/v2/tasks", "/v2/metadefs/namespaces", "/v2/metadefs/resource_types")
    ),
)
