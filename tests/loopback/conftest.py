"""One bundle, one stack and one set of functions for the session; each test has tenants of its own."""

import os
import signal
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from chalicelib.catalog.principal import Principal
from local.aws import moto_server
from tests.loopback.deployed import DeployedApi
from tests.loopback.emulator import Emulator, running_emulator
from tests.loopback.environment import KEY, SECRET, aws_at, use
from tests.loopback.past import Abandoned, an_abandoned_upload
from tests.loopback.principals import a_principal
from tests.loopback.runtime import Function, running_function
from tests.loopback.runtime_api import RuntimeApi, prepare
from tests.loopback.stack import DOMAIN, Package, Stack, a_certificate, deploy, package


@pytest.fixture(scope="session", autouse=True)
def ending_with_make() -> None:
    """End this process when `make`, which started it, is killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)

    if os.environ.get("END_WITH_PARENT"):
        threading.Thread(target=watch, daemon=True).start()


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package(tmp_path_factory.mktemp("package"), "dev")


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of a moto server, which has machines but does not deploy stacks."""
    with moto_server(secrets={KEY: SECRET}) as url:
        yield url


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, moto: str) -> Iterator[Emulator]:
    with running_emulator(tmp_path_factory.mktemp("emulator"), moto) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def stack(packaged: Package, emulator: Emulator) -> Stack:
    return deploy(packaged, emulator, DomainName=DOMAIN, CertificateArn=a_certificate(emulator))


@pytest.fixture(scope="session")
def abandoned(stack: Stack) -> Abandoned:
    """An abandoned upload, which the schedule must end within a minute while other tests run."""
    with pytest.MonkeyPatch.context() as environment:
        use(environment, stack.emulator.environment)
        return an_abandoned_upload(DeployedApi(stack).world, a_principal())


@pytest.fixture
def api(stack: Stack, abandoned: Abandoned, monkeypatch: pytest.MonkeyPatch) -> DeployedApi:
    """The API of the deployed stack."""
    use(monkeypatch, stack.emulator.environment)
    return DeployedApi(stack)


@pytest.fixture(scope="session")
def bundle(packaged: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The API's bundle, unpacked as Lambda does."""
    return unpacked(packaged.bundle, tmp_path_factory.mktemp("task"))


@pytest.fixture(scope="session")
def worker_bundle(packaged: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the worker and the reaper, unpacked."""
    return unpacked(packaged.worker_bundle, tmp_path_factory.mktemp("worker"))


def unpacked(packed: Path, folder: Path) -> Path:
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def functions(bundle: Path, worker_bundle: Path, moto: str) -> Iterator[Mapping[str, Function]]:
    """The three functions by the names of their handlers; they stay warm after their first call."""
    with (
        running_function("app", bundle, aws_at(moto)) as app,
        running_function("work", worker_bundle, aws_at(moto)) as work,
        running_function("sweep", worker_bundle, aws_at(moto)) as sweep,
    ):
        yield {"app": app, "work": work, "sweep": sweep}


@pytest.fixture
def runtime_api(functions: Mapping[str, Function], moto: str, monkeypatch: pytest.MonkeyPatch) -> RuntimeApi:
    """The API of the functions, called without a gateway."""
    use(monkeypatch, aws_at(moto))
    prepare()
    return RuntimeApi(functions)


@pytest.fixture
def owner() -> Principal:
    return a_principal()


@pytest.fixture
def stranger() -> Principal:
    return a_principal()
