"""Clients that sign in at a Keystone, with nothing but its address, a user, a password and a project."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.clients import Installation, install
from tests.e2e.command_line.commands import CommandLine
from tests.e2e.proxy import published
from tests.e2e.server import Server, as_sent, running_server
from tests.e2e.test_glance_command_line import table
from tests.processes import PATIENCE

pytestmark = pytest.mark.e2e

FOUR = ("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME")
DOMAINS = {"OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default"}
CURRENT, LAST_OF_V1, GLANCE = "openstackclient-10.5.0", "openstackclient-4.0.2", "glanceclient-4.13.0"
OPENSTACK = (CURRENT, LAST_OF_V1)


class Site(NamedTuple):
    """A server, and the address that clients have of it."""

    server: Server
    url: str

    def account(self, path: str, **more: str) -> dict[str, str]:
        """What a user of t1 sets, and nothing that is empty; domains where the version has some."""
        server = self.server
        named = {"OS_USERNAME": server.user("t1"), "OS_PASSWORD": server.token("t1"), "OS_PROJECT_NAME": "t1"}
        domains = {} if "v2.0" in path else DOMAINS
        told = {"OS_AUTH_URL": f"{self.url}{path}", **named, **domains, "OS_IMAGE_API_VERSION": "1", **more}
        return {name: value for name, value in told.items() if value}

    def register(self, name: str) -> str:
        """An image of t1; returns its id."""
        answer = self.server.request("t1", "POST", "/v1/images", headers={"x-image-meta-name": name})
        image_id: str = json.loads(answer.body)["image"]["id"]
        return image_id


@pytest.fixture(scope="module")
def behind_a_prefix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """As behind a stage, whose name begins all paths."""
    folder = tmp_path_factory.mktemp("prefixed-server")
    with published(lambda url: running_server(folder, PUBLIC_ENDPOINT=url)) as (server, url):
        yield Site(server, url)


@pytest.fixture
def prefixed(behind_a_prefix: Site) -> Iterator[Site]:
    yield behind_a_prefix
    behind_a_prefix.server.forget_images()


@pytest.fixture
def site(server: Server) -> Site:
    return Site(server, server.url)


def run(client: str, account: Mapping[str, str], program: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """A command, its input closed."""
    installation = installed(client)
    return subprocess.run(  # noqa: S603  # our own words
        [installation.program(program), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**installation.environment, **account},
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def installed(client: str) -> Installation:
    """A release, as "name-version"."""
    name, _, version = client.partition("-")
    return install(name, version)


def told(client: str, account: Mapping[str, str], *words: str) -> Any:
    """The JSON document that `openstack` prints."""
    done = run(client, account, "openstack", *words, "-f", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def names(listed: Any) -> list[str]:
    return [image["Name"] for image in listed]


@pytest.mark.parametrize(("path", "version"), [("/identity", ""), ("/v3", "1"), ("/v2.0", "")])
@pytest.mark.parametrize("client", OPENSTACK)
def test_openstack_lists_images_whichever_address_it_is_given(site: Site, client: str, path: str, version: str) -> None:
    """With the version of images that it is told to use, or the one that it finds."""
    site.register("golden")

    assert names(told(client, site.account(path, OS_IMAGE_API_VERSION=version), "image", "list")) == ["golden"]


@pytest.mark.parametrize(
    ("client", "path", "version"),
    [
        (CURRENT, "/identity/v3", ""),
        (CURRENT, "/identity/v2.0", "1"),
        (LAST_OF_V1, "/identity/v3", "1"),
    ],
)
def test_openstack_shows_and_deletes_images_behind_a_prefix(
    prefixed: Site, client: str, path: str, version: str
) -> None:
    account = prefixed.account(path, OS_IMAGE_API_VERSION=version)
    image_id = prefixed.register("golden")

    listed, shown = told(client, account, "image", "list"), told(client, account, "image", "show", "golden")
    deleted = run(client, account, "openstack", "image", "delete", "golden")

    assert names(listed) == ["golden"]
    assert (shown["id"], shown["owner"]) == (image_id, "t1")
    assert (deleted.returncode, deleted.stderr) == (0, "")
    assert prefixed.server.images("t1") == []


@pytest.mark.parametrize("client", OPENSTACK)
def test_openstack_shows_its_token_and_the_catalogue(prefixed: Site, client: str) -> None:
    account = prefixed.account("/identity")

    token, catalog = told(client, account, "token", "issue"), told(client, account, "catalog", "list")

    assert token == {
        "id": prefixed.server.token("t1"),
        "user_id": "u1",
        "project_id": "t1",
        "expires": "2099-12-31T23:59:59+0000",
    }
    assert {service["Type"] for service in catalog} == {"image", "imagev1", "identity"}
    assert {endpoint["url"] for service in catalog for endpoint in service["Endpoints"]} == {
        prefixed.url,
        f"{prefixed.url}/identity",
    }


def test_openstack_creates_changes_and_saves_images(site: Site, tmp_path: Path) -> None:
    """By the last release that does so in version 1."""
    client, account = LAST_OF_V1, site.account("/identity/")
    data, saved = tmp_path / "data.raw", tmp_path / "saved.raw"
    data.write_bytes(bytes(range(256)) * 300)

    created = told(client, account, "image", "create", "--file", str(data), "golden")
    done = [
        run(client, account, "openstack", "image", "set", "--property", "a=b", "golden"),
        run(client, account, "openstack", "image", "save", "--file", str(saved), "golden"),
    ]

    assert created["status"] == "active"
    assert [each.returncode for each in done] == [0, 0]
    assert saved.read_bytes() == data.read_bytes()
    [image] = site.server.images("t1")
    assert as_sent(image)["properties"] == {"a": "b"}


@pytest.mark.parametrize(("path", "version"), [("/v3", "1"), ("/identity", ""), ("/v2.0", "")])
def test_glance_lists_images_whichever_address_it_is_given(site: Site, path: str, version: str) -> None:
    """With the version of images that it is told to use, or the one that it finds."""
    site.register("golden")

    done = run(GLANCE, site.account(path, OS_IMAGE_API_VERSION=version), "glance", "image-list")

    assert (done.returncode, [row[1] for row in table(done.stdout)]) == (0, ["Name", "golden"]), done.stderr


@pytest.mark.parametrize(("path", "version"), [("/identity/v3", ""), ("/identity/v2.0", "1")])
def test_glance_lists_images_behind_a_prefix(prefixed: Site, path: str, version: str) -> None:
    prefixed.register("golden")

    done = run(GLANCE, prefixed.account(path, OS_IMAGE_API_VERSION=version), "glance", "image-list")

    assert (done.returncode, [row[1] for row in table(done.stdout)]) == (0, ["Name", "golden"]), done.stderr


@pytest.mark.parametrize(
    ("client", "words"), [(CURRENT, ("openstack", "image", "list")), (GLANCE, ("glance", "image-list"))]
)
def test_four_variables_are_enough(site: Site, client: str, words: Sequence[str]) -> None:
    """The address, whose version the client finds, a user, a password and a project."""
    site.register("golden")
    account = {name: site.account("/identity")[name] for name in FOUR}

    done = run(client, account, *words)

    assert (done.returncode, [row[1] for row in table(done.stdout)]) == (0, ["Name", "golden"]), done.stderr


CLOUDS = """
clouds:
  password:
    auth: {{auth_url: "{url}/identity", username: u1, password: {secret}, project_name: t1,
           user_domain_name: Default, project_domain_name: Default}}
    image_api_version: "1"
  credential:
    auth_type: v3applicationcredential
    auth: {{auth_url: "{url}/identity/v3", application_credential_id: {token}, application_credential_secret: {secret}}}
    image_api_version: "1"
  token:
    auth_type: v3token
    auth: {{auth_url: "{url}/v3", token: {secret}, project_id: t1}}
    image_api_version: "1"
