"""Records of unfinished uploads, from which the same command resumes."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rosetta.console import reason_of, say
from rosetta.parts import Digests, Source, parts_of


@dataclass(frozen=True, slots=True)
class Record:
    """An unfinished upload: the state of its file, its image, and its upload id once it has begun."""

    url: str
    path: str
    size: int
    mtime_ns: int
    part_size: int
    md5: str
    parts: tuple[str, ...]
    image: str
    upload: str | None = None

    @property
    def digests(self) -> Digests:
        return Digests(self.md5, self.parts)

    def is_of(self, source: Source) -> bool:
        """Whether the file is unchanged."""
        return (self.path, self.size, self.mtime_ns) == (str(source.path), source.size, source.mtime_ns)


class UploadRunning(Exception):
    """Another process is running this upload."""

    def __init__(self, process: str) -> None:
        super().__init__(f"process {process}" if process else "another process")


class Records:
    """The records in a folder, one per deployment and file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Records":
        """The user's records, below `XDG_STATE_HOME`."""
        given = Path(environ.get("XDG_STATE_HOME", ""))
        state = given if given.is_absolute() else Path(environ.get("HOME", "/")) / ".local" / "state"
        return cls(state / "rosetta" / "uploads")

    @contextmanager
    def alone(self, url: str, path: Path) -> Iterator[None]:
        """Lock an upload against other processes of this user. Raises UploadRunning if one has the lock.

        If the folder cannot be written, there is no lock. The lock of a killed process is released.
        """
        file = self._file(url, str(path)).with_suffix(".lock")
        try:
            held = self._held(file)
        except OSError:
            yield
            return
        try:
            yield
        finally:
            with suppress(OSError):
                file.unlink()
            os.close(held)

    def _held(self, file: Path) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                process = os.pread(lock, 20, 0).decode()
                os.close(lock)
                raise UploadRunning(process) from error
            if os.fstat(lock).st_nlink:
                os.pwrite(lock, str(os.getpid()).encode(), 0)
                return lock
            os.close(lock)  # its owner has removed it meanwhile

    def load(self, url: str, path: Path) -> Record | None:
        """Read a record; None if there is none or it is damaged."""
        try:
            document = json.loads(self._file(url, str(path)).read_text("utf-8"))
            record = Record(**{**document, "parts": tuple(document["parts"])})
            is_sound = len(record.parts) == len(parts_of(record.size, record.part_size))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return record if is_sound else None

    def save(self, record: Record) -> None:
        """Write a record; print a warning if that fails."""
        file = self._file(record.url, record.path)
        draft = file.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                json.dump(asdict(record), out)
            draft.replace(file)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            say(f"Warning: if interrupted, this upload cannot be resumed: {reason_of(error)}")

    def forget(self, record: Record) -> None:
        """Remove a record; print a warning if that fails."""
        try:
            self._file(record.url, record.path).unlink(missing_ok=True)
        except OSError as error:
            say(f"Warning: could not remove the record of this upload: {reason_of(error)}")

    def _file(self, url: str, path: str) -> Path:
        key = hashlib.sha256(url.encode() + b"\0" + os.fsencode(path)).hexdigest()
        return self._folder / f"{key[:32]}.json"
