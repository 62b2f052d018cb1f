"""What is installed: for the command, to run it, to work on it. Nobody installs what they have no use for."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from bench import install
from deploy.bundle import USED_MODULES

ROOT = Path(__file__).parents[2]
RUN, DEVELOPMENT = (ROOT / f"requirements-{name}.txt" for name in ("run", "dev"))
SHARE = 0.5
"""Of what is installed to work on it, at most so much is to run it."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(path: Path) -> dict[str, str]:
    """The version of each package in a list and those that it includes."""
    found: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("-r "):
            found |= pins(path.with_name(line.removeprefix("-r ")))
        elif line and not line.startswith("#"):
            requirement = Requirement(line)
            assert install.named(requirement) not in found, f"{line} is listed twice"
            found[install.named(requirement)] = str(requirement.specifier)
    return found


def test_to_run_it_takes_half_of_what_it_takes_to_work_on_it_at_most() -> None:
    run, all_of_it = install.packages(RUN), install.packages(DEVELOPMENT)

    assert run < all_of_it
    assert len(run) <= SHARE * len(all_of_it)
    assert sum(map(install.size, run)) <= SHARE * sum(map(install.size, all_of_it))


def test_nothing_is_installed_to_run_it_that_tests_or_lints() -> None:
    assert install.packages(RUN).isdisjoint({"bandit", "cfn-lint", "hypothesis", "mypy", "pytest", "ruff"})


def test_what_the_command_needs_is_installed_to_run_it_in_a_version_that_it_takes() -> None:
    versions = pins(RUN)

    assert install.command() <= versions.keys()
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert requirement.specifier.contains(versions[install.named(requirement)].removeprefix("=="))


def test_the_wheel_has_of_the_library_what_the_bundle_has_in_the_same_version() -> None:
    hook = (ROOT / "hatch_build.py").read_text("utf-8")
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]

    assert set(re.findall(r'"(oslo_utils/[\w/]+\.py)"', hook)) == USED_MODULES["oslo_utils"]
    assert f"oslo.utils{pins(RUN)['oslo-utils']}" in required


def test_who_installs_the_server_has_the_versions_that_were_tested() -> None:
    versions = pins(RUN)
    server = [Requirement(each) for each in PROJECT["optional-dependencies"]["server"]]

    assert {install.named(each): str(each.specifier) for each in server} == {
        install.named(each): versions[install.named(each)] for each in server
    }
