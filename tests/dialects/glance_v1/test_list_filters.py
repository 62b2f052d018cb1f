"""Filters of lists: cases 106 to 111, 113 and 114."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from chalicelib.catalog.image import Status
from tests.api import Api, Caller
from tests.dialects.glance_v1.glance import MakeApi, create, ids, meta, properties, says, set_status
from tests.dialects.glance_v1.glance_more import listed_names
from tests.factories import an_image

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_case_106_only_images_of_exactly_that_name(t1: Caller) -> None:
    first = create(t1, meta(name="My Image!"))
    for other in ("my image!", "My Image", "My Image!!", "xMy Image!"):
        create(t1, meta(name=other))
    create(t1)
    second = create(t1, meta(name="My Image!"))

    assert ids(t1.get("/v1/images?name=My%20Image!")) == [second["id"], first["id"]]
    assert ids(t1.get("/v1/images?name=My+Image!")) == [second["id"], first["id"]]


@pytest.mark.parametrize("name", ["Ubuntu é ☃", "in:a,b", "foo:bar", "a&b=c", "100%", "it's"])
def test_case_106_any_text_may_be_a_name(t1: Caller, name: str) -> None:
    image = create(t1, meta(name=quote(name)))
    create(t1, meta(name="a"))

    assert image["name"] == name
    assert ids(t1.get(f"/v1/images?name={quote(name, safe='')}")) == [image["id"]]


def test_case_107_statuses_and_formats_are_compared(api: Api, t1: Caller) -> None:
    expected = {
        "status=queued": ["ovf", "vdi"],
        "status=active": ["active"],
        "container_format=ovf": ["ovf"],
        "disk_format=vdi": ["vdi"],
        "status=queued&disk_format=vdi": ["vdi"],
        "status=Queued": [],
        "disk_format=VDI": [],
        "status=nonsense": [],
        "status=deleted": [],
        "status=pending_delete": [],
        "status=killed": [],
    }
    create(t1, meta(name="vdi", disk_format="vdi", container_format="bare"))
    create(t1, meta(name="ovf", disk_format="raw", container_format="ovf"))
    create(t1, meta(name="active"), b"bytes")
    t1.delete(f"/v1/images/{create(t1, meta(name='deleted'))['id']}")
    set_status(api, create(t1, meta(name="killed"))["id"], Status.KILLED)

    found = {query: listed_names(t1.get(f"/v1/images?{query}")) for query in expected}

    assert found == expected


def test_case_108_sizes_lie_between_bounds(t1: Caller) -> None:
    expected = {
        "size_min=20": ["21", "20"],
        "size_max=20": ["20", "19", "0"],
        "size_min=20&size_max=20": ["20"],
        "size_min=19&size_max=20": ["20", "19"],
        "size_min=22": [],
        "size_min=0": ["21", "20", "19", "0"],
        "size_max=0": ["0"],
    }
    for size in ("0", "19", "20", "21"):
        create(t1, meta(name=size, size=size))

    found = {query: listed_names(t1.get(f"/v1/images?{query}")) for query in expected}

    assert found == expected


def test_case_108_an_image_that_waits_for_data_has_size_zero(t1: Caller) -> None:
    image = create(t1)

    assert ids(t1.get("/v1/images?size_max=0")) == ids(t1.get("/v1/images?size_min=0")) == [image["id"]]
    assert ids(t1.get("/v1/images?size_min=1")) == []


@pytest.mark.parametrize("name", ["size_min", "size_max", "min_ram", "min_disk"])
@pytest.mark.parametrize("value", ["-1", "abc", "", "1.5"])
def test_case_109_numbers_that_make_no_sense_are_refused(t1: Caller, name: str, value: str) -> None:
    answer = t1.get(f"/v1/images?{name}={value}")

    assert answer.status == 400
    assert says(answer, f"Bad value passed to filter {name} got {value}")


@pytest.mark.parametrize("name", ["min_ram", "min_disk"])
def test_case_109_sizes_of_machines_are_compared_for_equality(t1: Caller, name: str) -> None:
    for value in ("1", "2", "3"):
        create(t1, meta(name=value, **{name: value}))

    assert listed_names(t1.get(f"/v1/images?{name}=2")) == ["2"]
    assert listed_names(t1.get(f"/v1/images?{name}=0")) == []


def test_case_110_protected_images(t1: Caller) -> None:
    expected = {"True": ["yes"], "true": ["yes"], "1": ["yes"], "False": ["no"], "FALSE": ["no"], "0": ["no"]}
    create(t1, meta(name="yes", protected="True"))
    create(t1, meta(name="no"))

    found = {value: listed_names(t1.get(f"/v1/images?protected={value}")) for value in expected}

    assert found == expected


@pytest.mark.parametrize("value", ["imalittleteapot", "", "none", "yes", "2"])
def test_case_110_protected_must_be_true_or_false(t1: Caller, value: str) -> None:
    answer = t1.get(f"/v1/images?protected={value}")

    assert answer.status == 400
    assert says(answer, f"protected got {value}")


@pytest.mark.parametrize("who", ["t1", "admin"])
@pytest.mark.parametrize("value", ["imalittleteapot", "yes", "2"])
def test_case_111_is_public_must_be_true_false_or_none(t1: Caller, admin: Caller, who: str, value: str) -> None:
    caller = {"t1": t1, "admin": admin}[who]

    answer = caller.get(f"/v1/images?is_public={value}")

    assert answer.status == 400
    assert says(answer, f"is_public got {value}")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("property-os_hash_algo=sha256", ["verified"]),
        ("property-os_hash_algo=md5", []),
        (f"property-os_hash_value={'5' * 64}", ["verified"]),
        ("property-os_hash_value=", []),
        (f"property-os-hash-value={'5' * 64}&property-os_hash_algo=sha256&name=verified", ["verified"]),
        ("property-status_reason=no+bytes&changes-since=2025-01-01", ["killed"]),
    ],
)
def test_case_113_properties_that_the_server_found_out_are_compared_too(
    api: Api, t1: Caller, query: str, found: list[str]
) -> None:
    for image in (
        an_image(name="verified", status=Status.ACTIVE, sha256="5" * 64),
        an_image(name="inline", status=Status.ACTIVE, sha256="5" * 64, inline=True),
        an_image(name="killed", status=Status.KILLED, status_reason="no bytes"),
        an_image(name="plain", status=Status.ACTIVE),
    ):
        api.world.images.add(image)

    assert listed_names(t1.get(f"/v1/images/detail?{query}")) == found


def test_case_113_properties_are_compared(t1: Caller) -> None:
    expected = {
        "property-pants=are%20on": ["worn", "both"],
        "property-pants=are+on": ["worn", "both"],
        "property-Pants=are%20on": ["worn", "both"],
        "property-pants=are%20on&property-hat=off": ["both"],
        "property-pants=are%20on&name=worn": ["worn"],
        "property-pants=are%20off": [],
        "property-shoes=are%20on": [],
        "property-kernel-id=7": ["kernel"],
        "property-kernel_id=7": ["kernel"],
        "property-os.name[0]=x": ["odd"],
        "property-os_distro=arch": ["known"],
    }
    create(t1, {**meta(name="both"), **properties(pants="are on", hat="off")})
    create(t1, {**meta(name="worn"), **properties(pants="are on")})
    create(t1, {**meta(name="hat"), **properties(hat="are on")})
    create(t1, {**meta(name="kernel"), **properties(**{"kernel-id": "7"})})
    create(t1, {**meta(name="odd"), **properties(**{"os.name%5B0%5D": "x"})})
    create(t1, {**meta(name="known"), **properties(os_distro="arch")})

    found = {query: listed_names(t1.get(f"/v1/images?{query}")) for query in expected}

    assert found == expected


def since(path: str, instant: datetime) -> str:
    return f"{path}?changes-since={quote(instant.isoformat(), safe='')}"


def updated(image: dict[str, str]) -> datetime:
    return datetime.fromisoformat(image["updated_at"]).replace(tzinfo=UTC)


def test_case_114_changes_since_yesterday_include_deleted_images(api: Api, t1: Caller) -> None:
    image, deleted, killed = create(t1), create(t1), create(t1)
    t1.delete(f"/v1/images/{deleted['id']}")
    set_status(api, killed["id"], Status.KILLED)
    now = api.clock.now()

    assert set(ids(t1.get(since("/v1/images", now - DAY)))) == {image["id"], deleted["id"], killed["id"]}
    assert ids(t1.get(since("/v1/images", now + DAY))) == []


def test_case_114_a_deleted_image_says_so(api: Api, t1: Caller) -> None:
    image = create(t1, properties(distro="arch"))
    t1.delete(f"/v1/images/{image['id']}")

    [entry] = t1.get(since("/v1/images/detail", api.clock.now() - DAY)).json["images"]

    assert (entry["id"], entry["status"], entry["deleted"]) == (image["id"], "deleted", True)
    assert entry["deleted_at"] == entry["updated_at"] > image["updated_at"]
    assert entry["properties"] == {}


def test_case_114_an_image_that_waits_to_be_deleted_is_a_change_too(make_api: MakeApi) -> None:
    api = make_api(DELAYED_DELETE="true")
    t1 = api.caller("t1")
    image = create(t1, data=b"bytes")
    t1.delete(f"/v1/images/{image['id']}")

    answer = t1.get(f"{since('/v1/images/detail', api.clock.now() - DAY)}&status=pending_delete")

    assert ids(answer) == [image["id"]]


def test_case_114_deleted_images_of_others_stay_hidden(api: Api, t1: Caller, t2: Caller, admin: Caller) -> None:
    image = create(t1)
    t1.delete(f"/v1/images/{image['id']}")
    changes = since("/v1/images", api.clock.now() - DAY)

    assert ids(t2.get(changes)) == []
    assert ids(admin.get(f"{changes}&is_public=None")) == [image["id"]]


def test_case_114_changes_are_strictly_later(t1: Caller) -> None:
    older, newer = create(t1), create(t1)

    assert ids(t1.get(since("/v1/images", updated(older)))) == [newer["id"]]
    assert ids(t1.get(since("/v1/images", updated(newer)))) == []


@pytest.mark.parametrize("offset", ["+01:00", "-01:00", "Z", ""])
def test_case_114_offsets_are_honoured(t1: Caller, offset: str) -> None:
    image = create(t1)
    ahead = {"+01:00": HOUR, "-01:00": -HOUR}.get(offset, timedelta())
    local = updated(image).replace(tzinfo=None) + ahead
    before, after = (local + timedelta(seconds=seconds) for seconds in (-1, 1))

    included = t1.get(f"/v1/images?changes-since={before.isoformat()}{quote(offset, safe='')}")
    excluded = t1.get(f"/v1/images?changes-since={after.isoformat()}{quote(offset, safe='')}")

    assert ids(included) == [image["id"]]
    assert ids(excluded) == []


@pytest.mark.parametrize("date", ["2012-01-31", "20120131", "2012-0131"])
def test_case_114_dates_are_accepted(t1: Caller, date: str) -> None:
    image = create(t1)

    assert ids(t1.get(f"/v1/images?changes-since={date}")) == [image["id"]]


@pytest.mark.parametrize("value", ["", "garbage", "2012-13-01", "2012-01-31T25:00:00", "-1"])
def test_case_114_other_times_are_refused(t1: Caller, value: str) -> None:
    answer = t1.get(f"/v1/images?changes-since={value}")

    assert answer.status == 400
    assert says(answer, "Unrecognized changes-since value")
