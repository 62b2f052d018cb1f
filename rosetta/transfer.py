"""The parts of an upload on their way to S3: several at a time, each tried a few times, in memory a block of each."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from queue import SimpleQueue

from rosetta.answers import PartLink, Upload
from rosetta.errors import ServiceError
from rosetta.parts import Digests, Part, Source, Stopped, bytes_of
from rosetta.registry import LINKS_AT_ONCE, Registry
from rosetta.threads import join_briefly
from rosetta.waiting import PAUSES, is_refusal

LINKS_AHEAD = 4
"""For how many parts a thread links are asked for at once: few, as links expire."""


class Links:
    """The parts that wait, with links for them, which are asked for in batches."""

    def __init__(self, registry: Registry, upload: Upload, digests: Digests, parts: Iterable[Part], batch: int) -> None:
        self._registry = registry
        self._upload = upload
        self._md5s = digests.parts
        self._batch = min(batch, LINKS_AT_ONCE)
        self._waiting = deque(parts)
        self._links = {link.number: link for link in upload.links}
        self._lock = threading.Lock()

    def next(self) -> Part | None:
        """A part for the caller to send; None if there are no more."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def link(self, part: Part) -> PartLink:
        """Where to send a part: each time another link. Raises ServiceError."""
        with self._lock:
            if part.number not in self._links:
                soon = [part, *list(self._waiting)[: self._batch - 1]]
                wanted = {each.number: self.md5(each) for each in soon if each.number not in self._links}
                self._links |= {link.number: link for link in self._registry.links(self._upload, wanted)}
            link = self._links.pop(part.number, None)
        if link is None:
            raise ServiceError(f"the service gives no link for part {part.number}")
        return link

    def md5(self, part: Part) -> str:
        """The MD5 of a part."""
        return self._md5s[part.number - 1]


class Sending:
    """Parts of a file being sent by several threads."""

    def __init__(
        self, registry: Registry, source: Source, links: Links, sent: Callable[[int], None], parallel: int
    ) -> None:
        self._registry = registry
        self._source = source
        self._links = links
        self._sent = sent
        self._parallel = parallel
        self._stop = threading.Event()
        self._ends: SimpleQueue[Exception | None] = SimpleQueue()

    def run(self) -> None:
        """Send all parts. Raises FileChanged, or ServiceError for the first part that could not be sent."""
        # Daemons, because what was interrupted must not wait for S3 to answer.
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._parallel)]
        for thread in threads:
            thread.start()
        try:
            for _ in threads:
                error = self._ends.get()
                if error is not None:
                    raise error
        finally:
            self._stop.set()
            join_briefly(threads)

    def _work(self) -> None:
        end: Exception | None = None
        try:
            while not self._stop.is_set() and (part := self._links.next()) is not None:
                self._send(part)
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            end = error
        self._ends.put(end)

    def _send(self, part: Part) -> None:
        for pause in (*PAUSES, None):
            link = self._link(part, pause)
            try:
                if link is not None:
                    return self._try(part, link)
            except ServiceError as error:
                self._source.check()
                if pause is None or error.status == 404:  # then there is no such upload any more
                    raise ServiceError(f"part {part.number} could not be sent: {error}", error.status) from error
            if self._stop.wait(pause):
                raise Stopped
        return None

    def _link(self, part: Part, pause: float | None) -> PartLink | None:
        """Where to send a part; None if that is to be asked again later."""
        try:
            return self._links.link(part)
        except ServiceError as error:
            if pause is None or is_refusal(error):
                raise
            return None

    def _try(self, part: Part, link: PartLink) -> None:
        """Send a part once; what did not arrive counts as not sent."""
        gone = Tally(self._sent)
        try:
            with closing(bytes_of(self._source, part, gone.add, self._stop)) as body:
                etag = self._registry.put_part(link, body)
        except ServiceError:
            gone.undo()
            raise
        if etag != self._links.md5(part):
            gone.undo()
            raise ServiceError("S3 received different data than was sent")


class Tally:
    """How much was counted, so that it can be subtracted."""

    def __init__(self, count: Callable[[int], None]) -> None:
        self._count = count
        self._total = 0

    def add(self, count: int) -> None:
        """Count."""
        self._total += count
        self._count(count)

    def undo(self) -> None:
        """Subtract what was counted."""
        self.add(-self._total)


def batch_for(parallel: int) -> int:
    """For how many parts to ask links for at once, given the threads."""
    return min(parallel * LINKS_AHEAD, LINKS_AT_ONCE)
