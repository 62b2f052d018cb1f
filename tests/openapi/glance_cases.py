"""Requests of every operation of the Glance v1 dialect, one for each status that is easily had."""

from collections.abc import Iterator
from typing import Any

from chalicelib.dialects.glance_v1.routes import ROUTES
from tests.dialects.glance_v1.glance import OCTETS, RAW, meta, properties
from tests.dialects.glance_v1.sending import SMALL, named
from tests.openapi.checking import Case, Operation

UNKNOWN = "6b1d1a3e-59a5-4f37-a1a8-51d1f3f0a001"
TAKEN = "6b1d1a3e-59a5-4f37-a1a8-51d1f3f0a002"
DATA = {**RAW, **OCTETS}
IMAGES, IMAGE = "/v1/images", "/v1/images/{image_id}"
FILE, RESTORE, ALLOW = f"{IMAGE}/file", f"{IMAGE}/restore", f"{IMAGE}/actions/allow"
MEMBERS, MEMBER = f"{IMAGE}/members", f"{IMAGE}/members/{{member}}"
UPLOADS, UPLOAD = f"{IMAGE}/uploads", f"{IMAGE}/uploads/{{upload_id}}"
LINKS, SHARED = f"{UPLOAD}/links", "/v1/shared-images/{member}"
EVENTS = f"{IMAGE}/events"
JOBS, JOB = "/v1/jobs", "/v1/jobs/{job_id}"
USAGE = "/v1/usage"
TOKENS, TOKEN = "/v1/tokens", "/v1/tokens/{token_id}"
NEW_TOKEN = {"token": {"name": "laptop"}}
NO_TOKEN = "0123456789ab"
OF_A_MEMBER, OF_AN_UPLOAD = "/v1/images/{image}/members/t2", "/v1/images/{uploading}/uploads/{upload}"
BEGUN = {"size": len(SMALL), "part_size": 5 * 2**20, "parts": named([SMALL])}
EVERY_FILTER = (
    "limit=2&sort_key=name&sort_dir=asc&name=a&status=active&container_format=bare&disk_format=raw&size_min=1"
    "&size_max=9&min_ram=0&min_disk=0&protected=False&is_public=None&changes-since=2012-01-31T10:00:00Z&property-a=b"
)


def _about_lists() -> Iterator[Case]:
    for path in ("/v1", IMAGES, f"{IMAGES}/detail"):
        yield Case("GET", path, 200, path)
        yield Case("GET", path, 200, f"{path}?{EVERY_FILTER}")
        yield Case("GET", path, 200, f"{path}?limit=1")
        yield Case("GET", path, 200, f"{path}?marker={{image}}&changes-since=2012-01-31", "admin")
        yield Case("GET", path, 400, f"{path}?limit=-1", conforms=False)
        yield Case("GET", path, 400, f"{path}?sort_key=colour", conforms=False)
        yield Case("GET", path, 400, f"{path}?marker={UNKNOWN}")
        yield Case("GET", path, 403, path, "nobody")
    yield Case("HEAD", f"{IMAGES}/detail", 405, f"{IMAGES}/detail")


def _about_new_images() -> Iterator[Case]:
    yield Case("POST", IMAGES, 202, IMAGES)
    yield Case("POST", IMAGES, 202, "/v1.1/images", headers={**DATA, **meta(name="a")}, body="bytes")
    yield Case("POST", IMAGES, 400, IMAGES, headers=meta(colour="blue"))
    yield Case("POST", IMAGES, 400, IMAGES, headers=OCTETS, body="bytes")
    yield Case("POST", IMAGES, 403, IMAGES, "nobody")
    yield Case("POST", IMAGES, 404, IMAGES, headers={**RAW, **meta(location="s3://elsewhere/nothing")})
    yield Case("POST", IMAGES, 409, IMAGES, headers=meta(id=TAKEN))
    yield Case("POST", IMAGES, 413, IMAGES, headers=DATA, body="x" * 65)


