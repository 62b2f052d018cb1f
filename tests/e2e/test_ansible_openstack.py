"""Ansible's module `openstack.cloud.image`: what a task says of an image is brought about, once."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import install
from tests.e2e.conftest import MakeFile
from tests.e2e.openstack import write_clouds
from tests.e2e.server import Server, as_sent
from tests.processes import PATIENCE

pytestmark = pytest.mark.e2e

MODULE = "ansible_collections.openstack.cloud.plugins.modules.image"

Task = Callable[..., tuple[bool, dict[str, Any]]]


@pytest.fixture
def task(server: Server, tmp_path: Path) -> Task:
    """Have the image be as is told; returns whether that changed anything, and the image."""
    installation = install("ansible", "12.3.0")
    clouds = write_clouds(server, tmp_path / "clouds.yaml")
    environment = {**installation.environment, "OS_CLIENT_CONFIG_FILE": str(clouds)}

    def run(**arguments: Any) -> tuple[bool, dict[str, Any]]:
        given = {"cloud": "t1", "name": "golden", "disk_format": "raw", "visibility": "shared", **arguments}
        done = subprocess.run(  # noqa: S603  # our own words
            [installation.program("python"), "-m", MODULE],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
            capture_output=True,
            env=environment,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.stdout, done.stderr
        said = json.loads(done.stdout)
        assert not said.get("failed"), said
        return said["changed"], said.get("image") or {}

    return run


def test_an_image_is_created_changed_deactivated_and_removed(task: Task, server: Server, make_file: MakeFile) -> None:
    told = {"filename": str(make_file(70_000)), "tags": ["a"], "min_ram": 64}

    created = task(**told)
    again = task(**told)
    changed = task(**{**told, "tags": ["b"], "visibility": "community", "properties": {"os_distro": "debian"}})
    inactive = task(state="inactive", visibility="community")
    removed = task(state="absent"), task(state="absent")

    assert (created[0], created[1]["status"], created[1]["size"]) == (True, "active", 70_000)
    assert (again[0], as_sent(again[1])) == (False, as_sent(created[1]))
    kept = ("tags", "visibility", "os_distro")
    assert (changed[0], *(changed[1][name] for name in kept)) == (True, ["b"], "community", "debian")
    assert (inactive[0], inactive[1]["status"]) == (True, "deactivated")
    assert removed == ((True, {}), (False, {}))
    assert server.images("admin") == []
