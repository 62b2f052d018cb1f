"""What users of OpenStack's clients have of a server: a file of clouds, and the command and the SDK that read it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.clients import Library
from tests.e2e.server import Server

DOMAIN = "Default"
PRINCIPALS = ("t1", "t2", "reader", "admin")


def write_clouds(server: Server, path: Path, **told: str) -> Path:
    """A cloud for each principal, who signs in there; `told` are further settings of all of them."""
    clouds = {name: {"auth": _account(server, name), "region_name": "RegionOne", **told} for name in PRINCIPALS}
    path.write_text(json.dumps({"clouds": clouds}), "utf-8")  # JSON is YAML too
    return path


def _account(server: Server, principal: str) -> dict[str, str]:
    return {
        "auth_url": f"{server.url}/identity",
        "username": server.user(principal),
        "password": server.token(principal),
        "project_name": server.tenant(principal),
        "user_domain_name": DOMAIN,
        "project_domain_name": DOMAIN,
    }


@dataclass(frozen=True)
class OpenstackCaller:
    """A principal who has the command `openstack` and openstacksdk."""

    driver: Library
    clouds: Path
    cloud: str

    def sdk(self, method: str, *arguments: Any, **fields: Any) -> Any:
        """A call of openstacksdk's for images. Raises ClientError."""
        return self._call(method, arguments, fields)

    def run(self, *words: str) -> Mapping[str, Any]:
        """Run the command; returns its exit status and output."""
        done: Mapping[str, Any] = self._call("command", words, {})
        return done

    def openstack(self, *words: str) -> None:
        """Run a command that must succeed without output."""
        done = self.run(*words)
        assert (done["status"], done["stderr"]) == (0, ""), done

    def told(self, *words: str) -> Any:
        """The JSON document that a command prints, which must succeed."""
        done = self.run(*words, "-f", "json")
        assert (done["status"], done["stderr"]) == (0, ""), done
        return json.loads(done["stdout"])

    def _call(self, method: str, arguments: tuple[Any, ...], fields: dict[str, Any]) -> Any:
        where = {"clouds": str(self.clouds), "cloud": self.cloud}
        return self.driver.call(**where, method=method, arguments=arguments, fields=fields)
