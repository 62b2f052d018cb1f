"""The vocabulary of the dialects: a valid request for each route, and the names of parameters and headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.catalog.image import Status
from chalicelib.catalog.job import JobStatus
from chalicelib.catalog.reference import Kind
from chalicelib.http.console import files
from tests.fuzz.catalogue import (
    ALIASES,
    IMAGES,
    JOBS,
    NUMBERS,
    PASSWORD,
    PUBLIC,
    SHARED,
    TENANT,
    TITLES,
    TOKEN_ID,
    UPLOAD,
)

OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
VOLUME = "33333333-3333-4333-8333-333333333333"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usual:
    """What a client sends to a route: a JSON document, bytes, or nothing."""

    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


SCALEWAY_IMAGE: Record = {
    "organization": TENANT,
    "name": "fuzzed",
    "arch": "x86_64",
    "root_volume": VOLUME,
    "public": False,
    "extra_volumes": {"1": {"id": VOLUME, "size": 10}},
    "default_bootscript": {"id": VOLUME, "title": "boot"},
    "tags": [],
}
FOREMAN_IMAGE: Record = {
    "name": "fuzzed",
    "username": "root",
    "uuid": "ami-1",
    "password": PASSWORD,
    "iam_role": "role",
    "user_data": True,
    "compute_resource_id": 1,
    "operatingsystem_id": 1,
    "operatingsystem_name": TITLES[Kind.OPERATINGSYSTEM],
    "architecture_id": 1,
}
FOREMAN_PARENTS: Mapping[str, Record] = {
    "compute_resource": {"name": "fuzzed", "provider": "EC2", "url": "eu-west-1", "description": "d"},
    "operatingsystem": {"name": "fuzzed", "major": "7", "minor": "9", "family": "Redhat", "description": "d"},
    "architecture": {"name": "fuzzed"},
}
DEVOPS_IMAGE: Record = {
    "id": "fuzzed",
    "provider": "ec2",
    "remote_user": "root",
    "name": "n",
    "bootstrap_template": "b",
}
GLANCE_HEADERS = {
    "x-image-meta-name": "fuzzed",
    "x-image-meta-disk_format": "raw",
    "x-image-meta-container_format": "bare",
    "x-image-meta-size": "3",
    "x-image-meta-min_disk": "0",
    "x-image-meta-property-os%20distro": "a%20b",
}
GLANCE_IMAGE: Record = {
    "name": "fuzzed",
    "visibility": "private",
    "disk_format": "raw",
    "container_format": "bare",
    "min_disk": 0,
    "protected": False,
    "tags": ["a"],
    "os distro": "a b",
}
GLANCE_PATCH = [
    {"op": "replace", "path": "/name", "value": "fuzzed"},
    {"op": "add", "path": "/tags/-", "value": "a"},
    {"op": "add", "path": "/os distro", "value": "b"},
    {"op": "remove", "path": "/os distro"},
]
PATCH_TYPE = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
SECRET = "the-secret"
"""Placeholder in bodies for the owner's secret."""
KEYSTONE_USER: Record = {
    "name": f"user-of-{TENANT}",
    "domain": {"id": "default", "name": "Default"},
    "password": SECRET,
}
KEYSTONE_PROJECT: Record = {"id": TENANT, "name": TENANT, "domain": {"name": "Default"}}
PARTS = [{"number": 1, "md5": "rL0Y20zC+Fzt72VPzMSk2A==", "etag": "acbd18db4cc2f85cedef654fccc4a4d8"}]

