"""The scenes of Scaleway, devops-service, Foreman, QingCloud and Keystone."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3

from chalicelib.catalog.image import Status, Visibility
from chalicelib.catalog.jobs import JobRequest
from chalicelib.catalog.reference import Kind
from chalicelib.dialects.scaleway.schema import render_image
from tests.api import ORDINARY, Api, a_caller, basic
from tests.dialects.qingcloud.machines import Machines
from tests.factories import an_image
from tests.faults.scenes import IMAGE, OTHER, TENANT, Arrange, Ask, Scene, document, kept, plain, with_image

SECOND = "44444444-4444-4444-8444-444444444444"


def _scaleway(name: str, arrange: Arrange, *, nameless: bool = False) -> Scene:
    return Scene("scaleway", name, arrange, nameless=nameless)


def listed(ask: Ask, **fields: Any) -> Arrange:
    """A request, with one of the caller's images and a public one stored."""

    def arrange(api: Api) -> Ask:
        kept(api, **fields)
        api.world.images.add(an_image(owner=OTHER, name="public", visibility=Visibility.PUBLIC))
        return ask

    return arrange


def replaced(api: Api) -> Ask:
    """A request that sends back an image as it was shown, with another name."""
    return document("PUT", f"/images/{IMAGE}", {**render_image(kept(api)), "name": "new"})


BOUGHT = {"name": "new", "arch": "x86_64", "organization": TENANT, "root_volume": SECOND}
SCALEWAY = (
    _scaleway("list", listed(Ask("GET", "/images"))),
    _scaleway("count", listed(Ask("HEAD", "/images"))),
    _scaleway("create", lambda _: document("POST", "/images", BOUGHT), nameless=True),
    _scaleway("show", with_image(Ask("GET", f"/images/{IMAGE}"))),
    _scaleway("head", with_image(Ask("HEAD", f"/images/{IMAGE}"))),
    _scaleway("rename", with_image(document("PATCH", f"/images/{IMAGE}", {"name": "new"}))),
    _scaleway("replace", replaced),
    _scaleway("delete", with_image(Ask("DELETE", f"/images/{IMAGE}"))),
)

AMI = "ami-63071b0a"
RECORD = {"id": AMI, "provider": "ec2", "remote_user": "ec2-user", "name": "CentOS 6.5"}
CHOSEN: dict[str, Any] = {"tenant_aliases": {"devops": AMI}, "provider": "ec2", "provider_image_id": AMI}


def _devops(name: str, arrange: Arrange) -> Scene:
    return Scene("devops_service", name, arrange)


DEVOPS = (
    _devops("list", listed(Ask("GET", "/v3/images"), **CHOSEN)),
    _devops("list of a provider", listed(Ask("GET", "/v3/images?provider=ec2"), **CHOSEN)),
    _devops("create", lambda _: document("POST", "/v3/image", RECORD)),
    _devops("show", with_image(Ask("GET", f"/v3/image/{AMI}"), **CHOSEN)),
    _devops("show by the id of another dialect", with_image(Ask("GET", f"/v3/image/{IMAGE}"))),
    _devops("rename", with_image(document("PUT", f"/v3/image/{AMI}", {"name": "new"}), **CHOSEN)),
    _devops("delete", with_image(Ask("DELETE", f"/v3/image/{AMI}"), **CHOSEN)),
    _devops("providers", plain("GET", "/v3/providers")),
    _devops("choices", listed(Ask("GET", "/v3/images/provider/ec2"), **CHOSEN)),
    _devops("templates", plain("GET", "/v3/templates")),
)

FACTS: Mapping[Kind, Mapping[str, str]] = {
    Kind.COMPUTE_RESOURCE: {"name": "cloud", "provider": "EC2", "url": "eu-west-1"},
    Kind.OPERATINGSYSTEM: {"name": "Linux", "major": "7", "title": "Linux 7"},
    Kind.ARCHITECTURE: {"name": "x86_64"},
}
CREATED = {
    "name": "new",
    "username": "root",
    "uuid": "u-2",
    "operatingsystem_id": 1,
    "architecture_id": 1,
    "compute_resource_id": 1,
}
NUMBER = 700


