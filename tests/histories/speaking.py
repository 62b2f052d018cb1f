"""Translates the model's calls to requests of the dialects, and responses to outcomes (see docs/dialects)."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from tests.api import ORDINARY, Answer, Api, a_caller
from tests.conformance.clients import CLIENTS, JSON, Client, Facts, Foreman, GlanceV2
from tests.conformance.conftest import T1, T2
from tests.histories.history import Reply
from tests.histories.model import (
    ACCESS,
    DEVOPS,
    FOREMAN,
    GLANCE,
    GLANCE_2,
    LISTING,
    QINGCLOUD,
    READING,
    SCALEWAY,
    Call,
    Outcome,
    Verb,
)

T3 = "3d2b4e50-9c74-4e90-bf2c-7f4e2b8acb33"
TENANTS = (T1, T2, T3)
IDS = UUID("0f6c1a52-6c0e-4d53-9b52-8a3f5c1e7d44")
"""Namespace of the UUIDs that clients of Glance choose."""
GONE_IN_QINGCLOUD = frozenset({"deleted", "ceased"})
PATIENCE = 60.0
"""Seconds to wait for jobs."""
KEEP = {"x-glance-registry-purge-props": "false"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply, and the ids of the images that the response shows, by their names.

    `total` is the number of images, where a list has it.
    """

    reply: Reply
    ids: Mapping[str, str]
    total: int | None = None


class Speaker:
    """Makes calls to the application in all dialects for all tenants; threads may share it."""

    def __init__(self, api: Api) -> None:
        self.asked = 0
        self._world = api.world
        rights = (*ORDINARY, "publicize_image")
        self._clients: dict[tuple[str, str], Client] = {}
        for tenant in TENANTS:
            principal = a_caller(tenant, *rights)
            self._clients.update({(tenant, client.dialect): client(api, principal) for client in CLIENTS})

    def ask(self, call: Call, image_id: str = "") -> Heard:
        """Make a call, for the image with this id in the call's dialect, and return what the response means."""
        client = self._clients[call.tenant, call.dialect]
        self.asked += 1
        answer = _put(client, call, image_id)
        outcomes = _meaning(call, answer)
        if answer.status >= 300:
            return Heard(Reply(outcomes), {})
        if call.verb is Verb.CREATE:
            return Heard(Reply(outcomes), {call.name: _new_id(client, call, answer)})
        return _heard(client, call, answer, outcomes)

    def rest(self) -> None:
        """Wait until all jobs are done."""
        deadline = time.monotonic() + PATIENCE
        while any(self._unfinished(tenant) for tenant in TENANTS):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def differences(self) -> Mapping[str, int]:
        """The numbers of rows and totals that do not match the images, those of members included."""
        return self._world.migration.differences()

    def _unfinished(self, tenant: str) -> int:
        answer = self._clients[tenant, QINGCLOUD].caller.get("/v2/zone/ac1/unfinished_jobs")
        assert answer.status == 200, answer.text
        return len(answer.json)

    def page(self, tenant: str, dialect: str, size: int, number: int, last: str | None) -> list[tuple[str, str]]:
        """Ids and names on one page of a list; `last` is the last id of the page before."""
        client = self._clients[tenant, dialect]
        answer = client.caller.get(PAGES[dialect](size, number, last))
        assert answer.status == 200, answer.text
        return [(str(record["id"]), str(record["name"])) for record in client.records(answer)]


def _heard(client: Client, call: Call, answer: Answer, outcomes: frozenset[Outcome]) -> Heard:
    """The images that a read shows; one that QingCloud shows as deleted is gone."""
    if call.verb in LISTING:
        records = client.records(answer)
    elif call.verb is Verb.SHOW:
        records = [client.record(answer)]
    else:
        return Heard(Reply(outcomes), {})
    if call.verb is Verb.SHOW and call.dialect == QINGCLOUD and records[0]["status"] in GONE_IN_QINGCLOUD:
        return Heard(Reply(frozenset({Outcome.GONE, Outcome.WAITING})), {})
    names = tuple(sorted(str(record["name"]) for record in records))
    total = TOTALS[call.dialect](answer) if call.verb is Verb.LIST and call.dialect in TOTALS else None
    return Heard(Reply(outcomes, names), {str(record["name"]): str(record["id"]) for record in records}, total)


def _put(client: Client, call: Call, image_id: str) -> Answer:
    act = OTHERWISE.get((call.verb, call.dialect)) or ACTS[call.verb]
    return act(client, call, image_id)


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


def _create_glance(client: Client, call: Call, _: str) -> Answer:
    headers = {
        "x-image-meta-id": str(uuid5(IDS, call.slot)),
        "x-image-meta-name": call.name,
        "x-image-meta-size": "0",
        "x-image-meta-property-architecture": Facts.architecture,
    }
    return client.caller.post("/v1/images", headers)


def _create_glance_2(client: Client, call: Call, _: str) -> Answer:
    image = {"id": str(uuid5(IDS, call.slot)), "name": call.name, "architecture": Facts.architecture}
    return client.caller.post("/v2/images", JSON, _json(image))