def _about_an_image() -> Iterator[Case]:
    one, unknown = f"{IMAGES}/{{image}}", f"{IMAGES}/{UNKNOWN}"
    yield Case("GET", IMAGE, 200, one)
    yield Case("GET", IMAGE, 200, f"{IMAGES}/{{empty}}")
    yield Case("GET", IMAGE, 302, f"{IMAGES}/{{large}}")
    yield Case("GET", IMAGE, 403, f"{IMAGES}/{{deactivated}}")
    for status, image in ((200, one), (302, f"{IMAGES}/{{large}}"), (403, f"{IMAGES}/{{deactivated}}"), (404, unknown)):
        yield Case("GET", FILE, status, f"{image}/file")
    yield Case("HEAD", IMAGE, 200, one)
    yield Case("HEAD", IMAGE, 200, f"{IMAGES}/{{other}}")
    yield Case("HEAD", IMAGE, 200, f"{IMAGES}/{{deleted}}", "admin")
    yield Case("HEAD", IMAGE, 403, one, "nobody")
    yield from (Case(method, IMAGE, 404, unknown) for method in ("GET", "HEAD", "PUT", "DELETE"))
    yield Case("PUT", IMAGE, 200, one, headers={**meta(name="b"), **properties(a="b")})
    yield Case("PUT", IMAGE, 200, f"{IMAGES}/{{queued}}", headers=OCTETS, body="bytes")
    yield Case("PUT", IMAGE, 400, one, headers=meta(min_ram="-1"))
    yield Case("PUT", IMAGE, 403, one, headers=meta(status="queued"))
    yield Case("PUT", IMAGE, 409, one, headers=OCTETS, body="bytes")
    yield Case("PUT", IMAGE, 413, one, headers=properties(a="x" * 8000))
    yield Case("DELETE", IMAGE, 204, one)
    yield Case("DELETE", IMAGE, 400, one, body="{")
    yield Case("DELETE", IMAGE, 403, f"{IMAGES}/{{protected}}")
    yield Case("POST", RESTORE, 200, f"{IMAGES}/{{waiting}}/restore")
    yield Case("POST", RESTORE, 403, f"{IMAGES}/{{waiting}}/restore", "nobody")
    yield Case("POST", RESTORE, 404, f"{unknown}/restore")
    yield Case("POST", RESTORE, 409, f"{one}/restore")
    for action in ("deactivate", "reactivate", "deprecate"):
        path = f"{IMAGE}/actions/{action}"
        yield Case("POST", path, 200, f"{one}/actions/{action}")
        yield Case("POST", path, 403, f"{one}/actions/{action}", "nobody")
        yield Case("POST", path, 404, f"{unknown}/actions/{action}")
        yield Case("POST", path, 409, f"{IMAGES}/{{queued}}/actions/{action}")
    yield Case("POST", ALLOW, 200, f"{one}/actions/allow", "admin")
    yield Case("POST", ALLOW, 403, f"{one}/actions/allow")
    yield Case("POST", ALLOW, 404, f"{unknown}/actions/allow", "admin")
    yield Case("POST", ALLOW, 409, f"{IMAGES}/{{deleted}}/actions/allow", "admin")


