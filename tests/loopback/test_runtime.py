"""The bundle under the runtime of Lambda: recorded events, messages, the schedule; cold and warm."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.catalog.principal import Principal
from tests.api import Answer
from tests.conformance.clients import Client, Facts
from tests.conformance.test_crossing import EACH
from tests.dialects.glance_v1.glance import RAW, create
from tests.dialects.glance_v1.sending import begin, complete, content, send_all
from tests.loopback.environment import aws_at
from tests.loopback.past import an_abandoned_upload
from tests.loopback.principals import caller_of
from tests.loopback.runtime import Function, running_function
from tests.loopback.runtime_api import RuntimeApi, answer
from tests.loopback.stack import Package
from tests.loopback.tools import ROOT

pytestmark = pytest.mark.loopback

EVENTS = ROOT / "tests" / "http" / "events"
TICK = {
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "version": "0",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-01-02T03:04:05Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/rosetta-sweep"],
    "detail": {},
}
DATA = content(6 * 2**20)


@EACH
def test_every_dialect_makes_shows_lists_renames_and_deletes(
    runtime_api: RuntimeApi, owner: Principal, speaking: type[Client]
) -> None:
    client = speaking(runtime_api, owner)
    made = client.registered(Facts(name="crossing é"))

    renamed = client.rename(made, "renamed")
    shown = client.record(client.show(made))
    listed = client.found("renamed")
    deleted = client.delete(made)

    assert (renamed.status, shown["name"]) == (200, "renamed")
    client.check(listed)
    assert deleted.status in (200, 204)
    assert client.is_gone(made)


@EACH
def test_the_first_request_of_a_new_process_is_answered(
    runtime_api: RuntimeApi, owner: Principal, speaking: type[Client], bundle: Path, moto: str
) -> None:
    with running_function("app", bundle, aws_at(moto)) as cold:
        client = speaking(RuntimeApi({**runtime_api.functions, "app": cold}), owner)

        assert client.records(client.listing()) == []


def test_a_process_goes_on_from_a_snapshot(runtime_api: RuntimeApi, owner: Principal, bundle: Path, moto: str) -> None:
    kind = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    with running_function("app", bundle, aws_at(moto), **kind) as restored:
        caller = caller_of(RuntimeApi({**runtime_api.functions, "app": restored}), owner)

        assert caller.get("/v1/images").json == {"images": []}
        assert restored.server.restorations == 1


@pytest.mark.parametrize(
    ("name", "base_url"),
    [
        ("stage_prefix", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("stage_root", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"),
        ("custom_domain", "https://registry.example"),
        ("base_path_mapping", "https://registry.example/registry"),
        ("chalice_local", "http://127.0.0.1:8000"),
    ],
)
def test_the_versions_are_where_the_client_began(runtime_api: RuntimeApi, name: str, base_url: str) -> None:
    heard = invoke(runtime_api, aimed(recorded(name, {}), "/"))

    assert heard.status == 300
    shown = {link["href"] for version in heard.json["versions"] for link in version["links"]}
    assert shown == {f"{base_url}/v1/", f"{base_url}/v2/"}


@pytest.mark.parametrize("name", ["stage_prefix", "custom_domain", "base_path_mapping", "mojibake"])
def test_a_recorded_event_is_a_request(runtime_api: RuntimeApi, owner: Principal, name: str) -> None:
    event = recorded(name, credentials(runtime_api, owner))

    heard = invoke(runtime_api, aimed(event, "/v1/images"))

    assert (heard.status, heard.json) == (200, {"images": []})


def test_an_event_of_which_all_is_absent_is_a_stranger_s(runtime_api: RuntimeApi) -> None:
    heard = invoke(runtime_api, aimed(recorded("nothing_optional", {}), "/v1/images"))

    assert heard.status == 401


def test_bytes_arrive_in_base64(runtime_api: RuntimeApi, owner: Principal) -> None:
    image = create(caller_of(runtime_api, owner), RAW)
    event = recorded("base64_body", credentials(runtime_api, owner))

    heard = invoke(runtime_api, aimed(event, "/v1/images/{image_id}", image_id=image["id"]))

    assert (heard.status, heard.json["image"]["status"]) == (200, "active")
    assert heard.json["image"]["checksum"] == hashlib.md5(b"\x00\xff\r\n", usedforsecurity=False).hexdigest()


def test_text_arrives_as_it_is(runtime_api: RuntimeApi, owner: Principal) -> None:
    event = recorded("text_body", credentials(runtime_api, owner))

    heard = invoke(runtime_api, aimed(event, "/images"))

    assert (heard.status, heard.json["type"]) == (400, "invalid_request_error")


def test_a_direct_upload_is_verified_by_the_worker(runtime_api: RuntimeApi, owner: Principal) -> None:
    caller = caller_of(runtime_api, owner)
    upload = begin(caller, DATA)
    complete(caller, upload, send_all(upload, DATA))

    results = runtime_api.deliver()

    shown = caller.head(f"/v1/images/{upload['image_id']}").headers
    assert {"batchItemFailures": []} in results
    assert shown["x-image-meta-status"] == "active"
    assert shown["x-image-meta-property-os_hash_value"] == hashlib.sha256(DATA).hexdigest()


def test_a_message_that_makes_no_sense_is_named(functions: Mapping[str, Function]) -> None:
    message = {"messageId": "m1", "body": "{", "attributes": {"ApproximateReceiveCount": "1"}}

    result = functions["work"].invoke({"Records": [message]})

    assert result == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_the_schedule_ends_what_was_given_up(
    runtime_api: RuntimeApi, functions: Mapping[str, Function], owner: Principal
) -> None:
    image_id = an_abandoned_upload(runtime_api.world, owner).image_id

    result = functions["sweep"].invoke(TICK)

    shown = caller_of(runtime_api, owner).head(f"/v1/images/{image_id}").headers
    assert result is None
    assert shown["x-image-meta-status"] == "killed"


def test_a_request_is_logged_without_what_lets_a_reader_in(
    runtime_api: RuntimeApi, functions: Mapping[str, Function], owner: Principal
) -> None:
    told = credentials(runtime_api, owner)

    invoke(runtime_api, aimed(recorded("stage_prefix", told), "/v1/images"))

    assert '"route": "/v1/images"' in functions["app"].log
    assert told["X-Auth-Token"] not in functions["app"].log


def test_the_bundle_is_all_that_its_functions_need(
    functions: Mapping[str, Function], bundle: Path, packaged: Package
) -> None:
    """They have run by now, and Python would have kept what it had to compile."""
    with zipfile.ZipFile(packaged.bundle) as archive:
        expected = {name for name in archive.namelist() if not name.endswith("/")}

    assert {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()} == expected


def credentials(api: RuntimeApi, principal: Principal) -> dict[str, str]:
    return {"X-Auth-Token": api.world.identities.issue(principal)}


def invoke(api: RuntimeApi, event: object) -> Answer:
    return answer(api.functions["app"].invoke(event))


def recorded(name: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """An event of API Gateway's, with these headers besides its own."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    for each, value in headers.items():
        event["headers"][each] = value
        if event.get("multiValueHeaders") is not None:
            event["multiValueHeaders"][each] = [value]
    return event


def aimed(event: dict[str, Any], resource: str, **parameters: str) -> dict[str, Any]:
    """The event as it would be for another resource of the API."""
    context = event["requestContext"]
    before, after = context["resourcePath"], resource
    for name, value in (event["pathParameters"] or {}).items():
        before = before.replace(f"{{{name}}}", value)
    for name, value in parameters.items():
        after = after.replace(f"{{{name}}}", value)
    there = {**context, "path": context["path"].removesuffix(before) + after, "resourcePath": resource}
    return {**event, "resource": resource, "pathParameters": parameters or None, "requestContext": there}