def _patch(client: Client, image_id: str, **changes: object) -> Answer:
    operations = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in changes.items()]
    return client.caller.request("PATCH", f"/v2/images/{image_id}", GlanceV2.patch, _json(operations))


def _give_access(client: Client, call: Call, image_id: str) -> Answer:
    return _patch(client, image_id, visibility=ACCESS[call.verb])


def _hide(client: Client, call: Call, image_id: str) -> Answer:
    return _patch(client, image_id, os_hidden=call.verb is Verb.HIDE)


def _invite(client: Client, call: Call, image_id: str) -> Answer:
    return client.caller.post(f"/v2/images/{image_id}/members", JSON, _json({"member": call.member}))


def _invite_no_more(client: Client, call: Call, image_id: str) -> Answer:
    return client.caller.delete(f"/v2/images/{image_id}/members/{call.member}")


def _answer(client: Client, call: Call, image_id: str) -> Answer:
    status = {"status": "accepted" if call.verb is Verb.ACCEPT else "rejected"}
    return client.caller.put(f"/v2/images/{image_id}/members/{call.member}", JSON, _json(status))


def _tag(client: Client, call: Call, image_id: str) -> Answer:
    method = "PUT" if call.verb is Verb.TAG else "DELETE"
    return client.caller.request(method, f"/v2/images/{image_id}/tags/tag")


def _act(client: Client, call: Call, image_id: str) -> Answer:
    return client.caller.post(f"/v2/images/{image_id}/actions/{call.verb}")


def _create_devops(client: Client, call: Call, _: str) -> Answer:
    body = {"id": call.slot, "provider": "ec2", "remote_user": "admin", "name": call.name}
    return client.caller.post("/v3/image", JSON, _json(body))


def _create_foreman(client: Client, call: Call, _: str) -> Answer:
    names = {"operatingsystem_name": "Linux 7", "compute_resource_name": "cloud"}
    image = {"name": call.name, "username": "admin", "uuid": call.slot, **names}
    return client.caller.post(Foreman.below, JSON, _json({"image": image}))


def _publish_glance(client: Client, call: Call, image_id: str) -> Answer:
    headers = {"x-image-meta-is_public": str(call.verb is Verb.PUBLISH), **KEEP}
    return client.caller.put(f"/v1/images/{image_id}", headers)


def _publish_scaleway(client: Client, call: Call, image_id: str) -> Answer:
    return client.caller.put(f"/images/{image_id}", JSON, _json({"public": call.verb is Verb.PUBLISH}))


def _rename_scaleway(client: Client, call: Call, image_id: str) -> Answer:
    """Rename in one call; Scaleway's clients would read the image and send back all of it."""
    return client.caller.put(f"/images/{image_id}", JSON, _json({"name": call.name}))


def _member(call: Call, image_id: str) -> str:
    return f"/v1/images/{image_id}/members/{call.member}"


Act = Callable[[Client, Call, str], Answer]
ACTS: Mapping[Verb, Act] = {
    Verb.CREATE: lambda client, call, _: client.create(Facts(name=call.name)),
    Verb.RENAME: lambda client, call, image_id: client.rename(image_id, call.name),
    Verb.PUBLISH: _publish_glance,
    Verb.WITHDRAW: _publish_glance,
    Verb.SHARE: lambda client, call, image_id: client.caller.put(_member(call, image_id)),
    Verb.UNSHARE: lambda client, call, image_id: client.caller.delete(_member(call, image_id)),
    Verb.DELETE: lambda client, _, image_id: client.delete(image_id),
    Verb.SHOW: lambda client, _, image_id: client.show(image_id),
    Verb.LIST: lambda client, call, _: client.caller.get(LISTS[call.dialect]),
    Verb.SEARCH: lambda client, call, _: client.caller.get(SEARCH),
    Verb.OPEN: _give_access,
    Verb.SECLUDE: _give_access,
    Verb.ACCEPT: _answer,
    Verb.REJECT: _answer,
    Verb.HIDE: _hide,
    Verb.UNHIDE: _hide,
    Verb.TAG: _tag,
    Verb.UNTAG: _tag,
    Verb.DEACTIVATE: _act,
    Verb.REACTIVATE: _act,
}
OTHERWISE: Mapping[tuple[Verb, str], Act] = {
    (Verb.CREATE, GLANCE): _create_glance,
    (Verb.CREATE, GLANCE_2): _create_glance_2,
    (Verb.CREATE, DEVOPS): _create_devops,
    (Verb.CREATE, FOREMAN): _create_foreman,
    (Verb.RENAME, SCALEWAY): _rename_scaleway,
    (Verb.PUBLISH, GLANCE_2): _give_access,
    (Verb.WITHDRAW, GLANCE_2): _give_access,
    (Verb.SHARE, GLANCE_2): _invite,
    (Verb.UNSHARE, GLANCE_2): _invite_no_more,
    (Verb.PUBLISH, SCALEWAY): _publish_scaleway,
    (Verb.WITHDRAW, SCALEWAY): _publish_scaleway,
}
"""In four dialects the client chooses the id, which is the slot; the other two assign ids themselves."""

