"""The scenes of Glance v1."""

from collections.abc import Callable
from typing import Any

from chalicelib.catalog.image import NewImage, Status, Visibility
from chalicelib.catalog.token import digest_of, id_of
from chalicelib.catalog.upload import Upload
from tests.api import ORDINARY, Api, a_caller
from tests.dialects.glance_v1.sending import MEGABYTE, md5
from tests.factories import a_membership, an_image
from tests.faults.scenes import DATA, IMAGE, NEW, OTHER, TENANT, Arrange, Ask, Scene, document, kept, plain, with_image

ROOT = "/v1/images"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
RAW = {"x-image-meta-disk_format": "raw", "x-image-meta-container_format": "bare"}
OCTETS = {"Content-Type": "application/octet-stream"}
FORMATS: Any = {"disk_format": "raw", "container_format": "bare"}
KEEP = {"x-glance-registry-purge-props": "false"}
UPLOAD = {"size": len(DATA), "part_size": 5 * MEGABYTE, "parts": [{"number": 1, "md5": md5(DATA)}]}


def crowded(api: Api) -> None:
    """Store one of the caller's images, a public one and one that is shared with the caller."""
    kept(api)
    api.world.images.add(an_image(owner=OTHER, name="public", visibility=Visibility.PUBLIC))
    shared = api.world.images.add(an_image(owner=OTHER, name="shared"))
    api.world.memberships.change(shared, [a_membership(shared, TENANT)], [])


def listing(target: str) -> Arrange:
    def arrange(api: Api) -> Ask:
        crowded(api)
        return Ask("GET", target)

    return arrange


def shared(ask: Ask, member: str = OTHER, **fields: Any) -> Arrange:
    """A request for an image with two members, `member` and t3."""

    def arrange(api: Api) -> Ask:
        image = kept(api, **fields)
        api.world.memberships.change(image, [a_membership(image, each) for each in (member, "t3")], [])
        return ask

    return arrange


def with_bytes(ask: Ask, *members: str) -> Arrange:
    """A request for an image with bytes and with these members."""

    def arrange(api: Api) -> Ask:
        location = api.world.blobs.put(IMAGE, DATA)
        image = kept(api, location=location, size=len(DATA), checksum=md5(DATA), **FORMATS)
        if members:
            shares = [a_membership(image, member) for member in members]
            api.world.memberships.change(image, shares, [])
        return ask

    return arrange


def from_elsewhere(header: str, ask: Callable[[dict[str, str]], Ask], **fields: Any) -> Arrange:
    """A request with the URL of an object in another bucket; with `fields`, for an image that exists."""

    def arrange(api: Api) -> Ask:
        if fields:
            kept(api, **fields)
        return ask({**RAW, header: api.put_elsewhere("disk.raw", DATA)})

    return arrange


def uploading(ask: Callable[[str], Ask], *, came: bool = False) -> Arrange:
    """A request for an upload in progress, whose only part has arrived if `came`."""

    def arrange(api: Api) -> Ask:
        kept(api, status=Status.QUEUED, **FORMATS)
        catalog = api.world.catalog(a_caller(TENANT, *ORDINARY))
        upload: Upload = catalog.uploads.begin(IMAGE, len(DATA), None, {})
        if came:
            api.world.multiparts.put(upload.multipart, 1, DATA)
        return ask(f"{ROOT}/{IMAGE}/uploads/{upload.id}")

    return arrange


def with_job(ask: Callable[[str], Ask]) -> Arrange:
    """A request for a job of the caller's."""

    def arrange(api: Api) -> Ask:
        source = api.put_elsewhere("disk.raw", DATA)
        catalog = api.world.catalog(a_caller(TENANT, *ORDINARY))
        catalog.register(NewImage(FORMATS), source)
        return ask(catalog.jobs.all()[0].id)

    return arrange


def ending_a_token(api: Api) -> Ask:
    """A request for another token of the caller's."""
    secret = api.world.identities.issue(a_caller(TENANT, *ORDINARY))
    return Ask("DELETE", f"/v1/tokens/{id_of(digest_of(secret))}")


COPIED, PLACED = "x-glance-api-copy-from", "x-image-meta-location"
QUEUED: dict[str, Any] = {"status": Status.QUEUED, **FORMATS}
NAMED = {"x-image-meta-id": NEW, "x-image-meta-name": "new"}
PARTS = {"parts": [{"number": 1, "etag": md5(DATA)}]}
LINKS = {"parts": [{"number": 1, "md5": md5(DATA)}]}
MEMBERS = {"memberships": [{"member_id": "t3", "can_share": True}, {"member_id": "t4"}]}


def _scene(name: str, arrange: Arrange, **more: Any) -> Scene:
    return Scene("glance_v1", name, arrange, **more)