"""


@pytest.mark.parametrize(
    ("client", "cloud"),
    [(LAST_OF_V1, "credential"), *((CURRENT, each) for each in ("password", "credential", "token"))],
)
def test_openstack_takes_its_account_from_a_file(site: Site, client: str, cloud: str, tmp_path: Path) -> None:
    site.register("golden")
    *_, token = (line["token"] for line in site.server.answered() if line["user"] == "u1")
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(CLOUDS.format(url=site.url, secret=site.server.token("t1"), token=token), "utf-8")

    listed = told(client, {"OS_CLIENT_CONFIG_FILE": str(clouds), "OS_CLOUD": cloud}, "image", "list")

    assert names(listed) == ["golden"]


@pytest.mark.parametrize(
    ("form", "file", "typed"),
    [
        ("--openrc", "openrc", '. ./openrc && "$0" image list -f json'),
        ("--clouds-yaml", "clouds.yaml", '"$0" --os-cloud rosetta image list -f json'),
    ],
)
def test_openstack_takes_the_file_that_comes_with_a_new_token_as_it_is(
    prefixed: Site, form: str, file: str, typed: str, tmp_path: Path
) -> None:
    prefixed.register("golden")
    operator = CommandLine(prefixed.url, prefixed.server.token("t1"), tmp_path)
    printed = operator.run("token", "create", "--name", "openstack", "--policy", "read_images", form)
    (tmp_path / file).write_text(printed.stdout, "utf-8")

    listed = subprocess.run(  # noqa: S603  # our own words
        ["/bin/sh", "-c", typed, installed(CURRENT).program("openstack")],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=installed(CURRENT).environment,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (listed.returncode, listed.stderr) == (0, "")
    assert names(json.loads(listed.stdout)) == ["golden"]


@pytest.mark.parametrize(
    ("client", "program", "wrong"),
    [
        (CURRENT, "openstack", {"OS_PASSWORD": "wrong"}),
        (LAST_OF_V1, "openstack", {"OS_USERNAME": "u2"}),
        (GLANCE, "glance", {"OS_PROJECT_NAME": "t2"}),
    ],
)
def test_a_refusal_is_told_and_ends_the_command(
    site: Site, client: str, program: str, wrong: Mapping[str, str]
) -> None:
    words = ("image-list",) if program == "glance" else ("image", "list")

    done = run(client, {**site.account("/v3"), **wrong}, program, *words)

    assert done.returncode == 1
    assert "The secret is not known, or not that of this user and project" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_bare_address_of_the_registry_ends_the_command(site: Site) -> None:
    """What is there are the versions of images."""
    done = run(CURRENT, site.account(""), "openstack", "image", "list")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_nothing_of_a_sign_in_is_in_the_log_of_the_server(site: Site) -> None:
    told(CURRENT, site.account("/identity"), "token", "issue")

    lines = [line for line in site.server.answered() if line["dialect"] == "keystone"]
    assert {line["status"] for line in lines} >= {201, 300}
    assert site.server.token("t1") not in json.dumps(lines)