def _about_members() -> Iterator[Case]:
    members, unknown = f"{IMAGES}/{{image}}/members", f"{IMAGES}/{UNKNOWN}/members"
    three = [{"member_id": f"t{number}"} for number in range(3)]
    yield Case("GET", MEMBERS, 200, f"{IMAGES}/{{full}}/members")
    yield Case("PUT", MEMBERS, 204, members, body={"memberships": [{"member_id": "t2", "can_share": "yes"}]})
    yield Case("PUT", MEMBERS, 204, members, body={"member_id": "t2"})
    yield Case("PUT", MEMBERS, 400, members, body={"memberships": "t2"}, conforms=False)
    yield Case("PUT", MEMBERS, 400, members, conforms=False)
    yield Case("PUT", MEMBERS, 413, members, body={"memberships": three})
    yield Case("GET", MEMBER, 405, OF_A_MEMBER)
    yield Case("PUT", MEMBER, 204, OF_A_MEMBER)
    yield Case("PUT", MEMBER, 204, OF_A_MEMBER, body={"member": {"can_share": True}})
    yield Case("PUT", MEMBER, 400, OF_A_MEMBER, body="[]", conforms=False)
    yield Case("PUT", MEMBER, 413, f"{IMAGES}/{{full}}/members/t4")
    yield Case("DELETE", MEMBER, 204, f"{IMAGES}/{{full}}/members/t2")
    yield Case("GET", SHARED, 200, "/v1/shared-images/t2")
    for method in ("GET", "PUT"):
        body: Any = {"memberships": []} if method == "PUT" else None
        yield Case(method, MEMBERS, 403, members, "nobody", body)
        yield Case(method, MEMBERS, 404, unknown, body=body)
    for method in ("PUT", "DELETE"):
        yield Case(method, MEMBER, 403, OF_A_MEMBER, "nobody")
        yield Case(method, MEMBER, 404, f"{unknown}/t2")


def _about_history() -> Iterator[Case]:
    events = f"{IMAGES}/{{image}}/events"
    yield Case("GET", EVENTS, 200, events)
    yield Case("GET", EVENTS, 200, f"{IMAGES}/{{full}}/events?limit=1")
    yield Case("GET", EVENTS, 200, f"{IMAGES}/{{deleted}}/events", "admin")
    yield Case("GET", EVENTS, 400, f"{events}?marker=x", conforms=False)
    yield Case("GET", EVENTS, 403, events, "nobody")
    yield Case("GET", EVENTS, 404, f"{IMAGES}/{UNKNOWN}/events")


def _about_uploads() -> Iterator[Case]:
    queued = f"{IMAGES}/{{queued}}/uploads"
    yield Case("POST", UPLOADS, 201, queued, body=BEGUN)
    yield Case("POST", UPLOADS, 201, queued, body={**BEGUN, "size": float(len(SMALL))})
    yield Case("POST", UPLOADS, 400, queued, body={"size": "1"}, conforms=False)
    yield Case("POST", UPLOADS, 409, f"{IMAGES}/{{image}}/uploads", body=BEGUN)
    yield Case("POST", UPLOADS, 413, queued, body={"size": 1_000_001})
    yield Case("GET", UPLOADS, 200, f"{IMAGES}/{{uploading}}/uploads")
    yield Case("GET", UPLOAD, 200, OF_AN_UPLOAD)
    yield Case("POST", LINKS, 200, f"{OF_AN_UPLOAD}/links", body={"parts": named([SMALL])})
    yield Case("POST", LINKS, 400, f"{OF_AN_UPLOAD}/links", body={"parts": [{"number": 1}]}, conforms=False)
    yield Case("POST", UPLOAD, 202, OF_AN_UPLOAD, body={"parts": "{sent}"})
    yield Case("POST", UPLOAD, 400, OF_AN_UPLOAD, body={"parts": []})
    yield Case("DELETE", UPLOAD, 204, OF_AN_UPLOAD)
    unknown: dict[Operation, Any] = {
        ("GET", UPLOADS): None,
        ("POST", UPLOADS): BEGUN,
        ("GET", UPLOAD): None,
        ("POST", UPLOAD): {"parts": []},
        ("DELETE", UPLOAD): None,
        ("POST", LINKS): {"parts": []},
    }
    for (method, path), body in unknown.items():
        target = path.format(image_id=UNKNOWN, upload_id=UNKNOWN)
        yield Case(method, path, 404, target, body=body)
        yield Case(method, path, 403, target, "nobody", body)