def _foreman(name: str, arrange: Arrange) -> Scene:
    return Scene("foreman", name, arrange)


def parents(api: Api) -> None:
    """Store one parent of each kind, all with number 1."""
    catalog = api.world.catalog(a_caller(TENANT, *ORDINARY))
    for kind, facts in FACTS.items():
        catalog.references.add(kind, facts)


def below(ask: Ask) -> Arrange:
    """A request, with parents and an image below them stored."""

    def arrange(api: Api) -> Ask:
        parents(api)
        fields = {"compute_resource": 1, "os_title": "Linux 7", "architecture": "x86_64", "provider_image_id": "u-1"}
        kept(api, **fields, login_user="root", number=NUMBER)
        return ask

    return arrange


def spare(kind: Kind, ask: Ask) -> Arrange:
    """A request, with parents stored; number 2 of this kind has no images."""

    def arrange(api: Api) -> Ask:
        below(ask)(api)
        facts = {**FACTS[kind], "name": "spare", **({"title": "spare 7"} if kind is Kind.OPERATINGSYSTEM else {})}
        api.world.catalog(a_caller(TENANT, *ORDINARY)).references.add(kind, facts)
        return ask

    return arrange


def _of_parents(kind: Kind) -> tuple[Scene, ...]:
    path, new = f"/api/{kind}s", {**FACTS[kind], "name": "new"}
    new.pop("title", None)
    return (
        _foreman(f"list of {kind}s", below(Ask("GET", path))),
        _foreman(f"show a {kind}", below(Ask("GET", f"{path}/1"))),
        _foreman(f"create a {kind}", below(document("POST", path, {kind: new}))),
        _foreman(f"rename a {kind}", spare(kind, document("PUT", f"{path}/2", {kind: {"name": "new"}}))),
        _foreman(f"change a {kind}", spare(kind, document("PATCH", f"{path}/2", {kind: {"name": "new"}}))),
        _foreman(f"delete a {kind}", spare(kind, Ask("DELETE", f"{path}/2"))),
    )


def _of_images(kind: Kind) -> tuple[Scene, ...]:
    path, changed = f"/api/{kind}s/1/images", {"image": {"name": "new"}}
    return (
        _foreman(f"list below a {kind}", below(Ask("GET", path))),
        _foreman(f"search below a {kind}", below(Ask("GET", f"{path}?search=name%3Dweb"))),
        _foreman(f"show below a {kind}", below(Ask("GET", f"{path}/{NUMBER}"))),
        _foreman(f"create below a {kind}", below(document("POST", path, {"image": CREATED}))),
        _foreman(f"rename below a {kind}", below(document("PUT", f"{path}/{NUMBER}", changed))),
        _foreman(f"change below a {kind}", below(document("PATCH", f"{path}/{NUMBER}", changed))),
        _foreman(f"delete below a {kind}", below(Ask("DELETE", f"{path}/{NUMBER}"))),
    )


FOREMAN = (
    _foreman("status", plain("GET", "/api/status")),
    _foreman("statuses", plain("GET", "/api/statuses")),
    _foreman("ping", plain("GET", "/api/ping")),
    _foreman("description", plain("GET", "/apidoc/v2.json")),
    _foreman("checksum", plain("GET", "/apidoc/apipie_checksum")),
    *(scene for kind in Kind for scene in (*_of_parents(kind), *_of_images(kind))),
)

ZONE = "/v2/zone/ac1"
ORDER = JobRequest("ac1", "req-1")


def _qingcloud(name: str, arrange: Arrange, *, nameless: bool = False) -> Scene:
    return Scene("qingcloud", name, arrange, nameless=nameless)


def signing_in(api: Api) -> Ask:
    """A request with user and secret instead of a token."""
    user = a_caller(TENANT, *ORDINARY)
    shown = basic(user.user, api.world.identities.issue(user))
    return Ask("POST", "/v2/oauth2/token", shown, b"grant_type=client_credentials")


