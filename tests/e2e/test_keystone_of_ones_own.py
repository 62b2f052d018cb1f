"""A registry beside a real Keystone, and OpenStack's clients, which sign in there and are led to the registry."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.bootstrap import SystemClock
from chalicelib.storage.keystone_service import KeystoneService
from tests.api import basic
from tests.e2e.clients import install
from tests.e2e.conftest import MakeFile
from tests.e2e.keystone import DOMAIN, Keystone, running_keystone
from tests.e2e.server import Server, running_server
from tests.e2e.test_keystone import CURRENT, DOMAINS, GLANCE, LAST_OF_V1, names, run, told

pytestmark = pytest.mark.e2e

SERVICE, ANN, RITA = "secret-of-the-registry", "secret-of-ann", "secret-of-rita"
CACHED = 2
"""Seconds for which the registry believes what Keystone has said."""
OWN = {"project": {"name": "service", "domain": DOMAIN}}
WEB = {"project": {"name": "web", "domain": DOMAIN}}
RAW = ("--disk-format", "raw", "--container-format", "bare")


@dataclass(frozen=True)
class Cloud:
    """A Keystone that has ann, a member of the project web, and rita, who reads there; and the registry beside it."""

    keystone: Keystone
    registry: Server
    project: str
    ann: str
    service: str

    def account(self, user: str, password: str) -> dict[str, str]:
        """What a user sets who knows nothing but Keystone."""
        named = {"OS_USERNAME": user, "OS_PASSWORD": password, "OS_PROJECT_NAME": "web", **DOMAINS}
        return {"OS_AUTH_URL": f"{self.keystone.url}/v3", **named, "OS_IMAGE_API_VERSION": "1"}

    def glance(self, user: str, password: str, *words: str) -> "subprocess.CompletedProcess[str]":
        return run(GLANCE, self.account(user, password), "glance", *words)

    def register(self, name: str) -> str:
        """An image of ann's; returns its id."""
        token = self.keystone.sign_in("ann", ANN, WEB)
        headers = {"X-Auth-Token": token, "x-image-meta-name": name}
        answer = self.registry.request("t1", "POST", "/v1/images", headers=headers)
        image_id: str = json.loads(answer.body)["image"]["id"]
        return image_id

    def status(self, token: str, target: str = "/v1/images") -> int:
        return self.registry.request("t1", "GET", target, headers={"X-Auth-Token": token}).status


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_keystone(install("keystone", "30.0.0"), tmp_path_factory.mktemp("keystone")) as keystone:
        service = keystone.user("rosetta", SERVICE, "service", keystone.project("service"))
        project = keystone.project("web")
        ann = keystone.user("ann", ANN, "member", project)
        keystone.user("rita", RITA, "reader", project)
        settings = {
            "KEYSTONE_URL": keystone.url,
            "KEYSTONE_USER": "rosetta",
            "KEYSTONE_PASSWORD": SERVICE,
            "KEYSTONE_PROJECT": "service",
            "KEYSTONE_CACHE_SECONDS": str(CACHED),
        }
        with running_server(tmp_path_factory.mktemp("registry"), **settings) as registry:
            keystone.offer_images(registry.url)
            yield Cloud(keystone, registry, project, ann, service)


@pytest.fixture(autouse=True)
def no_images(cloud: Cloud) -> Iterator[None]:
    """The catalogue is empty when a test begins."""
    yield
    cloud.registry.forget_images()


def test_a_member_creates_lists_downloads_and_deletes(cloud: Cloud, make_file: MakeFile, tmp_path: Path) -> None:
    path, saved = make_file(70_000), tmp_path / "saved.raw"

    created = cloud.glance("ann", ANN, "image-create", "--name", "twelve trees", *RAW, "--file", str(path))
    listed = cloud.glance("ann", ANN, "image-list")
    fetched = cloud.glance("ann", ANN, "image-download", "twelve trees", "--file", str(saved))
    [image] = cloud.registry.images("admin")
    deleted = cloud.glance("ann", ANN, "image-delete", image["id"])

    done = [created, listed, fetched, deleted]
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 4
    assert re.search(r"\| twelve trees +\| raw +\| bare +\| 70000 +\| active +\|", listed.stdout)
    assert saved.read_bytes() == path.read_bytes()
    assert (image["owner"], cloud.registry.images("admin")) == (cloud.project, [])