def _about_jobs() -> Iterator[Case]:
    yield Case("GET", JOBS, 200, f"{JOBS}?limit=1")
    yield Case("GET", JOBS, 400, f"{JOBS}?limit=many", conforms=False)
    yield Case("GET", JOBS, 403, JOBS, "nobody")
    yield Case("GET", JOB, 200, f"{JOBS}/{{upload}}")
    yield Case("GET", JOB, 403, f"{JOBS}/{UNKNOWN}", "nobody")
    yield Case("GET", JOB, 404, f"{JOBS}/{UNKNOWN}")


def _about_usage() -> Iterator[Case]:
    yield Case("GET", USAGE, 200, USAGE)
    yield Case("GET", USAGE, 200, f"{USAGE}?tenant=nobody", "admin")
    yield Case("GET", USAGE, 400, f"{USAGE}?tenant=", "admin", conforms=False)
    yield Case("GET", USAGE, 403, f"{USAGE}?tenant=nobody")
    yield Case("GET", USAGE, 403, USAGE, "nobody")


def _about_tokens() -> Iterator[Case]:
    yield Case("GET", TOKENS, 200, TOKENS)
    yield Case("GET", TOKENS, 200, f"{TOKENS}?tenant=nobody", "admin")
    yield Case("GET", TOKENS, 400, f"{TOKENS}?tenant=", "admin", conforms=False)
    yield Case("GET", TOKENS, 403, f"{TOKENS}?tenant=nobody")
    yield Case("POST", TOKENS, 201, TOKENS, body=NEW_TOKEN)
    yield Case("POST", TOKENS, 201, TOKENS, body={"token": {"name": "a", "policies": [], "expires_in": 60.0}})
    yield Case("POST", TOKENS, 201, TOKENS, body={"token": {"name": "a", "expires_at": "2026-02-03"}})
    yield Case("POST", TOKENS, 400, TOKENS, body={"token": {}}, conforms=False)
    yield Case("POST", TOKENS, 400, TOKENS, body={"token": {"name": "a\x7f"}}, conforms=False)
    yield Case("POST", TOKENS, 400, TOKENS, body={"token": {"name": "a", "expires_in": 0}}, conforms=False)
    both = {"name": "a", "expires_in": 60, "expires_at": "2026-02-03"}
    yield Case("POST", TOKENS, 400, TOKENS, body={"token": both}, conforms=False)
    yield Case("POST", TOKENS, 403, TOKENS, body={"token": {"name": "a", "policies": ["admin"]}})
    yield Case("POST", TOKENS, 413, TOKENS, "grandchild", NEW_TOKEN)
    for method, status in (("GET", 200), ("DELETE", 204)):
        yield Case(method, TOKEN, status, f"{TOKENS}/{{token}}")
        yield Case(method, TOKEN, 400, f"{TOKENS}/x")
        yield Case(method, TOKEN, 403, f"{TOKENS}/{NO_TOKEN}?tenant=nobody")
        yield Case(method, TOKEN, 404, f"{TOKENS}/{NO_TOKEN}")
    yield Case("GET", TOKEN, 200, f"{TOKENS}/current")


def _without_credentials() -> Iterator[Case]:
    bodies: dict[Operation, Any] = {("PUT", MEMBERS): {"memberships": []}, ("POST", UPLOADS): BEGUN}
    bodies[("POST", TOKENS)] = NEW_TOKEN
    bodies |= {("POST", path): {"parts": []} for path in (UPLOAD, LINKS)}
    for route in ROUTES:
        if not route.open:
            names = {"image_id": UNKNOWN, "member": "t2", "upload_id": UNKNOWN, "job_id": UNKNOWN}
            names["token_id"] = NO_TOKEN
            body = bodies.get((route.method, route.path))
            yield Case(route.method, route.path, 401, route.path.format_map(names), "anonymous", body)


CASES = [
    *_about_lists(),
    *_about_new_images(),
    *_about_an_image(),
    *_about_members(),
    *_about_history(),
    *_about_uploads(),
    *_about_jobs(),
    *_about_tokens(),
    *_about_usage(),
    *_without_credentials(),
]
