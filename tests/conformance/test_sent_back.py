"""What a dialect shows of an image can be sent back to it, whatever other dialects have made of that image."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import pytest

from chalicelib.catalog.image import Image, Status
from chalicelib.catalog.principal import Principal
from tests.api import Answer, Api
from tests.conformance.clients import CLIENTS, JSON, Client, Facts, Foreman, GlanceV2
from tests.conftest import MakeApi
from tests.dialects.glance_v2.glance import BASE
from tests.factories import an_image

LONG = "镜" * 2730
"""As long as a field once could be, and longer than any dialect takes most of them."""
IMAGES: Mapping[str, Mapping[str, Any]] = {
    "nothing but what is required": {},
    "texts longer than dialects take": {
        "name": LONG,
        "description": LONG,
        "login_user": LONG,
        "provider_image_id": "x" * 300,
        "provider": "p" * 300,
        "dialect_facts": {"foreman": {"iam_role": LONG}, "devops": {"bootstrap_template": LONG}},
        "os_family": LONG,
        "platform": LONG,
    },
    "texts that others write otherwise": {
        "name": " two  blanks ",
        "login_user": " root ",
        "architecture": "SPARC v9",
        "provider": "somebody's",
        "provider_image_id": " ami ",
    },
    "empty texts": {"name": "", "description": "", "login_user": "", "platform": ""},
    "what is no longer offered": {
        "disk_format": "ploop",
        "container_format": "docker",
        "size": 2000,
        "checksum": "c" * 32,
        "dialect_facts": {"devops": {"bootstrap_template": "gone"}},
        "provider": "gone",
        "properties": dict.fromkeys("abcdef", "x"),
    },
    "formats that do not go together": {"disk_format": "ami", "container_format": "bare"},
    "what was found in its bytes": {
        "size": 7,
        "virtual_size": 2**40,
        "inspection": {"formats": ["qcow2"], "findings": ["snapshots"]},
    },
    "odd volumes": {
        "dialect_facts": {
            "scaleway": {
                "extra_volumes": {"1": 7},
                "default_bootscript": {"id": "no UUID"},
                "root_volume": {"id": "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20", "name": ""},
            }
        },
    },
}
LIMITS = {
    "DISK_FORMATS": "raw",
    "CONTAINER_FORMATS": "bare",
    "IMAGE_SIZE_CAP": "1000",
    "IMAGE_PROPERTY_QUOTA": "2",
    "DEVOPS_SERVICE_TEMPLATES": "web",
}
"""What an operator allows by now."""


def by_headers(client: Client, image_id: str) -> Answer:
    """As fog does it, and glance-replicator: every header that came."""
    shown = client.show(image_id).headers
    headers = {name: text for name, text in shown.items() if name.startswith("x-image-meta-")}
    return client.caller.put(f"/v1/images/{image_id}", headers)


def by_document(target: Callable[[Client, str], str], key: str | None = None) -> Callable[[Client, str], Answer]:
    """The record that is shown, below a key if the dialect has one."""

    def send(client: Client, image_id: str) -> Answer:
        record = client.record(client.show(image_id))
        body = record if key is None else {key: record}
        return client.caller.put(target(client, image_id), JSON, json.dumps(body).encode())

    return send


def by_patch(client: Client, image_id: str) -> Answer:
    """Whatever can be written beside the name: clients send only what is another."""
    shown = client.record(client.show(image_id))
    kept = {name: shown[name] for name in ("visibility", "protected", "os_hidden", "tags", "min_disk", "min_ram")}
    kept |= {name: shown[name] for name in shown.keys() - BASE if not name.startswith("inspection_")}
    changes = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in kept.items()]
    body = json.dumps(changes).encode()
    return client.caller.request("PATCH", f"/v2/images/{image_id}", GlanceV2.patch, body)


def by_parameters(client: Client, image_id: str) -> Answer:
    """What can be changed of an image."""
    shown = client.record(client.show(image_id))
    body = {"image": image_id, **{name: shown[name] for name in ("image_name", "description")}}
    return client.caller.put("/v2/zone/ac1/images", JSON, json.dumps(body).encode())


SEND_BACK: Mapping[str, Callable[[Client, str], Answer]] = {
    "glance_v1": by_headers,
    "glance_v2": by_patch,
    "scaleway": by_document(lambda _, image_id: f"/images/{image_id}"),
    "devops_service": by_document(lambda _, image_id: f"/v3/image/{image_id}"),
    "foreman": by_document(lambda _, image_id: f"{Foreman.below}/{image_id}", "image"),
    "qingcloud": by_parameters,
}


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])
def test_what_is_shown_is_taken_back_and_changes_nothing(
    make_api: MakeApi, owner: Principal, speaking: type[Client], kind: str
) -> None:
    api = make_api(**LIMITS)
    client = speaking(api, owner)
    image = api.world.images.add(an_image(owner=owner.tenant, status=Status.ACTIVE, number=7, **below(speaking, kind)))

    answer = SEND_BACK[speaking.dialect](client, client.alias_of(image))

    assert answer.status == 200, answer.text
    assert facts(api, image.id) == facts_of(image)


def below(speaking: type[Client], kind: str) -> dict[str, Any]:
    """The facts of a kind of image, and what the dialect needs to show it."""
    needed = {"architecture": "arm64"} if speaking is Foreman else {}
    return {**IMAGES[kind], **needed}


def facts(api: Api, image_id: str) -> dict[str, Any]:
    """All that is stored of an image but when it was changed."""
    found = api.world.images.get(image_id)
    assert found is not None
    return facts_of(found.image)


def facts_of(image: Image) -> dict[str, Any]:
    changing = ("updated_at", "version", "size", "stored_format")
    return {field.name: getattr(image, field.name) for field in fields(Image) if field.name not in changing}


def test_every_dialect_is_sent_back_what_it_shows() -> None:
    assert SEND_BACK.keys() == {client.dialect for client in CLIENTS}


@pytest.mark.parametrize("speaking", CLIENTS, ids=[client.dialect for client in CLIENTS])
def test_what_is_too_long_is_refused_once_it_is_another(api: Api, owner: Principal, speaking: type[Client]) -> None:
    client = speaking(api, owner)
    image = api.world.images.add(
        an_image(owner=owner.tenant, status=Status.ACTIVE, architecture=Facts.architecture, name=LONG, number=7)
    )

    answer = client.rename(client.alias_of(image), f"{LONG}!"[1:])

    assert answer.status == (422 if speaking is Foreman else 400)
    assert facts(api, image.id)["name"] == LONG