USUAL: Mapping[tuple[str, str], Usual] = {
    ("POST", "/images"): Usual(SCALEWAY_IMAGE),
    ("PUT", "/images/{image_id}"): Usual({"name": "renamed", "arch": "arm", "public": True}),
    ("PATCH", "/images/{image_id}"): Usual({"name": "renamed", "extra_volumes": {}, "default_bootscript": None}),
    **{("POST", f"/api/{kind}s"): Usual({kind: facts}, JSON) for kind, facts in FOREMAN_PARENTS.items()},
    **{
        (method, f"/api/{kind}s/{{parent_id}}/images{rest}"): Usual({"image": FOREMAN_IMAGE}, JSON)
        for kind in FOREMAN_PARENTS
        for method, rest in (("POST", ""), ("PUT", "/{image_id}"), ("PATCH", "/{image_id}"))
    },
    ("POST", "/v1/images"): Usual(headers={**GLANCE_HEADERS, **OCTETS}, content=b"foo"),
    ("PUT", "/v1/images/{image_id}"): Usual(headers=GLANCE_HEADERS),
    ("PUT", "/v1/images/{image_id}/members"): Usual({"memberships": [{"member_id": "t2", "can_share": True}]}),
    ("PUT", "/v1/images/{image_id}/members/{member}"): Usual({"member": {"can_share": True}}),
    ("POST", "/v1/images/{image_id}/uploads"): Usual({"size": 6_000_000, "part_size": 5 << 20, "parts": PARTS}),
    ("POST", "/v1/images/{image_id}/uploads/{upload_id}"): Usual({"parts": PARTS}),
    ("POST", "/v1/images/{image_id}/uploads/{upload_id}/links"): Usual({"parts": PARTS}),
    ("POST", "/v1/tokens"): Usual({"token": {"name": "fuzzed", "policies": ["read_images"], "expires_in": 3600}}),
    ("POST", "/v2/images"): Usual(GLANCE_IMAGE, JSON),
    ("PATCH", "/v2/images/{image_id}"): Usual(GLANCE_PATCH, PATCH_TYPE),
    ("PUT", "/v2/images/{image_id}/file"): Usual(headers=OCTETS, content=b"foo"),
    ("PUT", "/v2/images/{image_id}/stage"): Usual(headers=OCTETS, content=b"foo"),
    ("POST", "/v2/images/{image_id}/import"): Usual({"method": {"name": "glance-direct"}, "all_stores": False}, JSON),
    ("POST", "/v2/images/{image_id}/members"): Usual({"member": "t2"}, JSON),
    ("PUT", "/v2/images/{image_id}/members/{member}"): Usual({"status": "accepted"}, JSON),
    ("POST", "/v2/images/{image_id}/locations"): Usual({"url": "s3://bucket/key"}, JSON),
    ("POST", "/v2/tasks"): Usual({"type": "import", "input": {}}, JSON),
    ("POST", "/v2/metadefs/namespaces"): Usual({"namespace": "fuzzed"}, JSON),
    ("POST", "/v2/metadefs/resource_types"): Usual({"name": "fuzzed"}, JSON),
    ("POST", "/v2/oauth2/token"): Usual(content=b"grant_type=client_credentials"),
    ("POST", "/v2/zone/{zone}/images"): Usual({"instance": "i-12345678", "image_name": "fuzzed"}),
    ("PUT", "/v2/zone/{zone}/images"): Usual(
        {"image": ALIASES[IMAGES[Status.ACTIVE]], "image_name": "fuzzed", "description": "d"}
    ),
    ("POST", "/v2/zone/{zone}/lease"): Usual({"resources": [ALIASES[IMAGES[Status.PENDING_DELETE]]]}),
    ("POST", "/identity/v3/auth/tokens"): Usual(
        {
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": KEYSTONE_USER}},
                "scope": {"project": KEYSTONE_PROJECT},
            }
        },
        JSON,
    ),
    ("POST", "/identity/v2.0/tokens"): Usual(
        {
            "auth": {
                "passwordCredentials": {"username": KEYSTONE_USER["name"], "password": SECRET},
                "tenantName": TENANT,
            }
        },
        JSON,
    ),
    ("POST", "/v3/image"): Usual(DEVOPS_IMAGE, JSON),
    ("PUT", "/v3/image/{image_id}"): Usual({"remote_user": "root", "name": "n"}, JSON),
}
"""Valid requests, by method and path; other routes need only credentials."""

