"""Everything that the functions of a deployment do: requests in each dialect, each kind of job, and sweeps."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.catalog.image import Status
from chalicelib.catalog.job import Job
from chalicelib.storage.tables import FIRST_LAYOUT, create_tables
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.glance_v1.glance import OCTETS, RAW, create, md5, meta, upload
from tests.dialects.glance_v1.sending import abort, ask, begin, complete, content, named, path_of, send_all, show
from tests.factories import an_image
from tests.jobs.jobs import Stage
from tests.storage import older

SETTINGS = {
    "DELAYED_DELETE": "true",
    "MIGRATING": "true",
    "SLICE_BYTES": str(5 * 2**20),
    "TOMBSTONE_DAYS": "1",
    "USER_STORAGE_QUOTA": "1TB",
}
"""The settings under which the functions make the most AWS calls."""
FORMATS = {"disk_format": "raw", "container_format": "bare"}
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
TENANT = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
SMALL = b"bytes"
LARGE = content(6 * 2**20)
"""Two parts."""
HOUR = 60 * 60
DAY = 24 * HOUR
SORTS = ("created_at", "updated_at", "name", "size", "status")


def do_everything(stage: Stage, eager: Api) -> None:
    """Make all requests, which must succeed, and run all jobs; `eager` is the same API without delayed deletion."""
    create_tables(FIRST_LAYOUT)
    user = stage.api.caller("t1", *ORDINARY, "publicize_image")
    for path in ("/healthz", "/readyz"):
        _send(user, f"GET {path}")
    _glance_v1(user, stage.api.caller("ops", "admin"))
    _glance_v2(stage, user)
    brief = eager.caller("t1")
    _send(brief, f"DELETE /v1/images/{create(brief, data=SMALL)['id']}")
    _scaleway(stage.api.caller(TENANT))
    _foreman(stage.api.basic_caller("t1", *ORDINARY))
    _devops_service(stage.api.basic_caller("t1", *ORDINARY))
    _qingcloud(stage)
    _keystone(stage)
    _uploads(stage, user)
    _copies(stage, user)
    _captures(stage)
    _older(stage, user)
    _leavings(stage, user)


def _older(stage: Stage, user: Caller) -> None:
    """Use images of the first layout."""
    job, failing = stage.capture(), stage.capture()
    image, other = (an_image(version=1, status=Status.ACTIVE) for _ in range(2))
    older.shelve([image, other, stage.image(job), stage.image(failing)])
    _send(user, "GET /v1/images")
    _send(user, f"PUT /v1/images/{image.id}", headers=meta(name="renamed"))
    stage.deliver(job)
    with stage.ami_state("failed"):
        stage.deliver(failing)
    assert stage.api.world.reaper.sweep() == 1
    assert older.left() == set()


def _shared_widely(user: Caller) -> str:
    """Share an image with more members than one transaction takes, and return its id."""
    image = str(create(user, data=SMALL)["id"])
    members = [{"member_id": f"m{number}"} for number in range(40)]
    _send(user, f"PUT /v1/images/{image}/members", {"memberships": members})
    return image


def _send(caller: Caller, request: str, document: Any = None, headers: Mapping[str, str] | None = None) -> Any:
    """Send a request such as `GET /images`, which must be answered; returns what the answer says in JSON."""
    method, target = request.split(" ")
    body = b"" if document is None else json.dumps(document).encode()
    usual = {"Content-Type": "application/json"} if body else {}
    answer = caller.request(method, target, {**usual, **(headers or {})}, body)
    assert answer.status < 400, (request, answer.status, answer.text)
    return json.loads(answer.body) if answer.body[:1] in {b"{", b"["} else None


def _glance_v1(user: Caller, admin: Caller) -> None:
    image, refused = create(user, RAW)["id"], create(user, {**RAW, **meta(checksum=md5(b"others"))})["id"]
    assert upload(user, image, SMALL).status == 200
    assert upload(user, refused, SMALL).status == 400
    assert user.get(f"/v1/images/{image}").body == SMALL
    _send(user, f"HEAD /v1/images/{image}")
    _send(user, f"PUT /v1/images/{image}", headers=meta(name="renamed", is_public="true"))
    for sort in SORTS:
        _send(user, f"GET /v1/images/detail?sort_key={sort}")
        _send(admin, f"GET /v1/images?is_public=None&sort_key={sort}")
    _send(user, f"PUT /v1/images/{image}/members/t2")
    _send(user, f"PUT /v1/images/{image}/members", {"memberships": [{"member_id": "t3"}]})
    _send(user, f"GET /v1/images/{image}/members")
    _send(user, "GET /v1/shared-images/t3")
    _send(user, f"DELETE /v1/images/{image}/members/t3")
    _send(user, f"GET /v1/images/{image}/events")
    _send(user, "GET /v1/usage")
    token = _send(user, "POST /v1/tokens", {"token": {"name": "made"}})["token"]
    _send(Caller(user.api, {"X-Auth-Token": token["secret"]}), "GET /v1/tokens/current")
    _send(user, "GET /v1/tokens")
    _send(user, f"DELETE /v1/tokens/{token['id']}")
    for action in ("deactivate", "reactivate", "deprecate"):
        _send(user, f"POST /v1/images/{image}/actions/{action}")
    _send(admin, f"POST /v1/images/{image}/actions/allow")
    _send(user, f"DELETE /v1/images/{image}")
    _send(user, f"POST /v1/images/{image}/restore")
    _send(user, f"PUT /v1/images/{_shared_widely(user)}", headers=meta(name="renamed"))
    empty = create(user)["id"]
    _send(user, f"PUT /v1/images/{empty}/members/t2")
    _send(user, f"DELETE /v1/images/{empty}")


def _glance_v2(stage: Stage, user: Caller) -> None:
    image, staged, fetched, other = (_send(user, "POST /v2/images", FORMATS)["self"] for _ in range(4))
    _send(user, f"PATCH {image}", [{"op": "add", "path": "/tags", "value": ["a"]}], PATCH)
    assert user.put(f"{image}/file", OCTETS, SMALL).status == 204
    assert user.get(f"{image}/file").body == SMALL
    assert user.put(f"{staged}/stage", OCTETS, SMALL).status == 204
    _send(user, f"POST {staged}/import", {"method": {"name": "glance-direct"}})
    place = stage.api.put_elsewhere("fetched", SMALL)
    _send(user, f"POST {fetched}/import", {"method": {"name": "web-download", "uri": place}})
    stage.api.work()
    assert [_send(user, f"GET {each}")["status"] for each in (image, staged, fetched)] == ["active"] * 3
    _send(user, f"POST {image}/members", {"member": "t2"})
    for status in ("accepted", "rejected"):
        _send(stage.api.caller("t2"), f"PUT {image}/members/t2", {"status": status})
    for request in ("GET {}", "GET {}/members", "GET {}/members/t2", "PUT {}/tags/b", "DELETE {}/tags/b"):
        _send(user, request.format(image))
    for action in ("deactivate", "reactivate"):
        _send(user, f"POST {image}/actions/{action}")
    for visibility in ("private", "community", "public", "shared"):
        _send(user, f"PATCH {image}", [{"op": "replace", "path": "/visibility", "value": visibility}], PATCH)
    for query in ("", "?visibility=all&member_status=all", "?sort=status,name:asc"):
        _send(user, f"GET /v2/images{query}")
    _send(user, f"DELETE {image}/members/t2")
    for each in (image, staged, fetched, other):
        _send(user, f"DELETE {each}")


def _scaleway(user: Caller) -> None:
    new = {"organization": TENANT, "name": "web", "arch": "arm", "root_volume": TENANT}
    image = _send(user, "POST /images", new)["image"]["id"]
    for request in ("GET /images?per_page=1", "HEAD /images", f"GET /images/{image}"):
        _send(user, request)
    _send(user, f"PUT /images/{image}", {"name": "renamed"})
    _send(user, f"DELETE /images/{image}")


def _foreman(user: Caller) -> None:
    _send(user, "POST /api/compute_resources", {"name": "cloud", "provider": "EC2"})
    _send(user, "POST /api/operatingsystems", {"name": "Linux"})
    _send(user, "POST /api/architectures", {"name": "arm64"})
    below = {f"{kind}_id": 1 for kind in ("compute_resource", "operatingsystem", "architecture")}
    images = "/api/compute_resources/1/images"
    number = _send(user, f"POST {images}", {"name": "web", "uuid": "a", "username": "root", **below})["id"]
    _send(user, f"GET {images}?search=name~web&order=name")
    _send(user, f"GET {images}/{number}")
    _send(user, f"PUT {images}/{number}", {"name": "renamed"})
    _send(user, f"DELETE {images}/{number}")
    for kind in ("operatingsystems", "architectures"):
        _send(user, f"PUT /api/{kind}/1", {"name": "renamed"})
        _send(user, f"DELETE /api/{kind}/1")
        _send(user, f"POST /api/{kind}", {"name": "again"})


def _devops_service(user: Caller) -> None:
    _send(user, "POST /v3/image", {"id": "ami-1", "provider": "ec2", "remote_user": "root"})
    _send(user, "GET /v3/images/provider/ec2")
    _send(user, "GET /v3/image/ami-1")
    _send(user, "PUT /v3/image/ami-1", {"name": "renamed"})
    _send(user, "DELETE /v3/image/ami-1")


def _keystone(stage: Stage) -> None:
    secret = stage.api.world.identities.issue(a_caller("t1", *ORDINARY))
    by_token = {"auth": {"identity": {"methods": ["token"], "token": {"id": secret}}}}
    anybody, user = stage.api.anonymous(), Caller(stage.api, {"X-Auth-Token": secret, "X-Subject-Token": secret})
    for path in ("/identity", "/v3", "/v2.0"):
        _send(anybody, f"GET {path}")
    assert _send(anybody, "POST /v3/auth/tokens", by_token)["token"]["catalog"]
    assert _send(anybody, "POST /v2.0/tokens", {"auth": {"token": {"id": secret}}})["access"]["serviceCatalog"]
    for name in ("tokens", "catalog", "projects"):
        _send(user, f"GET /v3/auth/{name}")


def _qingcloud(stage: Stage) -> None:
    user, images = stage.api.basic_caller("t1", *ORDINARY), "/v2/zone/ac1/images"
    [image] = _send(user, f"POST {images}", {"instance": stage.machine()})["resource_ids"]
    stage.api.work()
    assert user.post("/v2/oauth2/token", body=b"grant_type=client_credentials").json["token_type"] == "Bearer"
    _send(user, f"GET {images}")
    _send(user, f"PUT {images}", {"image": image, "image_name": "renamed"})
    _send(user, f"DELETE {images}/{image}")
    stage.api.work()
    _send(user, "POST /v2/zone/ac1/lease", {"resources": [image]})
    stage.api.work()
    _send(user, f"DELETE {images}/{_shared_widely(stage.api.caller('t1'))}")
    stage.api.work()
    _send(user, "GET /v2/zone/ac1/jobs")
    _send(user, "GET /v2/zone/ac1/unfinished_jobs")


def _uploads(stage: Stage, user: Caller) -> None:
    """One that is completed, one that is not what it was said to be, and one that is aborted."""
    for headers in ({}, meta(checksum=md5(b"others"))):
        sent = begin(user, LARGE, headers)
        assert ask(user, f"{path_of(sent)}/links", {"parts": named([LARGE[: 5 * 2**20]])}).status == 200
        parts = send_all(sent, LARGE)
        assert show(user, sent).status == 200
        assert complete(user, sent, parts).status == 202
        stage.api.work()
    given_up = begin(user, SMALL)
    _send(user, f"GET /v1/images/{given_up['image_id']}/uploads")
    assert abort(user, given_up).status == 204


def _copies(stage: Stage, user: Caller) -> None:
    """Of an object in parts, of an empty one, and of one that is not what it was said to be."""
    for key, source, headers in (
        ("large", LARGE, {}),
        ("empty", b"", {}),
        ("other", SMALL, meta(checksum=md5(b"others"))),
    ):
        url = stage.api.put_elsewhere(key, source)
        create(user, {**RAW, **headers, "x-glance-api-copy-from": url})
        stage.api.work()


def _captures(stage: Stage) -> None:
    """One whose image has meanwhile got a place where its id must be unique, and one that the cloud fails at."""
    unique, failing = stage.capture(), stage.capture()
    image = stage.image(unique)
    stage.api.world.images.save(image, replace(image, compute_resource=1))
    stage.deliver(unique)
    assert stage.image(unique).status is Status.ACTIVE
    with stage.ami_state("failed"):
        stage.deliver(failing)
    stage.delete()
    stage.deliver(stage.recover())
    stage.api.work()


def _leavings(stage: Stage, user: Caller) -> None:
    """What sweeps find: lost messages, delayed deletions, parts, machine images, and tombstones that are old."""
    deleted, captured = create(user, data=SMALL)["id"], stage.image(_made(stage))
    _send(user, f"PUT /v1/images/{deleted}/members/t2")
    for image_id in (deleted, captured.id, _shared_widely(user)):
        _send(user, f"DELETE /v1/images/{image_id}")
    stage.api.world.multiparts.begin(deleted, "somebody's")
    stage.capture()
    stage.lose_messages()
    for pause in (3 * HOUR, 2 * DAY):
        stage.api.clock.advance(pause)
        stage.api.world.reaper.sweep()
    assert stage.api.world.images.get(deleted) is None


def _made(stage: Stage) -> Job:
    job = stage.capture()
    stage.deliver(job)
    return job
