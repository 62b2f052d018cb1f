"""A real Keystone on the loopback, with a database and keys of its own, and what its administrator does."""

import base64
import contextlib
import http.client
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.storage.keystone_service import Login
from tests.e2e.clients import Installation
from tests.processes import PATIENCE, ROOT

ADMIN = "an-admin-of-this-test"
DOMAIN = {"name": "Default"}
CONFIGURATION = """
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///{folder}/keystone.db
[cache]
enabled = false
[identity]
password_hash_rounds = 4
[fernet_tokens]
key_repository = {folder}/keys
[fernet_receipts]
key_repository = {folder}/keys
"""


class Keystone:
    """A client of its API, as the administrator."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.url = f"http://127.0.0.1:{port}"
        self._token = self.sign_in("admin", ADMIN, {"project": {"name": "admin", "domain": DOMAIN}})
        self._roles: Mapping[str, str] = {role["name"]: role["id"] for role in self.call("GET", "/roles")["roles"]}

    def sign_in(self, user: str, password: str, scope: Mapping[str, Any]) -> str:
        """A token for a project or a domain."""
        named = {"name": user, "domain": DOMAIN, "password": password}
        identity = {"methods": ["password"], "password": {"user": named}}
        return self._send("POST", "/auth/tokens", {"auth": {"identity": identity, "scope": scope}}, {})[1]

    def use(self, credential: Login) -> str:
        """A token by an application credential."""
        named = {"id": credential.name, "secret": credential.secret}
        identity = {"methods": ["application_credential"], "application_credential": named}
        return self._send("POST", "/auth/tokens", {"auth": {"identity": identity}}, {})[1]

    def credential(self, user: str, token: str, **facts: Any) -> Login:
        """A new application credential of a user, who asks for it with a token."""
        body = {"application_credential": {"name": f"of {user}", **facts}}
        path = f"/users/{user}/application_credentials"
        made = self._send("POST", path, body, {"X-Auth-Token": token})[0]["application_credential"]
        return Login(made["id"], made["secret"])

    def project(self, name: str) -> str:
        """A new project; returns its id."""
        return self._made("project", name=name, domain_id="default")

    def user(self, name: str, password: str, role: str, project: str) -> str:
        """A new user with a role in a project; returns its id."""
        user = self._made("user", name=name, password=password, domain_id="default")
        self.call("PUT", f"/projects/{project}/users/{user}/roles/{self._roles[role]}")
        return user

    def grant_domain(self, user: str, role: str) -> None:
        """A role in the domain itself."""
        self.call("PUT", f"/domains/default/users/{user}/roles/{self._roles[role]}")

    def offer_images(self, url: str) -> None:
        """Add an endpoint for images at this URL to the catalogue."""
        service = self._made("service", name="rosetta", type="image")
        self._made("endpoint", service_id=service, interface="public", url=url)

    def revoke(self, token: str) -> None:
        """Revoke a token."""
        self._send("DELETE", "/auth/tokens", None, {"X-Auth-Token": self._token, "X-Subject-Token": token})

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The response to a request of the administrator's."""
        return self._send(method, path, body, {"X-Auth-Token": self._token})[0]

    def _made(self, kind: str, **facts: str) -> str:
        made: str = self.call("POST", f"/{kind}s", {kind: facts})[kind]["id"]
        return made

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[Any, str]:
        sent = json.dumps(body) if body is not None else None
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)) as connection:
            connection.request(method, f"/v3{path}", sent, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            content = answer.read()
        assert answer.status < 300, (method, path, content)
        return json.loads(content or b"null"), answer.getheader("X-Subject-Token") or ""


@contextlib.contextmanager
def running_keystone(installation: Installation, folder: Path) -> Iterator[Keystone]:
    """A Keystone with only an administrator, which runs until the block ends."""
    configuration, log = folder / "keystone.conf", folder / "keystone.log"
    configuration.write_text(CONFIGURATION.format(folder=folder), "utf-8")
    (folder / "keys").mkdir(0o700)
    for number in "01":
        (folder / "keys" / number).write_bytes(base64.urlsafe_b64encode(os.urandom(32)))
    environment = {**installation.environment, "OS_KEYSTONE_CONFIG_FILES": str(configuration)}
    manage = (installation.program("keystone-manage"), "--config-file", str(configuration))
    with log.open("w", encoding="utf-8") as file:
        for words in (("db_sync",), ("bootstrap", "--bootstrap-password", ADMIN)):
            done = subprocess.run(  # noqa: S603  # our own words
                [*manage, *words], env=environment, stdout=file, stderr=file, timeout=2 * PATIENCE, check=False
            )
            assert done.returncode == 0, log.read_text("utf-8")
        with subprocess.Popen(  # noqa: S603  # our own words
            [installation.program("python"), "-m", "tests.e2e.drivers.keystone"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                port = process.stdout.readline()
                assert port, log.read_text("utf-8")
                yield Keystone(int(port))
            finally:
                process.terminate()