SHOWN = (Status.ACTIVE, Status.QUEUED, Status.UPLOADING, Status.DEACTIVATED, Status.PENDING_DELETE)
OWN = tuple(IMAGES[status] for status in SHOWN)
SEEN = (*OWN, PUBLIC, SHARED)
IMAGE_IDS: Mapping[str, tuple[str, ...]] = {
    "scaleway": SEEN,
    "glance_v1": SEEN,
    "glance_v2": SEEN,
    "foreman": tuple(str(NUMBERS[image_id]) for image_id in SEEN),
    "qingcloud": tuple(ALIASES[image_id] for image_id in SEEN),
    "devops_service": tuple(ALIASES[image_id] for image_id in SEEN),
}
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "parent_id": ("1", "1-cloud"),
    "zone": ("ac1", "ac2"),
    "job_id": (JOBS[JobStatus.WORKING], JOBS[JobStatus.FAILED]),
    "upload_id": (UPLOAD,),
    "token_id": ("current", "0123456789ab", TOKEN_ID),
    "member": (TENANT, "t2"),
    "provider": ("ec2", "static"),
    "tag": ("a", "b%20c"),
    "project_id": (TENANT, "t2"),
    "name": ("image", "members"),
    "release": (files().digest, "0123456789abcdef"),
    "file": ("main.js", "preact.js"),
}
"""Values of variables in paths, except the ids of images."""


def known_in(dialect: str) -> dict[str, tuple[str, ...]]:
    """Values of the variables in a dialect's paths, by the variable's name."""
    image_ids = IMAGE_IDS.get(dialect, SEEN)
    return {"image_id": image_ids, "image_ids": image_ids, **VARIABLES}


PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "scaleway": ("page", "per_page", "organization", "arch", "name", "public"),
    "foreman": ("search", "order", "page", "per_page", "compute_resource_id", "operatingsystem_id", "architecture_id"),
    "glance_v1": (
        "limit",
        "marker",
        "sort_key",
        "sort_dir",
        "changes-since",
        "is_public",
        "name",
        "status",
        "disk_format",
        "size_min",
        "size_max",
        "min_ram",
        "protected",
        "property-kernel version",
        "property-architecture",
        "property-inspection_formats",
        "tenant",
    ),
    "glance_v2": (
        *("limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "member_status", "changes-since", "deleted"),
        *("name", "status", "id", "tag", "owner", "size_min", "size_max", "min_ram", "protected", "os_hidden"),
        *("created_at", "updated_at", "architecture", "kernel version", "os_hash_algo", "virtual_size"),
        "inspection_formats",
    ),
    "qingcloud": (
        "images",
        "images.1",
        "images.10",
        "images[0]",
        "status[]",
        "status",
        "status.1",
        "jobs.1",
        "search_word",
        "os_family",
        "processor_type",
        "provider",
        "visibility",
        "offset",
        "limit",
    ),
    "devops_service": ("provider",),
}
"""Query parameters, by dialect."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    "glance_v2": ("x-openstack-image-size", "x-image-meta-store", "X-OpenStack-Request-ID", "x-roles"),
    "glance_v1": (
        *GLANCE_HEADERS,
        *(f"x-image-meta-{name}" for name in ("id", "owner", "status", "checksum", "is_public", "protected", "store")),
        *(f"x-image-meta-{name}" for name in ("location", "created_at", "virtual_size", "deleted", "min_ram", "uri")),
        *(f"X-Image-Meta-Property-{name}" for name in ("Kernel-ID", "%C3%A9", "%0d%0a", "description", "os_type")),
        "x-image-meta-property-inspection_formats",
        "x-image-meta-unknown",
        "x-image-meta-",
        "x-image-meta-property-",
        "x-glance-api-copy-from",
        "x-glance-registry-purge-props",
        "X-OpenStack-Request-ID",
        "x-identity-status",
        "x-roles",
    ),
}
"""Headers of dialects that have their own."""
COMMON_HEADERS = (
    "Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "Transfer-Encoding",
    "Content-Length",
    "Content-MD5",
    "Expect",
    "Range",
    "If-None-Match",
    "Cookie",
    "X-HTTP-Method-Override",
    "Accept-Language",
    "Accept-Encoding",
    "Origin",
)