@pytest.mark.parametrize("client", [CURRENT, LAST_OF_V1])
def test_openstack_lists_shows_and_deletes_images(cloud: Cloud, client: str) -> None:
    account, image_id = cloud.account("ann", ANN), cloud.register("golden")

    listed, shown = told(client, account, "image", "list"), told(client, account, "image", "show", "golden")
    deleted = run(client, account, "openstack", "image", "delete", "golden")

    assert names(listed) == ["golden"]
    assert (shown["id"], shown["owner"]) == (image_id, cloud.project)
    assert (deleted.returncode, deleted.stderr, cloud.registry.images("admin")) == (0, "", [])


def test_the_sdk_finds_the_images_by_what_is_in_its_environment(cloud: Cloud) -> None:
    cloud.register("golden")
    asked = "import openstack; print([each.name for each in openstack.connect().image.images()])"

    done = run(CURRENT, cloud.account("ann", ANN), "python", "-c", asked)

    assert (done.returncode, done.stdout) == (0, "['golden']\n"), done.stderr


def test_a_reader_lists_and_may_not_create(cloud: Cloud) -> None:
    listed = cloud.glance("rita", RITA, "image-list")
    created = cloud.glance("rita", RITA, "image-create", "--name", "no", *RAW)

    assert (listed.returncode, listed.stderr) == (0, "")
    assert created.returncode != 0
    assert "403" in created.stderr


def test_a_token_is_good_in_every_dialect(cloud: Cloud) -> None:
    token = cloud.keystone.sign_in("ann", ANN, WEB)
    by_user = {"X-Auth-Token": "", **basic("ann", token)}

    statuses = [cloud.status(token, target) for target in ("/v1/images", "/images")]
    statuses += [
        cloud.registry.request("t1", "GET", target, headers=by_user).status
        for target in ("/v3/images", "/api/architectures", "/v2/zone/ac1/images")
    ]

    assert statuses == [200] * 5
    lines = [line for line in cloud.registry.answered() if line["user"] == "ann"]
    assert {line["tenant"] for line in lines} == {cloud.project}
    assert token not in json.dumps(cloud.registry.answered())


def test_a_revoked_token_stops_working_when_what_is_kept_of_it_ends(cloud: Cloud) -> None:
    token = cloud.keystone.sign_in("ann", ANN, WEB)
    before = cloud.status(token)

    cloud.keystone.revoke(token)
    time.sleep(CACHED)

    assert (before, cloud.status(token)) == (200, 401)


def test_tokens_for_a_domain_or_for_nothing_are_refused(cloud: Cloud) -> None:
    cloud.keystone.grant_domain(cloud.ann, "admin")

    for_domain = cloud.keystone.sign_in("ann", ANN, {"domain": DOMAIN})
    for_nothing = cloud.keystone.sign_in("ann", ANN, {"unscoped": {}})

    assert [cloud.status(token) for token in (for_domain, for_nothing, "gAAAAABnever-issued")] == [401] * 3


def test_the_registrys_own_token_is_good_for_nothing_here(cloud: Cloud) -> None:
    own = cloud.keystone.sign_in("rosetta", SERVICE, OWN)

    assert cloud.status(own) == 401


def test_the_registry_signs_in_by_an_application_credential_as_well(cloud: Cloud) -> None:
    login = cloud.keystone.credential(cloud.service, cloud.keystone.sign_in("rosetta", SERVICE, OWN))
    service = KeystoneService(f"{cloud.keystone.url}/v3", login, None, SystemClock())

    found = service.validate(cloud.keystone.sign_in("ann", ANN, WEB))

    assert found is not None
    assert found["token"]["project"]["id"] == cloud.project
    assert service.validate("gAAAAABnever-issued") is None


def test_a_credential_that_is_good_for_some_requests_only_is_good_for_none_here(cloud: Cloud) -> None:
    rule = {"service": "image", "method": "GET", "path": "/v1/images"}
    token = cloud.keystone.sign_in("ann", ANN, WEB)

    whole = cloud.keystone.credential(cloud.ann, token)
    narrow = cloud.keystone.credential(cloud.ann, token, name="narrow", access_rules=[rule])

    assert [cloud.status(cloud.keystone.use(each)) for each in (whole, narrow)] == [200, 401]
