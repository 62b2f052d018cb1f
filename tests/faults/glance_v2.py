"""The scenes of Glance v2."""

from collections.abc import Callable
from typing import Any

from chalicelib.catalog.image import Status, Visibility
from chalicelib.catalog.membership import MemberStatus
from tests.api import Api
from tests.factories import a_membership, an_image
from tests.faults.glance import FORMATS, METHODS, QUEUED, shared, with_bytes
from tests.faults.scenes import DATA, IMAGE, NEW, OTHER, TENANT, Arrange, Ask, Scene, document, kept, plain, with_image

ROOT = "/v2/images"
ONE = f"{ROOT}/{IMAGE}"
OCTETS = {"Content-Type": "application/octet-stream"}
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
CREATED = {"id": NEW, "name": "new", "tags": ["a"], "os_distro": "centos", "visibility": "community"}
DIRECT = {"method": {"name": "glance-direct"}}


def patch(**changes: object) -> Ask:
    """A request that sets fields of an image."""
    operations = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in changes.items()]
    return document("PATCH", ONE, operations, PATCH)


def listing(query: str = "") -> Arrange:
    """A request for a list, with one of the caller's images, one that it has accepted, and two of other tenants."""

    def arrange(api: Api) -> Ask:
        kept(api)
        for visibility in (Visibility.PUBLIC, Visibility.COMMUNITY):
            api.world.images.add(an_image(owner=OTHER, name=visibility, visibility=visibility))
        accepted = api.world.images.add(an_image(owner=OTHER, name="accepted"))
        share = a_membership(accepted, TENANT, status=MemberStatus.ACCEPTED)
        api.world.memberships.change(accepted, [share], [])
        return Ask("GET", f"{ROOT}{query}")

    return arrange


def staged(ask: Ask) -> Arrange:
    """A request for an image whose staged bytes wait to be imported."""

    def arrange(api: Api) -> Ask:
        location = api.world.blobs.put(IMAGE, DATA)
        kept(api, status=Status.UPLOADING, location=location, size=len(DATA), **FORMATS)
        return ask

    return arrange


def fetching(ask: Callable[[str], Ask]) -> Arrange:
    """A request with the URL of an object in another bucket, for a queued image."""

    def arrange(api: Api) -> Ask:
        kept(api, **QUEUED)
        return ask(api.put_elsewhere("disk.raw", DATA))

    return arrange


def _import(uri: str) -> Ask:
    return document("POST", f"{ONE}/import", {"method": {"name": "web-download", "uri": uri}})


def _scene(name: str, arrange: Arrange, **more: Any) -> Scene:
    return Scene("glance_v2", name, arrange, **more)


def _refused(name: str, method: str, target: str, status: int) -> Scene:
    return _scene(name, with_image(Ask(method, target)), refused=status)


SCENES = (
    *(_scene(f"{method} of the root", plain(method, "/")) for method in METHODS),
    _scene("versions", plain("GET", "/versions")),
    _scene("list", listing()),
    _scene("list after a marker", listing(f"?marker={IMAGE}&limit=2")),
    _scene("list by two keys", listing("?sort=status,name:asc")),
    _scene("list with the community's", listing("?visibility=all&member_status=all")),
    _scene("list of everything", listing(), policies=("admin",)),
    _scene("create", lambda _: document("POST", ROOT, CREATED)),
    _scene("create without an id", lambda _: document("POST", ROOT, {"name": "new"}), nameless=True),
    _scene("show", with_image(Ask("GET", ONE))),
    _scene("patch", with_image(patch(name="new", os_hidden=True, tags=["a"]))),
    _scene("patch of nothing", with_image(patch())),
    _scene("withdraw", shared(patch(visibility="private"))),
    _scene("give to the community", shared(patch(visibility="community"))),
    _scene("share what was withdrawn", shared(patch(visibility="shared"), visibility=Visibility.PRIVATE)),
    _scene("delete", with_bytes(Ask("DELETE", ONE), OTHER, "t3")),
    _scene("download", with_bytes(Ask("GET", f"{ONE}/file"))),
    _scene("upload", with_image(Ask("PUT", f"{ONE}/file", OCTETS, DATA), **QUEUED), bytes_may_fail=True),
    _scene("upload of nothing", with_image(Ask("PUT", f"{ONE}/file", OCTETS), **QUEUED), bytes_may_fail=True),
    _scene("stage", with_image(Ask("PUT", f"{ONE}/stage", OCTETS, DATA), **QUEUED), bytes_may_fail=True),
    _scene("import of what is staged", staged(document("POST", f"{ONE}/import", DIRECT))),
    _scene("import from elsewhere", fetching(_import)),
    _scene("deactivate", with_bytes(Ask("POST", f"{ONE}/actions/deactivate"))),
    _scene("reactivate", with_image(Ask("POST", f"{ONE}/actions/reactivate"), status=Status.DEACTIVATED)),
    _scene("members", shared(Ask("GET", f"{ONE}/members"))),
    _scene("a member", shared(Ask("GET", f"{ONE}/members/{OTHER}"))),
    _scene("add a member", with_image(document("POST", f"{ONE}/members", {"member": OTHER}))),
    _scene("accept", shared(document("PUT", f"{ONE}/members/{TENANT}", {"status": "accepted"}), TENANT, owner=OTHER)),
    _scene("reject", shared(document("PUT", f"{ONE}/members/{TENANT}", {"status": "rejected"}), TENANT, owner=OTHER)),
    _scene("remove a member", shared(Ask("DELETE", f"{ONE}/members/{OTHER}"))),
    _scene("tag", with_image(Ask("PUT", f"{ONE}/tags/new"))),
    _scene("untag", with_image(Ask("DELETE", f"{ONE}/tags/old"), tags=("old", "other"))),
    _scene("schema", plain("GET", "/v2/schemas/image")),
    _scene("ways of importing", plain("GET", "/v2/info/import")),
    _scene("usage", plain("GET", "/v2/info/usage")),
    _scene("tasks", plain("GET", "/v2/tasks"), policies=("admin",)),
    _scene("namespaces", plain("GET", "/v2/metadefs/namespaces")),
    _scene("resource types", plain("GET", "/v2/metadefs/resource_types")),
    _refused("stores", "GET", "/v2/info/stores", 404),
    _refused("details of stores", "GET", "/v2/info/stores/detail", 404),
    _refused("a task", "POST", "/v2/tasks", 403),
    _refused("a namespace", "POST", "/v2/metadefs/namespaces", 403),
    _refused("a resource type", "POST", "/v2/metadefs/resource_types", 403),
    _refused("locations", "GET", f"{ONE}/locations", 403),
    _refused("a location", "POST", f"{ONE}/locations", 403),
)
