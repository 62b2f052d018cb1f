"""An upload of an image in parts, which go directly to the store."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalog.errors import Invalid
from chalicelib.catalog.job import Job
from chalicelib.catalog.ports import Multipart, Part
from chalicelib.catalog.rules import Limits

MEGABYTE = 2**20
SMALLEST_PART, LARGEST_PART, MAX_PARTS = 5 * MEGABYTE, 5 * 2**30, 10_000
"""S3's limits; the last part may be smaller."""
USUAL_PART = 16 * MEGABYTE
MAX_LINKS = 100
"""The most links in one response."""


class Upload(NamedTuple):
    """An upload of `size` bytes. Every part but the last has `part_size` bytes; `received` are those stored."""

    id: str
    image_id: str
    multipart: Multipart
    size: int
    part_size: int
    created_at: datetime
    expires_at: datetime
    received: Sequence[Part] = ()

    @property
    def part_count(self) -> int:
        """How many parts there will be."""
        return _part_count(self.size, self.part_size)

    def length(self, number: int) -> int:
        """The bytes of a part."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)

    @property
    def complete(self) -> bool:
        """Whether all parts were received, each of the right size."""
        return [(part.number, part.size) for part in self.received] == [
            (number, self.length(number)) for number in range(1, self.part_count + 1)
        ]

    def check_complete(self, etags: Mapping[int, str]) -> None:
        """Raise Invalid unless all parts were received, and these are their ETags."""
        found = {part.number: part.etag for part in self.received}
        for number in range(1, self.part_count + 1):
            if number not in found:
                raise Invalid("parts", f"part {number} of {self.part_count} was not received")
            if etags.get(number) != found[number]:
                raise Invalid("parts", f"the ETag of part {number} is {found[number]}")
        if not self.complete or etags.keys() != found.keys():
            raise Invalid("parts", "the parts do not add up to the declared size")


def upload_of(job: Job, limits: Limits) -> Upload:
    """The upload that a job is about."""
    return Upload(
        id=job.id,
        image_id=job.images[0],
        multipart=multipart_of(job),
        size=int(job.facts["size"]),
        part_size=int(job.facts["part_size"]),
        created_at=job.created_at,
        expires_at=job.created_at + limits.periods.upload,
    )


def multipart_of(job: Job) -> Multipart:
    """The multipart upload that a job is about."""
    return Multipart(job.facts["location"], job.facts["key"])


def check_parts(md5s: Mapping[int, str], size: int, part_size: int) -> None:
    """Refuse parts that an upload does not have, or too many at once. Raises Invalid."""
    count = _part_count(size, part_size)
    if len(md5s) > MAX_LINKS:
        raise Invalid("parts", f"ask for links of at most {MAX_LINKS} parts at once")
    for number, md5 in md5s.items():
        if not 1 <= number <= count:
            raise Invalid("parts", f"the upload has parts 1 to {count}, not {number}")
        if not re.fullmatch("[0-9a-f]{32}", md5):
            raise Invalid("parts", f"the MD5 of part {number} must be 32 hexadecimal digits")


def _part_count(size: int, part_size: int) -> int:
    return -(-size // part_size)


def part_size_for(size: int, asked: int | None) -> int:
    """The bytes of a part: as asked, or the default, or more to stay within MAX_PARTS. Raises Invalid."""
    if asked is None:
        fitting = -(-size // MAX_PARTS)
        return max(USUAL_PART, -(-fitting // MEGABYTE) * MEGABYTE)
    if not SMALLEST_PART <= asked <= LARGEST_PART:
        raise Invalid("parts", f"parts must have {SMALLEST_PART} to {LARGEST_PART} bytes")
    if size > asked * MAX_PARTS:
        raise Invalid("parts", f"there would be more than {MAX_PARTS} parts. Choose larger ones")
    return asked