def stopped(_: Api) -> Ask:
    """A request to capture a stopped machine of the caller's."""
    machine = Machines(boto3.client("ec2", region_name="us-east-1")).start(tenant=TENANT)
    return document("POST", f"{ZONE}/images", {"instance": machine, "image_name": "new"})


def two(ask: Ask, **fields: Any) -> Arrange:
    """A request, with two of the caller's images stored."""

    def arrange(api: Api) -> Ask:
        for image_id in (IMAGE, SECOND):
            now = api.clock.now()
            since = {"status_changed_at": now, "deleted_at": now} if fields else {}
            kept(api, id=image_id, **fields, **since)
        return ask

    return arrange


def asked(ask: Callable[[str], Ask]) -> Arrange:
    """A request for a job of the caller's."""

    def arrange(api: Api) -> Ask:
        kept(api)
        return ask(api.world.catalog(a_caller(TENANT, *ORDINARY)).jobs.delete([IMAGE], ORDER).id)

    return arrange


BOTH = [IMAGE, SECOND]
QINGCLOUD = (
    _qingcloud("sign in", signing_in),
    _qingcloud("list", listed(Ask("GET", f"{ZONE}/images"))),
    _qingcloud("search", listed(Ask("GET", f"{ZONE}/images?images={IMAGE}"))),
    _qingcloud("capture", stopped, nameless=True),
    _qingcloud("modify", with_image(document("PUT", f"{ZONE}/images", {"image": IMAGE, "image_name": "new"}))),
    _qingcloud("delete", two(Ask("DELETE", f"{ZONE}/images/{','.join(BOTH)}"))),
    _qingcloud("recover", two(document("POST", f"{ZONE}/lease", {"resources": BOTH}), status=Status.PENDING_DELETE)),
    _qingcloud("a job", asked(lambda job_id: Ask("GET", f"{ZONE}/job/{job_id}"))),
    _qingcloud("jobs", asked(lambda _: Ask("GET", f"{ZONE}/jobs"))),
    _qingcloud("unfinished jobs", asked(lambda _: Ask("GET", f"{ZONE}/unfinished_jobs"))),
)

MOUNT = "/identity"


def _keystone(name: str, arrange: Arrange, refused: int | None = None) -> Scene:
    return Scene("keystone", name, arrange, refused=refused)


def with_secret(ask: Callable[[str], Ask]) -> Arrange:
    """A request that sends the secret in its body."""
    return lambda api: ask(api.world.identities.issue(a_caller(TENANT, *ORDINARY)))


def _by_token(secret: str) -> Ask:
    identity = {"methods": ["token"], "token": {"id": secret}}
    return document("POST", f"{MOUNT}/v3/auth/tokens", {"auth": {"identity": identity}})


KEYSTONE = (
    _keystone("versions", plain("GET", MOUNT)),
    _keystone("version 3", plain("GET", f"{MOUNT}/v3")),
    _keystone("version 2.0", plain("GET", f"{MOUNT}/v2.0")),
    _keystone("sign in", with_secret(_by_token)),
    _keystone(
        "sign in by version 2.0",
        with_secret(lambda secret: document("POST", f"{MOUNT}/v2.0/tokens", {"auth": {"token": {"id": secret}}})),
    ),
    _keystone(
        "its own token",
        with_secret(
            lambda secret: Ask("GET", f"{MOUNT}/v3/auth/tokens", {"X-Auth-Token": secret, "X-Subject-Token": secret})
        ),
    ),
    _keystone("catalogue", plain("GET", f"{MOUNT}/v3/auth/catalog")),
    _keystone("projects", plain("GET", f"{MOUNT}/v3/auth/projects")),
    _keystone("its own project", plain("GET", f"{MOUNT}/v3/projects/{TENANT}")),
    _keystone("all projects", plain("GET", f"{MOUNT}/v3/projects"), refused=403),
)
