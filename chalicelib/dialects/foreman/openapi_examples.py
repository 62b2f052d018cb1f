"""Documents as this dialect reads and answers them, for its description (wire §2 to §4)."""

from collections.abc import Mapping
from typing import Any

from chalicelib.catalog.reference import Kind
from chalicelib.dialects.foreman.listing import USUAL_SIZE

Document = Mapping[str, Any]

STAMPS = {"created_at": "2016-04-02 09:15:29 UTC", "updated_at": "2016-04-02 09:15:33 UTC"}
NEW_IMAGE: Document = {
    "name": "web golden",
    "username": "root",
    "uuid": "ami-0abc",
    "operatingsystem_name": "CentOS 7.9",
    "architecture_id": 6,
    "user_data": True,
}
IMAGE_CHANGES: Document = {"username": "centos"}
_FACTS: Document = {
    "id": 11,
    "name": "web golden",
    "username": "root",
    "uuid": "ami-0abc",
    "operatingsystem_id": 13,
    "compute_resource_id": 8,
    "architecture_id": 6,
    "user_data": True,
    "iam_role": None,
}
IMAGE: Document = {
    **_FACTS,
    "operatingsystem_name": "CentOS 7.9",
    "compute_resource_name": "cloud",
    "architecture_name": "x86_64",
    **STAMPS,
}
DELETED_IMAGE: Document = {
    **_FACTS,
    "created_at": "2016-04-02T09:15:29.296Z",
    "updated_at": "2016-04-02T09:15:33.213Z",
    "password": None,
}
ISO_STAMPS = {name: DELETED_IMAGE[name] for name in STAMPS}
PARENT_FACTS: Mapping[Kind, Document] = {
    Kind.COMPUTE_RESOURCE: {"name": "cloud", "provider": "EC2", "url": "eu-west-1"},
    Kind.OPERATINGSYSTEM: {"name": "CentOS", "major": "7", "minor": "9"},
    Kind.ARCHITECTURE: {"name": "x86_64"},
}
PARENTS: Mapping[Kind, Document] = {
    Kind.COMPUTE_RESOURCE: {
        "id": 8,
        **PARENT_FACTS[Kind.COMPUTE_RESOURCE],
        "description": None,
        "provider_friendly_name": "EC2",
        **STAMPS,
    },
    Kind.OPERATINGSYSTEM: {
        "id": 13,
        **PARENT_FACTS[Kind.OPERATINGSYSTEM],
        "title": "CentOS 7.9",
        **dict.fromkeys(("description", "family", "release_name")),
        "password_hash": "SHA256",
        **STAMPS,
    },
    Kind.ARCHITECTURE: {"id": 6, **PARENT_FACTS[Kind.ARCHITECTURE], **STAMPS},
}


def page_of(entry: Document) -> Document:
    """The only page of a list that has one entry."""
    return {
        "total": 1,
        "subtotal": 1,
        "page": 1,
        "per_page": USUAL_SIZE,
        "search": None,
        "sort": {"by": None, "order": None},
        "results": [entry],
    }
