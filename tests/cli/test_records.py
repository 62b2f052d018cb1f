"""What is remembered of an upload is found again, by its deployment and its file."""

import fcntl
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from rosetta.parts import Source
from rosetta.records import Record, Records, UploadRunning

RECORD = Record(
    url="http://registry.example",
    path="/images/a.raw",
    size=25,
    mtime_ns=1,
    part_size=10,
    md5="0" * 32,
    parts=("1" * 32, "2" * 32, "3" * 32),
    image="6e2f8a43-5f1d-4e5a-9a0f-3f6f2b1c7d10",
)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "rosetta" / "uploads")


def load(records: Records, record: Record = RECORD) -> Record | None:
    return records.load(record.url, Path(record.path))


def test_what_was_saved_is_loaded(records: Records) -> None:
    begun = replace(RECORD, upload="3b9c")

    records.save(RECORD)
    first = load(records)
    records.save(begun)

    assert (first, load(records)) == (RECORD, begun)


@pytest.mark.parametrize(
    "other", [replace(RECORD, url="http://other.example"), replace(RECORD, path="/images/b.raw")], ids=["url", "path"]
)
def test_each_deployment_and_each_file_has_its_own(records: Records, other: Record) -> None:
    records.save(RECORD)

    assert load(records, other) is None


def alone(records: Records, record: Record = RECORD) -> AbstractContextManager[None]:
    return records.alone(record.url, Path(record.path))


def test_one_command_at_a_time_has_an_upload(records: Records, tmp_path: Path) -> None:
    with alone(records):
        with pytest.raises(UploadRunning, match=f"process {os.getpid()}"), alone(records):
            pass
        with alone(records, replace(RECORD, path="/images/b.raw")):
            pass
    with alone(records):
        [lock] = tmp_path.rglob("*.lock")

    assert not lock.exists()


def test_what_was_left_by_a_command_that_was_killed_keeps_nobody_out(records: Records, tmp_path: Path) -> None:
    with alone(records):
        [lock] = tmp_path.rglob("*.lock")
    lock.write_text("1")

    with alone(records):
        assert lock.read_text().startswith(str(os.getpid()))


def test_a_lock_that_was_removed_meanwhile_is_none(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the one command ends just after another one has opened the file."""
    flock = fcntl.flock
    removed: list[Path] = []

    def late(lock: int, operation: int) -> None:
        flock(lock, operation)
        if not removed:
            [file] = tmp_path.rglob("*.lock")
            file.unlink()
            removed.append(file)

    monkeypatch.setattr(fcntl, "flock", late)
    with alone(records):
        assert removed[0].exists()


def test_without_a_place_for_it_nobody_is_kept_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    records = Records(tmp_path / "file" / "uploads")

    with alone(records), alone(records):
        assert load(records) is None


def test_what_is_forgotten_is_gone(records: Records) -> None:
    records.save(RECORD)

    records.forget(RECORD)
    records.forget(RECORD)

    assert load(records) is None


def test_a_record_is_for_its_owner_alone_and_nothing_else_is_left(records: Records, tmp_path: Path) -> None:
    records.save(RECORD)

    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document[: len(document) // 2],
        lambda document: "[]",
        lambda document: document.replace('"parts"', '"pieces"'),
        lambda document: document.replace('"part_size": 10', '"part_size": 0'),
        lambda document: document.replace('"part_size": 10', '"part_size": "10"'),
        lambda document: document.replace('"size": 25', '"size": 35'),
    ],
    ids=["half", "another", "renamed", "zero", "text", "too-few-parts"],
)
def test_a_damaged_record_is_none(records: Records, tmp_path: Path, damage: Callable[[str], str]) -> None:
    records.save(RECORD)
    [file] = tmp_path.rglob("*.json")
    file.write_text(damage(file.read_text("utf-8")), "utf-8")

    assert load(records) is None


def test_where_nothing_can_be_written_there_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()

    Records(tmp_path / "file" / "uploads").save(RECORD)

    warning = capsys.readouterr().err
    assert warning.startswith("Warning: if interrupted, this upload cannot be resumed: ")
    assert warning.count("\n") == 1


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"XDG_STATE_HOME": "{tmp}/state", "HOME": "/nowhere"}, "state"),
        ({"XDG_STATE_HOME": "relative", "HOME": "{tmp}"}, ".local/state"),
        ({"HOME": "{tmp}"}, ".local/state"),
    ],
    ids=["given", "relative", "usual"],
)
def test_the_records_are_where_state_belongs(tmp_path: Path, environ: dict[str, str], folder: str) -> None:
    records = Records.of({name: value.format(tmp=tmp_path) for name, value in environ.items()})

    records.save(RECORD)

    assert len(list((tmp_path / folder / "rosetta" / "uploads").glob("*.json"))) == 1


def test_a_record_is_of_a_file_until_that_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(b"bytes")
    source = Source.of(path)
    record = replace(RECORD, path=str(path.resolve()), size=5, mtime_ns=source.mtime_ns)

    assert record.is_of(source)
    assert not record.is_of(replace(source, size=6))
    assert not record.is_of(replace(source, mtime_ns=source.mtime_ns + 1))


def test_a_record_says_nothing_that_is_not_about_the_file(records: Records, tmp_path: Path) -> None:
    records.save(RECORD)
    [file] = tmp_path.rglob("*.json")

    document = json.loads(file.read_text("utf-8"))

    assert document.keys() == set(Record.__dataclass_fields__)
