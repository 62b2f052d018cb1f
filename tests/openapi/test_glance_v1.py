"""What the Glance v1 dialect answers is what it says of itself."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Image, Status, Visibility
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import OCTETS, meta
from tests.dialects.glance_v1.sending import SMALL, begin, send_all
from tests.factories import INSPECTED, an_image
from tests.openapi.checking import Case, answer_violations, documented
from tests.openapi.glance_cases import (
    CASES,
    DATA,
    FILE,
    IMAGE,
    IMAGES,
    MEMBER,
    MEMBERS,
    NEW_TOKEN,
    OF_AN_UPLOAD,
    SHARED,
    TAKEN,
    TOKENS,
    UPLOAD,
    UPLOADS,
)
from tests.openapi.sharing import an_api

TENANT = "described"
LIMITS = {"MAX_INLINE_BYTES": "64", "IMAGE_MEMBER_QUOTA": "2", "USER_STORAGE_QUOTA": "1000000"}

RARE = {
    # Others would have to be faster several times.
    *((operation, 409) for operation in [("DELETE", IMAGE), ("PUT", MEMBERS), ("PUT", MEMBER), ("DELETE", MEMBER)]),
    (("POST", TOKENS), 409),
    # Only a response that is too large is refused, which takes too many members to try.
    (("GET", MEMBERS), 400),
    (("GET", SHARED), 400),
}
UPSTREAM = [
    Case("POST", IMAGES, 201, IMAGES),
    Case("DELETE", IMAGE, 200, f"{IMAGES}/{{image}}"),
]
"""What is answered if the operator wants the statuses of the original."""
WITHOUT_STORE = [
    Case("POST", IMAGES, 410, IMAGES, headers=DATA, body="bytes"),
    Case("GET", IMAGE, 410, f"{IMAGES}/{{image}}"),
    Case("GET", FILE, 410, f"{IMAGES}/{{image}}/file"),
    Case("PUT", IMAGE, 410, f"{IMAGES}/{{queued}}", headers=OCTETS, body="bytes"),
    Case("GET", UPLOADS, 410, f"{IMAGES}/{{uploading}}/uploads"),
    Case("POST", UPLOADS, 410, f"{IMAGES}/{{queued}}/uploads", body={"size": 1}),
    Case("GET", UPLOAD, 410, OF_AN_UPLOAD),
    Case("POST", UPLOAD, 410, OF_AN_UPLOAD, body={"parts": []}),
]
"""What is answered while the store of the bytes is closed."""
MEANWHILE = [
    Case("POST", IMAGES, 412, IMAGES, headers={**DATA, **meta(id=str(uuid4()))}, body="bytes"),
    Case("PUT", IMAGE, 412, f"{IMAGES}/{{queued}}", headers=OCTETS, body="bytes"),
]
"""What is answered if the image is deleted while its bytes come."""


class Facts(dict[str, object]):
    """What cases name: images of every kind, each new in every case, and the upload of one."""

    def __init__(self, api: Api, owner: Caller) -> None:
        super().__init__()
        self.api, self._owner = api, owner

    def __contains__(self, name: object) -> bool:
        return name == "sent" or super().__contains__(name)

    def __missing__(self, name: str) -> object:
        if name == "token":
            self[name] = self._owner.post(TOKENS, body=json.dumps(NEW_TOKEN).encode()).json["token"]["id"]
        elif name in ("uploading", "upload", "sent"):
            self._begin()
        else:
            self[name] = self._image(name)
        return self[name]

    def _begin(self) -> None:
        upload = begin(self._owner, SMALL)
        self.update(uploading=upload["image_id"], upload=upload["id"], sent=send_all(upload, SMALL))

    def _image(self, name: str) -> str:
        if name == "image":
            return str(self._owner.post(IMAGES, {**DATA, **meta(name="a")}, b"bytes").json["image"]["id"])
        if name == "full":
            for member in ("t2", "t3"):
                assert self._owner.put(f"{IMAGES}/{self['queued']}/members/{member}").status == 204
            return str(self["queued"])
        if name == "deleted":
            assert self._owner.delete(f"{IMAGES}/{self['queued']}").status == 204
            return str(self["queued"])
        bucket = self.api.world.blobs.bucket
        added: Image = self.api.world.images.add(an_image(owner=TENANT, **KINDS[name](bucket)))
        return added.id


ACTIVE = {"status": Status.ACTIVE, "disk_format": "raw", "container_format": "bare"}
KINDS: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "queued": lambda _: {"disk_format": "raw", "container_format": "bare"},
    "empty": lambda _: {**ACTIVE, "size": 0},
    "large": lambda bucket: {**ACTIVE, "size": 100, "location": f"s3://{bucket}/large"},
    "deactivated": lambda _: {**ACTIVE, "status": Status.DEACTIVATED},
    "waiting": lambda _: {**ACTIVE, "status": Status.PENDING_DELETE, "checksum": "c" * 32},
    "protected": lambda _: {**ACTIVE, "protected": True, "visibility": Visibility.PUBLIC},
    "other": lambda _: {"architecture": "arm", "login_user": "root", "checksum": "c" * 32, **INSPECTED},
}
"""Images by the name that cases call them, in a bucket."""


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws, **LIMITS)


@pytest.fixture(scope="module")
def callers(api: Api) -> dict[str, Caller]:
    api.world.images.add(an_image(owner=TENANT, id=TAKEN))
    return {
        "owner": api.caller(TENANT),
        "nobody": api.caller(TENANT, "publicize_image"),
        "admin": api.caller(TENANT, "admin"),
        "anonymous": api.anonymous(),
        "grandchild": made_by(made_by(made_by(api.caller(TENANT)))),
    }


def made_by(caller: Caller) -> Caller:
    """The same caller, with a token that its own one makes."""
    made = caller.post(TOKENS, body=json.dumps(NEW_TOKEN).encode()).json["token"]
    return Caller(caller.api, {"X-Auth-Token": made["secret"]})


@pytest.fixture
def facts(api: Api, callers: dict[str, Caller]) -> Facts:
    return Facts(api, callers["owner"])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


@pytest.mark.parametrize("case", UPSTREAM, ids=str)
def test_the_statuses_of_the_original_are_described_too(aws: Aws, case: Case) -> None:
    api = Api({"GLANCE_V1_STATUSES": "upstream"}, aws)
    owner = api.caller(TENANT)

    answer = case.send({"owner": owner}, Facts(api, owner))

    assert answer.status == case.status, answer.text
    assert answer_violations(case.operation, answer) == []


@contextmanager
def closed_store(api: Api) -> Iterator[None]:
    """Have S3 say that there is no bucket, whatever it is asked."""
    names = [
        "PutObject",
        "GetObject",
        "DeleteObject",
        "ListObjectsV2",
        "CreateMultipartUpload",
        "ListMultipartUploads",
        "ListParts",
    ]
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(api.s3_fault(name, "NoSuchBucket", 404))
        yield


@pytest.mark.parametrize("case", WITHOUT_STORE, ids=str)
def test_a_closed_store_is_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    case.target.format_map(facts)

    with closed_store(facts.api):
        answer = case.send(callers, facts)

    assert answer.status == case.status, answer.text
    assert answer_violations(case.operation, answer) == []


@pytest.mark.parametrize("case", MEANWHILE, ids=str)
def test_a_deletion_meanwhile_is_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    image_id = case.headers.get("x-image-meta-id") or facts["queued"]

    with facts.api.on_s3("PutObject", lambda: callers["owner"].delete(f"{IMAGES}/{image_id}")):
        answer = case.send(callers, facts)

    assert answer.status == case.status, answer.text
    assert answer_violations(case.operation, answer) == []


def test_every_documented_status_is_asked_for() -> None:
    asked = {(case.operation, case.status) for case in [*CASES, *UPSTREAM, *WITHOUT_STORE, *MEANWHILE]}

    assert asked == documented("glance_v1", RARE)


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json", "image/png"])
def test_a_refusal_is_described_in_every_form(callers: dict[str, Caller], accept: str) -> None:
    answer = callers["owner"].get(f"{IMAGES}?limit=-1", {"Accept": accept})

    assert answer.status == 400
    assert answer_violations(("GET", IMAGES), answer) == []
