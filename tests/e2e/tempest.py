"""Tempest, told of a server: its address, and who has an account there."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.clients import Installation
from tests.e2e.server import Server
from tests.processes import ROOT

PATIENCE = 180
"""Seconds after which its tests count as hanging."""
CONFIGURATION = """
[auth]
use_dynamic_credentials = false
test_accounts_file = {folder}/accounts.json
[identity]
uri_v3 = {url}/identity/v3
auth_version = v3
region = {region}
[service_available]
glance = true
cinder = false
neutron = false
nova = false
swift = false
[image]
http_image = {source}
[image-feature-enabled]
import_image = true
os_glance_reserved = true
[oslo_concurrency]
lock_path = {folder}
"""


@dataclass(frozen=True)
class Outcomes:
    """The names of tests that passed; why others were skipped, or failed."""

    passed: Sequence[str]
    skipped: Mapping[str, str]
    failed: Mapping[str, str]


def run_tempest(
    installation: Installation, server: Server, folder: Path, source: str, modules: Sequence[str]
) -> Outcomes:
    """What comes of its tests; `source` is what they have imported."""
    accounts = [_account(server, "t1"), _account(server, "t2"), {**_account(server, "admin"), "types": ["admin"]}]
    (folder / "accounts.json").write_text(json.dumps(accounts), "utf-8")
    configuration = CONFIGURATION.format(folder=folder, url=server.url, region="RegionOne", source=source)
    (folder / "tempest.conf").write_text(configuration, "utf-8")
    done = subprocess.run(  # noqa: S603  # our own words
        [installation.program("python"), "-m", "tests.e2e.drivers.tempest", *modules],
        cwd=ROOT,
        env={**installation.environment, "TEMPEST_CONFIG_DIR": str(folder), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Outcomes(**json.loads(done.stdout.splitlines()[-1]))


def _account(server: Server, principal: str) -> dict[str, object]:
    """JSON is YAML too."""
    return {
        "username": server.user(principal),
        "project_name": server.tenant(principal),
        "password": server.token(principal),
    }
