"""Glance v2."""

import json
from functools import partial

from tests.permissions.operations.operation import Operation

IMAGES, IMAGE = "/v2/images", "/v2/images/{image_id}"
MEMBERS, MEMBER = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}"
TAG, FILE, STAGE = f"{IMAGE}/tags/{{tag}}", f"{IMAGE}/file", f"{IMAGE}/stage"
ONE = "/v2/images/{id}"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
OCTETS = {"Content-Type": "application/octet-stream"}
FETCH = {"method": {"name": "web-download", "uri": "https://images.example/image"}}
DIRECT = {"method": {"name": "glance-direct"}}

_op = partial(Operation, "glance_v2")


def _list(table: str, query: str, about: str = "image") -> Operation:
    return _op("GET", IMAGES, table, f"{IMAGES}?{query}", about, variant=query.replace("{id}", "an image"))


def _patch(table: str, variant: str, *changes: tuple[str, str], stores: bool = True) -> Operation:
    body = json.dumps([{"op": "replace", "path": f"/{name}", "value": value} for name, value in changes])
    return _op("PATCH", IMAGE, table, ONE, "image", PATCH, body, stores=stores, variant=variant)


def _create(table: str, variant: str, about: str = "nothing", **fields: str) -> Operation:
    body = {"name": "{new}", **fields}
    return _op("POST", IMAGES, table, IMAGES, about, body=body, stores=True, creates=True, variant=variant)


OPERATIONS = (
    *(_op(method, "/", "choices of versions", "/") for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")),
    _op("OPTIONS", "/", "choices of versions", "/"),
    _op("GET", "/versions", "versions", "/versions"),
    _op("GET", IMAGES, "images", IMAGES, "image"),
    _list("marker", "marker={id}"),
    _list("pending images", "member_status=pending"),
    _list("rejected images", "member_status=rejected"),
    _list("images whatever is said of them", "member_status=all"),
    _list("all images", "visibility=all"),
    _list("public images", "visibility=public"),
    _list("community images", "visibility=community"),
    _list("shared images", "visibility=shared"),
    _list("pending shared images", "visibility=shared&member_status=pending"),
    _list("private images", "visibility=private"),
    _list("images", "sort=status,name:asc"),
    _list("nothing", "os_hidden=true"),
    _list("nothing", "os_hidden=false", "hidden image"),
    _list("images", "os_hidden=true&limit=100", "hidden image"),
    _create("create", ""),
    _create("create", "community", visibility="community"),
    _create("create public", "public", visibility="public"),
    _create("create for a tenant", "for a tenant", owner="{admin}"),
    _create("create with an id", "with an id that is taken", "image", id="{id}"),
    _op("GET", IMAGE, "show", ONE, "image"),
    _patch("update", "", ("name", "{new}")),
    _patch("show", "nothing", stores=False),
    _patch("make public", "public", ("visibility", "public")),
    _patch("give away", "owner", ("owner", "{member}")),
    _op("DELETE", IMAGE, "delete", ONE, "image with bytes", stores=True),
    _op("GET", FILE, "download", f"{ONE}/file", "image with bytes"),
    _op("PUT", FILE, "send bytes", f"{ONE}/file", "queued image", OCTETS, "bytes", stores=True),
    _op("PUT", STAGE, "send bytes", f"{ONE}/stage", "queued image", OCTETS, "bytes", stores=True),
    _op("POST", f"{IMAGE}/import", "import", f"{ONE}/import", "queued image", body=FETCH, stores=True),
    _op(
        "POST", f"{IMAGE}/import", "import", f"{ONE}/import", "staged image", body=DIRECT, stores=True, variant="staged"
    ),
    _op("POST", f"{IMAGE}/actions/deactivate", "deactivate", f"{ONE}/actions/deactivate", "image", stores=True),
    _op("POST", f"{IMAGE}/actions/reactivate", "reactivate", f"{ONE}/actions/reactivate", "image", stores=True),
    _op("GET", MEMBERS, "members", f"{ONE}/members", "image"),
    _op("POST", MEMBERS, "share", f"{ONE}/members", "image", body={"member": "{new}"}, stores=True),
    _op(
        "POST",
        MEMBERS,
        "share again",
        f"{ONE}/members",
        "image",
        body={"member": "{member}"},
        stores=True,
        variant="one that there is",
    ),
    _op("GET", MEMBER, "a member", f"{ONE}/members/{{member}}", "image"),
    _op("PUT", MEMBER, "answer", f"{ONE}/members/{{member}}", "image", body={"status": "rejected"}, stores=True),
    _op("DELETE", MEMBER, "remove a member", f"{ONE}/members/{{member}}", "image", stores=True),
    _op("PUT", TAG, "tag", f"{ONE}/tags/{{new}}", "image", stores=True),
    _op("DELETE", TAG, "tag", f"{ONE}/tags/old", "image", stores=True),
    _op("GET", f"{IMAGE}/locations", "locations", f"{ONE}/locations", "image"),
    _op("POST", f"{IMAGE}/locations", "locations", f"{ONE}/locations", "image", body={"url": "s3://bucket/key"}),
    _op("GET", "/v2/schemas/{name}", "documents", "/v2/schemas/image"),
    _op("GET", "/v2/info/import", "documents", "/v2/info/import"),
    _op("GET", "/v2/info/usage", "documents", "/v2/info/usage"),
    _op("GET", "/v2/info/stores", "not served", "/v2/info/stores"),
    _op("GET", "/v2/info/stores/detail", "not served", "/v2/info/stores/detail"),
    _op("GET", "/v2/tasks", "tasks", "/v2/tasks"),
    _op("POST", "/v2/tasks", "not written", "/v2/tasks", body={"type": "import"}),
    _op("GET", "/v2/metadefs/namespaces", "documents", "/v2/metadefs/namespaces"),
    _op("POST", "/v2/metadefs/namespaces", "not written", "/v2/metadefs/namespaces", body={"namespace": "{new}"}),
    _op("GET", "/v2/metadefs/resource_types", "documents", "/v2/metadefs/resource_types"),
    _op("POST", "/v2/metadefs/resource_types", "not written", "/v2/metadefs/resource_types", body={"name": "{new}"}),
)
