"""OpenStack's inspectors are imported without what they do without, and only when something is inspected."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from chalicelib.jobs import inspectors
from tests.jobs import disks

ROOT = Path(__file__).parents[2]
OTHERS = {"cryptography", "oslo_i18n", "netaddr", "psutil", "yaml", "pyparsing", "iso8601", "pbr"}


def printed(code: str) -> set[str]:
    """The words that a process prints which begins with nothing imported."""
    done = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_neither_the_api_nor_the_worker_loads_them_before_they_inspect() -> None:
    found = printed("import sys, app, chalicelib.jobs.worker; print(*sys.modules)")

    assert "chalicelib.jobs.inspectors" in found
    assert not {name for name in found if name.startswith("oslo")}


def test_nothing_is_loaded_that_they_do_without() -> None:
    found = printed("import sys; from chalicelib.jobs.inspectors import oslo; oslo(); print(*sys.modules)")

    assert {name for name in found if name.startswith("oslo")} == {"oslo_utils", "oslo_utils.units"}
    assert {name.partition(".")[0] for name in found} & OTHERS == set()


def test_who_has_imported_the_library_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = object()
    monkeypatch.setitem(sys.modules, "oslo_utils.imageutils", theirs)
    inspectors.oslo.cache_clear()

    inspectors.oslo()

    assert sys.modules["oslo_utils.imageutils"] is theirs
    assert "oslo_utils._i18n" not in sys.modules


def test_a_library_without_the_module_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.spec_from_file_location", lambda *_: None)
    inspectors.oslo.cache_clear()

    with pytest.raises(ImportError):
        inspectors.oslo()

    assert sys.modules.keys().isdisjoint(inspectors.STAND_INS)


def test_nothing_of_an_image_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    disk = disks.a_disk(*disks.vmdk("monolithicSparse", 'RW 1 SPARSE "/etc/passwd"'))

    found = inspectors.opinion("vmdk", disk.read(0, disk.size))

    assert found is not None
    assert found.failed == {"descriptor"}
    assert caplog.records == []


@pytest.mark.parametrize("name", inspectors.oslo().ALL_FORMATS)
@pytest.mark.parametrize("head", [b"", b"\0", b"x" * 600, b"\xff" * 70_000], ids=["nothing", "zero", "text", "noise"])
def test_an_inspector_survives_whatever_it_reads(name: str, head: bytes) -> None:
    found = inspectors.opinion(name, head)

    assert found is None or name == "raw"


@pytest.mark.parametrize(
    "head",
    [b'createType="x"\n'.ljust(1 << 22, b"\n"), b"KDMV".ljust(1 << 22, b"\xff"), bytes(1 << 22)],
    ids=["lines", "noise", "zeros"],
)
def test_inspectors_hold_no_more_than_a_few_times_the_first_bytes(head: bytes) -> None:
    names = list(inspectors.oslo().ALL_FORMATS)
    tracemalloc.start()

    for name in names:
        inspectors.opinion(name, head)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 << 20
