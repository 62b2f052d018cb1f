"""Scenes with shared images, most of which have more members than one write takes."""

from collections.abc import Sequence
from typing import Any

from chalicelib.catalog.image import Status, Visibility
from tests.api import ORDINARY, Api
from tests.dialects.glance_v1.sending import SMALL
from tests.factories import a_membership
from tests.faults import glance_v2
from tests.faults.glance import FORMATS, KEEP, QUEUED, ROOT, UPLOAD
from tests.faults.scenes import IMAGE, OTHER, TENANT, Arrange, Ask, Scene, document, kept

AT_ONCE = 3
"""Members per write in these tests: three instead of thirty only save time."""
CROWD = [OTHER, *(f"m{number}" for number in range(2 * AT_ONCE - 2))]
FEW = CROWD[: AT_ONCE - 1]
PUBLISHER = (*ORDINARY, "publicize_image")
ZONE = "/v2/zone/ac1"


def crowded(ask: Ask, members: Sequence[str] = CROWD, *, deleted: bool = False, **fields: Any) -> Arrange:
    """A request for an image with many members."""

    def arrange(api: Api) -> Ask:
        now = api.clock.now()
        since = {"status_changed_at": now, "deleted_at": now} if deleted else {}
        image = kept(api, **{**fields, **since})
        api.world.memberships.change(image, [a_membership(image, member) for member in members], [])
        return ask

    return arrange


def with_bytes(ask: Ask) -> Arrange:
    """As `crowded`, for an image with bytes."""

    def arrange(api: Api) -> Ask:
        facts = {"location": api.world.blobs.put(IMAGE, SMALL), "size": len(SMALL), **FORMATS}
        return crowded(ask, **facts)(api)

    return arrange


def _glance(name: str, arrange: Arrange, policies: tuple[str, ...] = ORDINARY) -> Scene:
    return Scene("glance_v1", name, arrange, policies)


def _glance_v2(name: str, arrange: Arrange, policies: tuple[str, ...] = ORDINARY) -> Scene:
    return Scene("glance_v2", name, arrange, policies)


def _qingcloud(name: str, arrange: Arrange) -> Scene:
    return Scene("qingcloud", name, arrange)


def _put(**meta: str) -> Ask:
    return Ask("PUT", f"{ROOT}/{IMAGE}", {**KEEP, **{f"x-image-meta-{name}": value for name, value in meta.items()}})


PENDING: Any = {"deleted": True, "status": Status.PENDING_DELETE}
EVERYBODY = {"memberships": [{"member_id": member} for member in [*CROWD[1:], *(f"n{n}" for n in range(2 * AT_ONCE))]]}
DELETION = Ask("DELETE", f"{ZONE}/images/{IMAGE}")
RECOVERY = document("POST", f"{ZONE}/lease", {"resources": [IMAGE]})
ACCEPT, REJECT = (
    document("PUT", f"{glance_v2.ONE}/members/{TENANT}", {"status": status}) for status in ("accepted", "rejected")
)
SCENES = (
    _glance("rename for many", crowded(_put(name="new"))),
    _glance("publish to many", crowded(_put(is_public="true")), PUBLISHER),
    _glance("give to one of many", crowded(_put(owner=OTHER)), (*PUBLISHER, "admin")),
    _glance("share with one more", crowded(Ask("PUT", f"{ROOT}/{IMAGE}/members/late"))),
    _glance("share with one of few more", crowded(Ask("PUT", f"{ROOT}/{IMAGE}/members/late"), FEW)),
    _glance("share no more with one of many", crowded(Ask("DELETE", f"{ROOT}/{IMAGE}/members/{OTHER}"))),
    _glance("replace very many members", crowded(document("PUT", f"{ROOT}/{IMAGE}/members", EVERYBODY))),
    _glance("delete for many", with_bytes(Ask("DELETE", f"{ROOT}/{IMAGE}"))),
    _glance("begin an upload for many", crowded(document("POST", f"{ROOT}/{IMAGE}/uploads", UPLOAD), **QUEUED)),
    _glance_v2("patch for many", crowded(glance_v2.patch(name="new", tags=["new"], os_hidden=True))),
    _glance_v2("publish to many", crowded(glance_v2.patch(visibility="public")), PUBLISHER),
    _glance_v2("withdraw from many", crowded(glance_v2.patch(visibility="private"))),
    _glance_v2("share with the community and many", crowded(glance_v2.patch(visibility="community"))),
    _glance_v2("share again with many", crowded(glance_v2.patch(visibility="shared"), visibility=Visibility.PRIVATE)),
    _glance_v2("give to one of many", crowded(glance_v2.patch(owner=OTHER)), (*ORDINARY, "admin")),
    _glance_v2("accept as one of many", crowded(ACCEPT, [*CROWD, TENANT], owner="t9")),
    _glance_v2("reject as one of few", crowded(REJECT, [TENANT, *FEW[1:]], owner="t9")),
    _glance_v2("invite one more", crowded(document("POST", f"{glance_v2.ONE}/members", {"member": "late"}))),
    _glance_v2("invite one no more of many", crowded(Ask("DELETE", f"{glance_v2.ONE}/members/{OTHER}"))),
    _glance_v2("delete for many", with_bytes(Ask("DELETE", glance_v2.ONE))),
    _qingcloud("delete for few", crowded(DELETION, FEW)),
    _qingcloud("delete for many", crowded(DELETION)),
    _qingcloud("recover for few", crowded(RECOVERY, FEW, **PENDING)),
    _qingcloud("recover for many", crowded(RECOVERY, **PENDING)),
)
