"""Of several faults in one creation the first in the order of wire §2.4 answers, whatever comes after."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from tests.api import Caller
from tests.dialects.glance_v1.glance import OCTETS, RAW, MakeApi, create, meta, properties, says

TAKEN = "6f6e2b8e-0f3a-4a53-9d0c-0d5c1f6a7b10"
LIMITS = {"IMAGE_SIZE_CAP": "10", "IMAGE_PROPERTY_QUOTA": "1", "USER_STORAGE_QUOTA": "5"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a creation, and its answer."""

    name: str
    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    without: str = ""
    data: bytes = b""


FAULTS = [
    Fault("2 value", 400, "Cannot be a negative value", meta(min_ram="-1")),
    Fault("3 size cap", 400, "Denying attempt to upload", meta(size="11")),
    Fault("5 right", 403, "", meta(is_public="True")),
    Fault("6 properties", 413, "Attempted: 2, Maximum: 1", properties(one="1", two="2")),
    Fault("7 scheme", 400, "External sources are not supported", meta(location="file:///x")),
    Fault("8 store", 400, "Required store bad is invalid", meta(store="bad")),
    Fault("9 location", 404, "", meta(location="s3://elsewhere/absent")),
    Fault("10 sources", 400, "multiple image sources", meta(location="s3://elsewhere/disk.raw"), data=b"data"),
    Fault("11 id", 400, "Invalid image id format", meta(id="abc")),
    Fault("12 taken id", 409, "already exists", meta(id=TAKEN)),
    Fault("13 format", 400, "Disk format is not specified", without="x-image-meta-disk_format", data=b"data"),
    Fault("14 type", 400, "Content-Type must be", {"Content-Type": "text/plain"}, data=b"data"),
    Fault("15 storage quota", 413, "", data=b"x" * 9),
    Fault("16 checksum", 400, "did not match", meta(checksum="0"), data=b"data"),
]
PAIRS = list(pairwise(FAULTS))


@pytest.fixture
def limited(make_api: MakeApi) -> Caller:
    """A caller with tight limits, an object elsewhere, and an id that is taken."""
    api = make_api(**LIMITS)
    api.put_elsewhere("disk.raw", b"data")
    create(api.caller("t2"), meta(id=TAKEN))
    return api.caller("t1")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_has_its_answer(limited: Caller, fault: Fault) -> None:
    headers = {**RAW, **OCTETS, **fault.headers}
    headers.pop(fault.without, None)

    answer = limited.post("/v1/images", headers, fault.data)

    assert answer.status == fault.status
    assert says(answer, fault.text)


@pytest.mark.parametrize(
    ("first", "second"), PAIRS, ids=[f"{first.name} before {second.name}" for first, second in PAIRS]
)
def test_the_first_fault_answers(limited: Caller, first: Fault, second: Fault) -> None:
    headers = {**RAW, **OCTETS, **second.headers, **first.headers}
    for fault in (first, second):
        headers.pop(fault.without, None)

    answer = limited.post("/v1/images", headers, max(first.data, second.data, key=len))

    assert answer.status == first.status
    assert says(answer, first.text)


def test_a_caller_without_identity_learns_nothing_else(make_api: MakeApi) -> None:
    answer = make_api().anonymous().post("/v1/images", meta(min_ram="-1"))

    assert answer.status == 401


def test_an_anonymous_reader_learns_of_bad_values_first(make_api: MakeApi) -> None:
    anonymous = make_api(GLANCE_V1_ALLOW_ANONYMOUS_ACCESS="true", **LIMITS).anonymous()

    assert anonymous.post("/v1/images", meta(min_ram="-1")).status == 400
    assert anonymous.post("/v1/images", meta(size="11")).status == 400
    assert anonymous.post("/v1/images", meta(is_public="True")).status == 403