SCENES = (
    _scene("list at the root", listing("/v1")),
    _scene("list", listing(ROOT)),
    _scene("detailed list after a marker", listing(f"{ROOT}/detail?marker={IMAGE}")),
    _scene("list of everything", listing(f"{ROOT}?is_public=none"), policies=("admin",)),
    _scene("HEAD of the detailed list", plain("HEAD", f"{ROOT}/detail")),
    _scene("reserve", plain("POST", ROOT, NAMED)),
    _scene("reserve without an id", plain("POST", ROOT, {"x-image-meta-name": "new"}), nameless=True),
    _scene("create", lambda _: Ask("POST", ROOT, {**RAW, **NAMED, **OCTETS}, DATA), bytes_may_fail=True),
    _scene("create in place", from_elsewhere(PLACED, lambda given: Ask("POST", ROOT, {**given, **NAMED}))),
    _scene("copy", from_elsewhere(COPIED, lambda given: Ask("POST", ROOT, {**given, **NAMED}))),
    _scene("show", with_image(Ask("HEAD", f"{ROOT}/{IMAGE}"))),
    _scene("download", with_bytes(Ask("GET", f"{ROOT}/{IMAGE}"))),
    _scene("download of a current client", with_bytes(Ask("GET", f"{ROOT}/{IMAGE}/file"))),
    _scene("rename", with_image(Ask("PUT", f"{ROOT}/{IMAGE}", {**KEEP, "x-image-meta-name": "new"}))),
    _scene("upload", with_image(Ask("PUT", f"{ROOT}/{IMAGE}", OCTETS, DATA), **QUEUED), bytes_may_fail=True),
    _scene("place", from_elsewhere(PLACED, lambda given: Ask("PUT", f"{ROOT}/{IMAGE}", given), **QUEUED)),
    _scene("copy to", from_elsewhere(COPIED, lambda given: Ask("PUT", f"{ROOT}/{IMAGE}", given), **QUEUED)),
    _scene("delete", with_bytes(Ask("DELETE", f"{ROOT}/{IMAGE}"), OTHER, "t3")),
    _scene("restore", with_image(Ask("POST", f"{ROOT}/{IMAGE}/restore"), status=Status.PENDING_DELETE)),
    _scene("deactivate", with_image(Ask("POST", f"{ROOT}/{IMAGE}/actions/deactivate"), status=Status.ACTIVE)),
    _scene("reactivate", with_image(Ask("POST", f"{ROOT}/{IMAGE}/actions/reactivate"), status=Status.DEACTIVATED)),
    _scene("deprecate", with_image(Ask("POST", f"{ROOT}/{IMAGE}/actions/deprecate"), status=Status.ACTIVE)),
    _scene("allow", with_image(Ask("POST", f"{ROOT}/{IMAGE}/actions/allow"), **QUEUED), policies=("admin",)),
    _scene("members", shared(Ask("GET", f"{ROOT}/{IMAGE}/members"))),
    _scene("replace members", shared(document("PUT", f"{ROOT}/{IMAGE}/members", MEMBERS))),
    _scene("GET of a member", shared(Ask("GET", f"{ROOT}/{IMAGE}/members/{OTHER}"))),
    _scene("add a member", with_image(Ask("PUT", f"{ROOT}/{IMAGE}/members/{OTHER}"))),
    _scene("remove a member", shared(Ask("DELETE", f"{ROOT}/{IMAGE}/members/{OTHER}"))),
    _scene("leave an image", shared(Ask("DELETE", f"{ROOT}/{IMAGE}/members/{TENANT}"), TENANT, owner=OTHER)),
    _scene("shared images", listing(f"/v1/shared-images/{TENANT}")),
    _scene("events", with_image(Ask("GET", f"{ROOT}/{IMAGE}/events"))),
    _scene("begin an upload", with_image(document("POST", f"{ROOT}/{IMAGE}/uploads", UPLOAD), **QUEUED)),
    _scene("uploads", uploading(lambda target: Ask("GET", target.rpartition("/")[0]))),
    _scene("an upload", uploading(lambda target: Ask("GET", target), came=True)),
    _scene("complete an upload", uploading(lambda target: document("POST", target, PARTS), came=True)),
    _scene("abort an upload", uploading(lambda target: Ask("DELETE", target), came=True)),
    _scene("links of parts", uploading(lambda target: document("POST", f"{target}/links", LINKS))),
    _scene("jobs", with_job(lambda _: Ask("GET", "/v1/jobs"))),
    _scene("a job", with_job(lambda job_id: Ask("GET", f"/v1/jobs/{job_id}"))),
    _scene("tokens", plain("GET", "/v1/tokens")),
    _scene("the own token, made by another one", plain("GET", "/v1/tokens/current"), token="made"),
    _scene("the own token, for the first time", plain("GET", "/v1/tokens/current"), token="unused"),
    _scene("make a token", lambda _: document("POST", "/v1/tokens", {"token": {"name": "new"}}), nameless=True),
    _scene("end a token", ending_a_token),
    _scene("usage", listing("/v1/usage")),
)
