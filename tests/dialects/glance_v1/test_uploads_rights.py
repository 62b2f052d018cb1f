"""Who may send images in parts: whoever may change the image, and nobody else learns of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.api import Answer, Api, Caller
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import RAW, create, denying, meta
from tests.dialects.glance_v1.sending import (
    JSON,
    SMALL,
    abort,
    ask,
    begin,
    complete,
    named,
    path_of,
    refusal,
    send_all,
    show,
)


def everything(caller: Caller, upload: Mapping[str, Any]) -> list[Answer]:
    """Each request about an upload."""
    image_id = upload["image_id"]
    return [
        ask(caller, f"{image_id}/uploads", {"size": 5}),
        caller.get(f"/v1/images/{image_id}/uploads", JSON),
        show(caller, upload),
        ask(caller, f"{path_of(upload)}/links", {"parts": named([SMALL])}),
        complete(caller, upload, []),
        abort(caller, upload),
    ]


def test_an_upload_of_a_private_image_is_not_there_for_strangers(t1: Caller, t2: Caller) -> None:
    upload = begin(t1, SMALL)

    answers = everything(t2, upload)

    assert [refusal(answer) for answer in answers] == [(404, f"Image {upload['image_id']} not found")] * 6
    assert show(t1, upload).status == 200


def test_an_upload_of_a_public_image_is_forbidden_to_strangers(admin: Caller, t2: Caller) -> None:
    upload = begin(admin, SMALL, meta(is_public="true"))

    answers = everything(t2, upload)

    assert [refusal(answer)[0] for answer in answers] == [403] * 6
    assert show(admin, upload).status == 200


def test_an_upload_is_not_there_for_members(t1: Caller, t2: Caller) -> None:
    upload = begin(t1, SMALL)
    shared = t1.put(f"/v1/images/{upload['image_id']}/members/t2", body=b'{"member": {"can_share": true}}')

    answers = everything(t2, upload)

    assert shared.status == 204
    assert t2.head(f"/v1/images/{upload['image_id']}").status == 200
    assert [refusal(answer)[0] for answer in answers] == [404] * 6


def test_without_a_token_nothing_is_answered(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)

    answers = [*everything(api.anonymous(), upload), api.anonymous().get("/v1/jobs", JSON)]

    assert [refusal(answer)[0] for answer in answers] == [401] * 7


def test_anonymous_readers_upload_nothing(make_api: MakeApi) -> None:
    api = make_api(GLANCE_V1_ALLOW_ANONYMOUS_ACCESS="true")
    upload = begin(api.caller("admins", "admin"), SMALL, meta(is_public="true"))

    answers = everything(api.anonymous(), upload)

    assert [refusal(answer)[0] for answer in answers] == [403] * 6
    assert api.anonymous().get("/v1/jobs").json == {"jobs": []}


@pytest.mark.parametrize("policies", [("read_images",), ("read_images", "delete_image")], ids=["reader", "deleter"])
def test_who_may_not_create_images_uploads_none(api: Api, t1: Caller, policies: tuple[str, ...]) -> None:
    upload = begin(t1, SMALL)

    answers = everything(api.caller("t1", *policies), upload)

    assert [refusal(answer)[0] for answer in answers] == [403] * 6


def test_uploading_can_be_denied(make_api: MakeApi) -> None:
    api = make_api(**denying("upload_image"))
    upload = begin(api.caller("t1", "admin"), SMALL)

    answers = everything(api.caller("t1"), upload)

    assert [refusal(answer)[0] for answer in answers] == [403] * 6


def test_others_of_the_tenant_go_on_with_an_upload(api: Api, t1: Caller) -> None:
    upload = begin(t1, SMALL)
    colleague = api.caller("t1", user="colleague")

    answer = complete(colleague, upload, send_all(upload, SMALL))
    api.work()

    assert answer.status == 202
    assert colleague.get(f"/v1/images/{upload['image_id']}").body == SMALL


def test_administrators_go_on_with_an_upload_of_others(api: Api, t1: Caller, admin: Caller) -> None:
    upload = begin(t1, SMALL)

    listed = admin.get(f"/v1/images/{upload['image_id']}/uploads", JSON)
    answer = abort(admin, upload)

    assert [each["id"] for each in listed.json["uploads"]] == [upload["id"]]
    assert answer.status == 204


def test_jobs_are_those_of_the_tenant(t1: Caller, t2: Caller, no_tenant: Caller) -> None:
    upload = begin(t1, SMALL)

    answers = [caller.get(f"/v1/jobs/{upload['id']}", JSON) for caller in (t2, no_tenant)]

    assert t1.get("/v1/jobs").json["jobs"][0]["id"] == upload["id"]
    assert [caller.get("/v1/jobs").json for caller in (t2, no_tenant)] == [{"jobs": []}] * 2
    assert [refusal(answer)[0] for answer in answers] == [404, 404]


def test_an_image_changes_hands_only_before_its_bytes_come_or_after(
    api: Api, t1: Caller, t2: Caller, admin: Caller
) -> None:
    upload = begin(t1, SMALL)
    path = f"/v1/images/{upload['image_id']}"

    early = admin.put(path, {**JSON, **meta(owner="t2")})
    complete(t1, upload, send_all(upload, SMALL))
    api.work()
    late = admin.put(path, {**JSON, **meta(owner="t2")})

    assert refusal(early) == (403, "Forbidden to modify 'owner' of saving image")
    assert late.status == 200
    assert t2.get(path).body == SMALL


def test_an_image_of_nobody_is_not_uploaded_by_everybody(api: Api, t1: Caller, no_tenant: Caller) -> None:
    image = create(no_tenant, RAW)

    answers = [ask(caller, f"{image['id']}/uploads", {"size": 5}) for caller in (t1, no_tenant)]

    assert [refusal(answer)[0] for answer in answers] == [404, 404]
