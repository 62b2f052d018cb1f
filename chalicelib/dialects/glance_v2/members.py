"""Members of images, and their answers (wire §5.6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.catalog.membership import Membership, MemberStatus
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.glance_v2.documents import bodiless, parse_object
from chalicelib.dialects.glance_v2.rights import allowed_on
from chalicelib.dialects.glance_v2.schema import second
from chalicelib.http.dialect import Route
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request, Response

MEMBERS = "/v2/images/{image_id}/members"
MEMBER = f"{MEMBERS}/{{member}}"


def list_members(catalog: Catalog, request: Request, image_id: str) -> Response:
    with allowed_on(catalog, request, image_id, "get_members") as known_id:
        return Response(render_members(catalog.invitations.of_image(known_id)))


def add_member(catalog: Catalog, request: Request, image_id: str) -> Response:
    member = parse_new_member(parse_object(request))
    with allowed_on(catalog, request, image_id, "add_member") as known_id:
        return Response(render_member(catalog.invitations.add(known_id, member)))


def show_member(catalog: Catalog, request: Request, image_id: str, member: str) -> Response:
    with allowed_on(catalog, request, image_id, "get_member") as known_id:
        return Response(render_member(catalog.invitations.one(known_id, member)))


def answer_invitation(catalog: Catalog, request: Request, image_id: str, member: str) -> Response:
    status = parse_status(parse_object(request))
    with allowed_on(catalog, request, image_id, "modify_member") as known_id:
        return Response(render_member(catalog.invitations.answer(known_id, member, status)))


def remove_member(catalog: Catalog, request: Request, image_id: str, member: str) -> Response:
    with allowed_on(catalog, request, image_id, "delete_member") as known_id:
        catalog.invitations.remove(known_id, member)
    return Response(status=204)


def parse_new_member(document: Mapping[str, Any]) -> str:
    """Parse the tenant of a new member. Raises BadMessage."""
    member = document.get("member")
    if not isinstance(member, str) or not member:
        raise BadMessage("member", "Member to be added not specified")
    return member


def parse_status(document: Mapping[str, Any]) -> MemberStatus:
    """Parse a member's answer. Raises BadMessage."""
    if "status" not in document:
        raise BadMessage("status", "Status not specified")
    status = document["status"]
    if not isinstance(status, str) or status not in list(MemberStatus):
        raise BadMessage("status", f"Status must be one of {', '.join(MemberStatus)}")
    return MemberStatus(status)


def render_member(row: Membership) -> dict[str, Any]:
    """Render a member."""
    return {
        "member_id": row.member,
        "image_id": row.image_id,
        "status": row.status.value,
        "created_at": second(row.created_at),
        "updated_at": second(row.updated_at or row.created_at),
        "schema": "/v2/schemas/member",
    }


def render_members(rows: Sequence[Membership]) -> dict[str, Any]:
    """Render the members of an image."""
    return {"members": [render_member(row) for row in rows], "schema": "/v2/schemas/members"}


ROUTES = (
    Route("GET", MEMBERS, bodiless(list_members), heads=False),
    Route("POST", MEMBERS, add_member),
    Route("GET", MEMBER, bodiless(show_member), heads=False),
    Route("PUT", MEMBER, answer_invitation),
    Route("DELETE", MEMBER, bodiless(remove_member)),
)
