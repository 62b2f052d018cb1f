"""No walk of operations leaves the table of moves."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalog.errors import CatalogError
from chalicelib.catalog.image import MOVES, Status
from chalicelib.catalog.principal import Policy, Principal
from tests.api import Answer, Api
from tests.dialects.glance_v1.glance import OCTETS, RAW, MakeApi, meta, record
from tests.properties.strategies import EXAMPLES

DATA = b"bytes of an image"
OPERATOR = Principal("root", "ops", frozenset({Policy.ADMIN}))


class Walk:
    """One image, what is done to it, and the statuses it was seen in."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.owner, self.admin = api.caller("t1"), api.caller("ops", "admin")
        self.url = api.put_elsewhere("disk.raw", DATA)
        self.image_id = ""
        self.seen: list[Status] = []

    def begin(self, headers: Mapping[str, str], data: bytes) -> Answer:
        answer = self.owner.post("/v1/images", headers, data)
        self.image_id = answer.json["image"]["id"]
        self.observe()
        return answer

    def observe(self) -> None:
        self.seen.append(record(self.api, self.image_id).status)

    @property
    def path(self) -> str:
        return f"/v1/images/{self.image_id}"

    def upload(self, headers: Mapping[str, str] | None = None) -> Answer:
        with self.api.on_s3("PutObject", self.observe):
            return self.owner.put(self.path, {**OCTETS, **(headers or {})}, DATA)

    def upload_what_was_not_declared(self) -> Answer:
        return self.upload(meta(checksum="0" * 32))

    def upload_no_octets(self) -> Answer:
        return self.upload({"Content-Type": "text/plain"})

    def upload_to_a_broken_store(self) -> Answer:
        with self.api.s3_fault("PutObject", "SomethingElse", 500):
            return self.upload()

    def upload_while_it_is_deleted(self) -> Answer:
        with self.api.on_s3("PutObject", self._delete_and_observe):
            return self.upload()

    def _delete_and_observe(self) -> None:
        self.owner.delete(self.path)
        self.observe()

    def set_location(self) -> Answer:
        return self.owner.put(self.path, {**RAW, **meta(location=self.url)})

    def rename(self) -> Answer:
        return self.owner.put(self.path, meta(name="new"))

    def declare_active(self) -> Answer:
        return self.admin.put(self.path, meta(status="active"))

    def empty(self) -> Answer:
        return self.owner.put(self.path, meta(size="0"))

    def delete(self) -> Answer:
        return self.owner.delete(self.path)

    def delete_as_administrator(self) -> Answer:
        return self.admin.delete(self.path)

    def restore(self) -> Answer:
        return self.owner.post(f"{self.path}/restore")

    def delete_from_a_store_that_refuses(self) -> Answer:
        with self.api.s3_fault("DeleteObject", "AccessDenied", 403):
            return self.owner.delete(self.path)

    def deactivate(self) -> None:
        self._change_status(Status.DEACTIVATED)

    def activate(self) -> None:
        self._change_status(Status.ACTIVE)

    def deprecate(self) -> None:
        self._change_status(Status.DEPRECATED)

    def allow(self) -> Answer:
        return self.admin.post(f"{self.path}/actions/allow")

    def _change_status(self, status: Status) -> None:
        """As the other dialects do, and operators."""
        try:
            self.api.world.catalog(OPERATOR).update(self.image_id, lambda _: {"status": status}, gone=True)
        except CatalogError:
            assert record(self.api, self.image_id).status is self.seen[-1]


BEGINNINGS: Mapping[str, tuple[Mapping[str, str], bytes]] = {
    "reserved": (RAW, b""),
    "without formats": ({}, b""),
    "empty": (meta(size="0"), b""),
    "with data": ({**RAW, **OCTETS}, DATA),
}
STEPS: Mapping[str, Callable[[Walk], Answer | None]] = {
    step.__name__: step
    for step in (
        Walk.upload,
        Walk.upload_what_was_not_declared,
        Walk.upload_no_octets,
        Walk.upload_to_a_broken_store,
        Walk.upload_while_it_is_deleted,
        Walk.set_location,
        Walk.rename,
        Walk.declare_active,
        Walk.empty,
        Walk.delete,
        Walk.delete_as_administrator,
        Walk.restore,
        Walk.delete_from_a_store_that_refuses,
        Walk.deactivate,
        Walk.activate,
        Walk.deprecate,
        Walk.allow,
    )
}


@pytest.mark.parametrize("delayed", ["false", "true"], ids=["at once", "delayed"])
@settings(EXAMPLES, max_examples=20)
@given(
    beginning=st.sampled_from(sorted(BEGINNINGS)),
    steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=7),
)
def test_every_change_of_status_is_a_move(make_api: MakeApi, delayed: str, beginning: str, steps: list[str]) -> None:
    walk = Walk(make_api(DELAYED_DELETE=delayed))
    walk.begin(*BEGINNINGS[beginning])

    for step in steps:
        answer = STEPS[step](walk)
        walk.observe()
        assert answer is None or answer.status < 500 or step == "upload_to_a_broken_store"

    moves = [(old, new) for old, new in zip(walk.seen, walk.seen[1:], strict=False) if old is not new]
    assert [(old, new) for old, new in moves if new not in MOVES[old]] == []
