"""The filters of lists: cases 96 to 105, 107 to 109 and 111."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest

from chalicelib.catalog.image import Status, Transition
from chalicelib.dialects.glance_v2.filters import compares, parse_values
from chalicelib.http.errors import BadMessage
from tests.api import Api, Caller
from tests.dialects.glance_v2.glance import (
    HELLO,
    IMAGES,
    a_raw_one,
    an_active_one,
    create,
    ids,
    names,
    path_of,
    record,
    rewrite,
    says,
    upload,
)


def found(caller: Caller, **filters: str) -> set[str | None]:
    """The names of the images that pass the filters."""
    return set(names(caller, urlencode(filters)))


@pytest.fixture
def named(a: Caller) -> None:
    for name in ("alpha", "beta", "with, comma", "per%cent", "a:b", ""):
        create(a, name=name)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("name", "passing"),
    [
        ("alpha", {"alpha"}),
        ("ALPHA", set()),
        ("", {""}),
        ("in:alpha,beta", {"alpha", "beta"}),
        ("eq:alpha", {"alpha"}),
        ('in:"with, comma",alpha', {"with, comma", "alpha"}),
        ("in:", {""}),
        ('"a:b"', {"a:b"}),
        ("eq:a:b", {"a:b"}),
    ],
)
def test_case_096_names_are_compared_as_a_whole(a: Caller, name: str, passing: set[str]) -> None:
    assert found(a, name=name) == passing


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("neq:alpha", "Unable to filter by unknown operator 'neq'"),
        ("foo:bar", "Unable to filter by unknown operator 'foo'"),
        ('in:"open,a', "The quote is not closed"),
        ('in:"a"b', "There is no comma after closing quotation mark"),
        ('in:a"b"', "There is no comma before opening quotation mark"),
    ],
)
def test_case_097_operators_are_known(a: Caller, name: str, text: str) -> None:
    assert says(a.get(f"{IMAGES}?{urlencode({'name': name})}"), 400, text)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("part", "passing"),
    [("ALPH", {"alpha"}), ("h, c", {"with, comma"}), ("a:b", {"a:b"}), ("%", {"per%cent"}), ("x", set())],
)
def test_a_part_of_a_name_is_found_whatever_its_case(a: Caller, part: str, passing: set[str]) -> None:
    assert found(a, name=f"contains:{part}") == passing


def test_case_097_values_stand_between_commas() -> None:
    assert parse_values("name", 'a,,"b, c",d') == ["a", "", "b, c", "d"]
    with pytest.raises(BadMessage):
        parse_values("name", 'a,"')


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("name", ["%", "_____", "al%", "al_ha", "*"])
def test_case_098_there_are_no_wildcards(a: Caller, name: str) -> None:
    assert found(a, name=name) == set()
    assert found(a, name="per%cent") == {"per%cent"}


def test_case_099_statuses(api: Api, a: Caller) -> None:
    create(a, name="queued")
    an_active_one(a, name="active")
    for status in (Status.DEPRECATED, Status.DEACTIVATED, Status.UPLOADING, Status.SAVING, Status.KILLED):
        rewrite(api, create(a, name=status.value), status=status)
    rewrite(api, create(a, name="importing"), transition=Transition.CREATING)
    rewrite(api, create(a, name="verifying"), status=Status.UPLOADING, transition=Transition.CREATING)

    assert found(a, status="active") == {"active", "deprecated"}
    assert found(a, status="in:active,queued") == {"active", "deprecated", "queued"}
    assert found(a, status="importing") == {"importing", "verifying"}
    assert found(a, status="uploading") == {"uploading"}
    for word in ("saving", "deactivated"):
        assert found(a, status=word) == {word}
    for word in ("deleted", "ACTIVE", "killed", "deprecated", ""):
        assert found(a, status=word) == set()


def test_case_100_formats_and_ids(a: Caller, b: Caller) -> None:
    raw, iso = a_raw_one(a, name="raw"), create(a, name="iso", disk_format="iso")
    other = create(b)

    assert found(a, disk_format="iso") == {"iso"}
    assert found(a, disk_format="in:iso,raw") == {"iso", "raw"}
    assert found(a, container_format="bare") == {"raw"}
    assert found(a, id=raw["id"]) == {"raw"}
    assert found(a, id=f"in:{raw['id']},{iso['id']},{other['id']}") == {"raw", "iso"}
    assert found(a, id=other["id"]) == set()


def test_case_101_owners(a: Caller, admin: Caller) -> None:
    create(a, name="own")
    create(admin, name="public", visibility="public")

    assert found(a, owner="t1") == {"own"}
    assert found(a, owner="ops") == {"public"}
    assert found(a, owner="in:t1,ops") == set()


def test_case_102_tags(a: Caller) -> None:
    create(a, name="1", tags=["a", "b"])
    create(a, name="2", tags=["a", "a,b"])

    assert set(names(a, "tag=a")) == {"1", "2"}
    assert names(a, "tag=a&tag=b") == ["1"]
    assert names(a, "tag=a,b") == ["2"]
    assert names(a, "tag=c") == names(a, "tag=") == []


def test_case_103_sizes(a: Caller) -> None:
    create(a, name="queued")
    for size in (0, 3, 5):
        an_active_one(a, b"x" * size, name=str(size))

    assert found(a, size_min="3") == {"3", "5"}
    assert found(a, size_max="3") == {"0", "3"}
    assert found(a, size_min="1", size_max="4") == {"3"}
    assert found(a, size_min="-1") == {"0", "3", "5"}
    assert found(a, size="3") == found(a, virtual_size="3") == {"3"}
    assert found(a, size="x") == found(a, size="") == set()
    for value in ("x", "", "1.5"):
        assert says(a.get(f"{IMAGES}?size_min={value}"), 400, "range with a non-numeric value")
        assert says(a.get(f"{IMAGES}?size_max={value}"), 400, "range with a non-numeric value")


def test_case_103_a_size_that_was_declared_is_none(api: Api, a: Caller) -> None:
    rewrite(api, create(a, name="declared"), size=3)

    assert found(a, size="3") == found(a, size_min="1") == found(a, size_max="9") == set()


def test_case_104_minima(a: Caller) -> None:
    create(a, name="0")
    create(a, name="1", min_disk=1, min_ram=2)

    assert found(a, min_disk_min="1") == found(a, min_disk="1") == found(a, min_ram="2") == {"1"}
    assert found(a, min_ram_max="0") == found(a, min_disk_max="0") == found(a, min_ram="0") == {"0"}
    assert found(a, min_ram_min="0") == {"0", "1"}
    assert found(a, min_disk="x") == set()


def test_case_105_protection(a: Caller) -> None:
    create(a, name="protected", protected=True)
    create(a, name="not")

    assert found(a, protected="true") == {"protected"}
    assert found(a, protected="false") == {"not"}
    for value in ("True", "1", ""):
        assert says(a.get(f"{IMAGES}?protected={value}"), 400, f"Invalid value '{value}' for 'protected' filter")


def test_case_107_digests(api: Api, a: Caller) -> None:
    image = an_active_one(a, name="active")
    rewrite(api, create(a, name="declared"), checksum=image["checksum"])

    assert found(a, checksum=image["checksum"]) == {"active"}
    assert found(a, checksum="0" * 32) == set()
    if image["os_hash_value"] is not None:
        assert found(a, os_hash_value=image["os_hash_value"], os_hash_algo="sha512") == {"active"}
    assert found(a, os_hash_value=record(api, image).sha256 or "") == {"active"}
    assert found(a, os_hash_algo="md5") == found(a, os_hash_algo="sha256") == found(a, os_hash_value="0" * 64) == set()


def test_case_108_properties(api: Api, a: Caller) -> None:
    create(a, name="centos", os_distro="centos", color="red")
    create(a, name="arch", os_distro="arch", color="")
    rewrite(api, create(a, name="null"), properties={"color": None})

    assert found(a, os_distro="centos") == {"centos"}
    assert found(a, os_distro="centos", name="arch") == set()
    assert found(a, os_distro="in:centos,arch") == found(a, unknown="x") == found(a, unknown="") == set()
    assert found(a, color="red") == {"centos"}
    assert found(a, color="") == {"arch", "null"}
    assert found(a, is_public="True") == found(a, **{"property-color": "red"}) == found(a, tags="x") == set()


def test_case_109_times(api: Api, a: Caller) -> None:
    before, image = create(a, name="before"), {}
    api.clock.advance(60)
    image = create(a, name="then")
    api.clock.advance(60)
    create(a, name="after")
    then = image["created_at"]

    for field in ("created_at", "updated_at"):
        assert found(a, **{field: f"gt:{then}"}) == {"after"}
        assert found(a, **{field: f"gte:{then}"}) == {"then", "after"}
        assert found(a, **{field: f"lt:{then}"}) == {"before"}
        assert found(a, **{field: f"lte:{then}"}) == {"before", "then"}
        assert found(a, **{field: f"eq:{then}"}) == found(a, **{field: then}) == {"then"}
        assert found(a, **{field: f"neq:{then}"}) == {"before", "after"}
        assert found(a, **{field: "gt:2026-01-01"}) == {"before", "then", "after"}
        assert found(a, **{field: f"gte:{then.replace('Z', '+00:00')}"}) == {"then", "after"}
        zone = datetime.fromisoformat(then).replace(tzinfo=UTC).strftime("%Y-%m-%dT05:%M:%S+02:00")
        assert found(a, **{field: zone}) == {"then"}
    assert before["created_at"] < then


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("in:2026-01-01", "Unable to filter on a unknown operator"),
        ("xx:2026-01-01", "Unable to filter on a unknown operator"),
        ("nothing", "query filter format"),
        ("", "query filter format"),
        ("gt:", "query filter format"),
        ("2026-01-01T00:00:00 02:00", "query filter format"),
    ],
)
def test_case_109_times_are_read_strictly(a: Caller, field: str, value: str, text: str) -> None:
    assert says(a.get(f"{IMAGES}?{field}={quote(value)}"), 400, text)


def test_case_109_times_are_compared_by_their_seconds() -> None:
    shown = datetime(2026, 1, 1, 0, 0, 1, 500_000, UTC)
    second, later = shown.replace(microsecond=0), shown.replace(microsecond=400_000)

    assert compares(shown, "eq", second)
    assert compares(shown, "lte", second)
    assert compares(shown, "lt", later)
    assert compares(shown, "neq", later)


def test_case_111_of_a_repeated_filter_the_last_counts(a: Caller) -> None:
    create(a, name="a")
    create(a, name="b")

    assert names(a, "name=a&name=b") == ["b"]


def test_an_image_without_a_name_is_found_by_what_it_is_called(api: Api, a: Caller) -> None:
    image = create(a)
    rewrite(api, image, tenant_aliases={"devops": "ami-1"})

    assert ids(a, "name=ami-1") == ids(a, "name=in:ami-1,x") == [image["id"]]


def test_a_filter_is_applied_to_what_comes_later(a: Caller) -> None:
    image = a_raw_one(a, name="x")
    assert ids(a, "size=5") == []

    upload(a, image, HELLO)

    assert ids(a, "size=5") == [image["id"]]
    a.delete(path_of(image))
    assert ids(a, "size=5") == []