LISTS: Mapping[str, str] = {
    GLANCE: "/v1/images/detail?limit=100",
    GLANCE_2: "/v2/images?limit=100",
    SCALEWAY: "/images?per_page=100",
    DEVOPS: "/v3/images",
    FOREMAN: f"{Foreman.below}?per_page=100",
    QINGCLOUD: "/v2/zone/ac1/images?limit=100",
}
SEARCH: str = f"{LISTS[GLANCE_2]}&visibility=all&member_status=all"

TOTALS: Mapping[str, Callable[[Answer], int]] = {
    SCALEWAY: lambda answer: int(answer.headers["x-total-count"]),
    FOREMAN: lambda answer: int(answer.json["subtotal"]),
    QINGCLOUD: lambda answer: int(answer.json["total_count"]),
}
"""How to read the total from a list, in the dialects that have one."""

Page = Callable[[int, int, str | None], str]
PAGES: Mapping[str, Page] = {
    GLANCE: lambda size, _, last: f"/v1/images/detail?limit={size}" + (f"&marker={last}" if last else ""),
    GLANCE_2: lambda size, _, last: f"/v2/images?limit={size}" + (f"&marker={last}" if last else ""),
    SCALEWAY: lambda size, number, _: f"/images?per_page={size}&page={number}",
    FOREMAN: lambda size, number, _: f"{Foreman.below}?per_page={size}&page={number}",
    QINGCLOUD: lambda size, number, _: f"/v2/zone/ac1/images?limit={size}&offset={size * (number - 1)}",
}
"""The target of a page, numbered from 1; devops-service has no pages."""


def _new_id(client: Client, call: Call, answer: Answer) -> str:
    match call.dialect:
        case "devops_service":
            return call.slot
        case "foreman":
            return str(answer.json["id"])
        case "qingcloud":
            return str(answer.json["resource_ids"][0])
        case "glance_v2":
            return str(answer.json["id"])
    return str(client.record(answer)["id"]) if call.dialect == SCALEWAY else str(answer.json["image"]["id"])


def _meaning(call: Call, answer: Answer) -> frozenset[Outcome]:
    """The outcomes that a status may mean; none if the dialect does not document it."""
    if 200 <= answer.status < 300:
        remembered = call.dialect == QINGCLOUD and call.verb is Verb.RENAME
        return frozenset({Outcome.DONE, Outcome.WAITING} if remembered else {Outcome.DONE})
    if call.verb in LISTING:
        return frozenset()
    if call.verb is Verb.CREATE and TAKEN.get(call.dialect, (0, ""))[0] == answer.status:
        return frozenset({Outcome.TAKEN} if TAKEN[call.dialect][1] in answer.text else ())
    if answer.status == 409 and call.verb not in READING:
        return frozenset({Outcome.MEMBER if "is duplicated" in answer.text else Outcome.OUTRUN})
    meaning = REFUSALS[call.dialect].get(answer.status, frozenset())
    if call.verb in {Verb.SHARE, Verb.UNSHARE} and answer.status == 404:
        # Callers who may not share get 404 as well (Glance v1's wire §4.2, Glance v2's wire §4).
        return meaning | {Outcome.SHARED if call.dialect == GLANCE_2 else Outcome.PUBLIC}
    return frozenset() if call.verb is Verb.CREATE else meaning


TAKEN: Mapping[str, tuple[int, str]] = {
    GLANCE: (409, "already exists"),
    GLANCE_2: (409, "already exists"),
    DEVOPS: (400, "Duplicate key error"),
    FOREMAN: (422, "has already been taken"),
}
"""The status of a create whose slot is taken, and a part of the message."""

_UNKNOWN = frozenset({Outcome.GONE, Outcome.WAITING, Outcome.HIDDEN})
_FOREIGN = frozenset({Outcome.PUBLIC, Outcome.SHARED})
REFUSALS: Mapping[str, Mapping[int, frozenset[Outcome]]] = {
    GLANCE: {
        403: frozenset({Outcome.PUBLIC}),
        404: _UNKNOWN | {Outcome.SHARED, Outcome.NO_MEMBER, Outcome.UNSHARED},
    },
    GLANCE_2: {
        403: _FOREIGN | {Outcome.UNSHARED, Outcome.UNFIT},
        404: _UNKNOWN | {Outcome.NO_MEMBER, Outcome.NO_TAG},
    },
    SCALEWAY: {403: _FOREIGN | {Outcome.HIDDEN}, 404: frozenset({Outcome.GONE, Outcome.WAITING})},
    DEVOPS: {404: _UNKNOWN},
    FOREMAN: {404: _UNKNOWN},
    # A deleted image keeps its record, so tenants who could see it get 403.
    QINGCLOUD: {403: _FOREIGN | {Outcome.GONE, Outcome.WAITING}, 404: _UNKNOWN},
}
"""What error statuses may mean, except 409: a lost race, or an image in the wrong state."""
