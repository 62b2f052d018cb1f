"""Send the parts of an upload to S3: several at a time, with retries, one block of each in memory."""

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
"""Links requested per thread at a time: few, as links expire."""


class Links:
    """A queue of parts to send, with links that are requested in batches."""

    def __init__(self, registry: Registry, upload: Upload, digests: Digests, parts: Iterable[Part], batch: int) -> None:
        self._registry = registry
        self._upload = upload
        self._md5s = digests.parts
        self._batch = min(batch, LINKS_AT_ONCE)
        self._waiting = deque(parts)
        self._links = {link.number: link for link in upload.links}
        self._lock = threading.Lock()

    def next(self) -> Part | None:
        """Take the next part to send; None at the end."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def link(self, part: Part) -> PartLink:
        """The link for a part; another one for each retry. Raises ServiceError."""
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
    """Sends parts of a file in several threads."""

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
        """Send all parts. Raises FileChanged, or ServiceError for the first part that fails."""
        # Daemons, so that Ctrl-C need not wait for S3.
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
        except Exception as error:  # noqa: BLE001  # raised again by the main thread
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
                if pause is None or error.status == 404:  # the upload no longer exists
                    raise ServiceError(f"part {part.number} could not be sent: {error}", error.status) from error
            if self._stop.wait(pause):
                raise Stopped
        return None

    def _link(self, part: Part, pause: float | None) -> PartLink | None:
        """The link for a part; None if the request should be retried later."""
        try:
            return self._links.link(part)
        except ServiceError as error:
            if pause is None or is_refusal(error):
                raise
            return None

    def _try(self, part: Part, link: PartLink) -> None:
        """Try to send a part; on failure its bytes are subtracted from the progress."""
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
    """Counts the bytes of one attempt so that they can be subtracted."""

    def __init__(self, count: Callable[[int], None]) -> None:
        self._count = count
        self._total = 0

    def add(self, count: int) -> None:
        """Count."""
        self._total += count
        self._count(count)

    def undo(self) -> None:
        """Subtract all counted bytes."""
        self.add(-self._total)


def batch_for(parallel: int) -> int:
    """The number of links to request at a time for this number of threads."""
    return min(parallel * LINKS_AHEAD, LINKS_AT_ONCE)
