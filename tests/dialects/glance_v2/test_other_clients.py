"""What Nova, Cinder, Terraform, Packer and fog send, whose languages or services are not here: replayed as requests."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.api import Answer, Api, Caller
from tests.dialects.glance_v2.glance import (
    BASE,
    OCTETS,
    RAW,
    adding,
    change,
    create,
    listed,
    patch,
    path_of,
    post,
    removing,
    replacing,
    share,
    shown,
)

SNAPSHOT = {
    "name": "snapshot of web",
    "visibility": "private",
    "min_ram": 512,
    "min_disk": 5,
    "image_type": "snapshot",
    "instance_uuid": "9a0c2f2c-4f3b-4f4b-8a55-6f0a9a2d0b11",
    "base_image_ref": "",
    "owner_project_name": "t1",
    "block_device_mapping": json.dumps([{"boot_index": 0, "volume_size": 5}]),
    "bdm_v2": "True",
}
"""What Nova says of an image that it makes of a machine."""


def send_chunked(caller: Caller, image: Mapping[str, Any], data: bytes) -> Answer:
    return caller.put(path_of(image, "file"), OCTETS, data, chunked=True)


def test_nova_makes_an_image_of_a_machine(a: Caller) -> None:
    image = create(a, **SNAPSHOT)

    waiting = shown(a, image)
    sized = change(a, image, disk_format="qcow2", container_format="bare")
    sent = send_chunked(a, image, b"bytes")
    removed = patch(a, image, [removing("bdm_v2")])

    assert {name: waiting[name] for name in SNAPSHOT} == SNAPSHOT
    assert (waiting["status"], waiting["size"], waiting["checksum"]) == ("queued", None, None)
    assert [sized.status, sent.status, removed.status] == [200, 204, 200]
    assert (shown(a, image)["status"], "bdm_v2" in shown(a, image)) == ("active", False)


def test_nova_activates_the_image_of_a_volume_by_an_empty_upload(a: Caller) -> None:
    """It takes the format that it likes best of those that the description of an image names."""
    formats = a.get("/v2/schemas/image").json["properties"]["disk_format"]["enum"]
    assert "qcow2" in formats
    image = create(a, **SNAPSHOT, disk_format="qcow2", container_format="bare")

    assert send_chunked(a, image, b"").status == 204

    assert (shown(a, image)["status"], shown(a, image)["size"]) == ("active", 0)


def test_nova_shares_the_image_of_somebody_elses_machine(a: Caller, b: Caller) -> None:
    image = create(a, **{**SNAPSHOT, "visibility": "shared"}, **RAW)

    share(a, image)

    assert shown(b, image)["name"] == SNAPSHOT["name"]


def test_nova_lists_images_by_their_properties_and_their_times(a: Caller) -> None:
    """Its own list has `changes-since`, `property-…` and `is_public`, which become these filters."""
    image = create(a, **SNAPSHOT)
    query = "updated_at=gte:2001-01-01T00%3A00%3A00Z&image_type=snapshot&visibility=private&status=queued"

    assert [each["id"] for each in listed(a, f"limit=20&{query}")] == [image["id"]]
    assert listed(a, "limit=20&updated_at=gte:2999-01-01T00%3A00%3A00Z") == []


def test_cinder_sends_a_volume_and_reads_it_back(a: Caller) -> None:
    """It asks for locations, and reads the bytes if there are none."""
    image = create(a, name="volume", **RAW, visibility="shared")
    facts = {"signature_verified": "False", "cinder_encryption_key_id": "k"}

    named = patch(a, image, [adding(name, text) for name, text in facts.items()])
    sent = send_chunked(a, image, b"bytes")
    read = shown(a, image)

    assert (named.status, sent.status) == (200, 204)
    assert not read.keys() & {"locations", "direct_url"}
    assert a.get(path_of(image, "file")).body == b"bytes"


def test_case_184_gophercloud_reads_what_it_expects(a: Caller) -> None:
    """Terraform's and Packer's library: what is unknown is null, times are as RFC 3339 has them, links relative."""
    wanted = {"name": "golden", **RAW, "min_disk": 3, "protected": False, "visibility": "private", "tags": ["x"]}
    image, other = create(a, **wanted), create(a, name="other")

    assert (image["size"], image["virtual_size"], image["checksum"]) == (None, None, None)
    assert image.keys() == BASE
    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", image[name])
        assert datetime.fromisoformat(image[name]).tzinfo is UTC
    page = a.get("/v2/images?limit=1").json
    assert page["next"] == f"/v2/images?limit=1&marker={other['id']}"


def test_case_184_terraform_changes_what_its_file_says(a: Caller) -> None:
    image = create(a, name="golden", **RAW, purpose="web", version="1")

    told = {"visibility": "community", "name": "golden 2", "tags": ["y"], "os_hidden": True, "version": "2"}
    operations = [replacing(name, value) for name, value in told.items()]
    changed = patch(a, image, [*operations, removing("purpose"), adding("team", "a")])

    assert changed.status == 200
    assert {name: changed.json[name] for name in told} == told
    assert (changed.json["team"], "purpose" in changed.json) == ("a", False)


def test_case_184_terraform_and_packer_have_an_image_fetched(a: Caller, api: Api) -> None:
    source = api.put_elsewhere("golden.raw", b"bytes")
    image = create(a, name="golden", **RAW, visibility="private")

    begun = post(a, {"method": {"name": "web-download", "uri": source}}, path_of(image, "import"))
    during = shown(a, image)["status"]
    api.work()

    assert (begun.status, begun.body) == (202, b"")
    assert during in {"queued", "saving", "importing"}, "all that Terraform waits through"
    assert (shown(a, image)["status"], shown(a, image)["size"]) == ("active", 5)


def test_case_184_packer_finds_the_newest_image_that_it_may_use(a: Caller, b: Caller) -> None:
    create(a, name="base", tags=["golden"], visibility="community")
    newest = create(a, name="base", tags=["golden", "7"], visibility="community")

    found = listed(b, "name=base&tag=golden&visibility=community&owner=t1&sort=created_at%3Adesc")

    assert (len(found), found[0]["id"]) == (2, newest["id"])


def test_case_185_fog_finds_either_version_in_the_document(api: Api) -> None:
    """It takes the first entry of its own major version that is current, else supported, else deprecated."""
    versions = api.anonymous().get("/").json["versions"]

    def chosen(major: str) -> str:
        own = [each for each in versions if re.match(rf"v{major}(\.\d+)*$", each["id"])]
        ranks = ["CURRENT", "SUPPORTED", "DEPRECATED"]
        return str(min(own, key=lambda each: ranks.index(each["status"]))["id"])

    assert (chosen("1"), chosen("2")) == ("v1.1", "v2.9")
