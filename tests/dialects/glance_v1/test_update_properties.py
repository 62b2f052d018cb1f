"""Updates of custom properties: cases 74 to 79."""

import pytest

from tests.api import Caller
from tests.dialects.glance_v1.glance import MakeApi, create, header_block, md5, properties, says

DATA = b"bytes of an image"
KEEP = {"x-glance-registry-purge-props": "false"}


def test_case_074_properties_are_set_under_lower_case_names(t1: Caller) -> None:
    image = create(t1, data=DATA)

    answer = t1.put(f"/v1/images/{image['id']}", properties(Distro="arch", Arch="x86"))

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["etag"] == md5(DATA)
    changed = answer.json["image"]
    assert changed["properties"] == {"distro": "arch", "arch": "x86"}
    assert changed["updated_at"] > changed["created_at"]
    assert changed.keys() == image.keys()


def test_case_075_properties_that_are_not_named_are_removed(t1: Caller) -> None:
    image = create(t1, properties(distro="arch", arch="x86"), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", properties(Arch="x86"))

    assert answer.status == 200
    assert answer.json["image"]["properties"] == {"arch": "x86"}
    assert "property-distro" not in header_block(t1.head(f"/v1/images/{image['id']}"))


def test_case_076_a_removed_property_can_be_set_again(t1: Caller) -> None:
    image = create(t1, properties(distro="arch", arch="x86"), DATA)
    t1.put(f"/v1/images/{image['id']}", properties(arch="x86"))

    answer = t1.put(f"/v1/images/{image['id']}", properties(Distro="suse", Arch="arm"))

    assert answer.status == 200
    assert answer.json["image"]["properties"] == {"distro": "suse", "arch": "arm"}


@pytest.mark.parametrize("value", ["false", "False", "0", "nonsense"])
def test_case_077_without_purge_the_other_properties_are_kept(t1: Caller, value: str) -> None:
    image = create(t1, properties(distro="arch", arch="x86"), DATA)
    headers = {"x-glance-registry-purge-props": value, **properties(arch="arm", pants="on")}

    answer = t1.put(f"/v1/images/{image['id']}", headers)

    assert answer.status == 200
    assert answer.json["image"]["properties"] == {"distro": "arch", "arch": "arm", "pants": "on"}


@pytest.mark.parametrize("value", ["true", "True", "1", "yes"])
def test_case_077_a_purge_that_is_asked_for_leaves_only_what_is_named(t1: Caller, value: str) -> None:
    image = create(t1, properties(distro="arch"), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", {"x-glance-registry-purge-props": value})

    assert answer.status == 200
    assert answer.json["image"]["properties"] == {}


def many(count: int, prefix: str = "p") -> dict[str, str]:
    return properties(**{f"{prefix}{index}": "v" for index in range(count)})


def test_case_079_more_properties_than_the_quota_are_refused(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_PROPERTY_QUOTA="10").caller("t1")
    image = create(t1, properties(distro="arch"), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", many(11))

    assert answer.status == 413
    assert says(answer, "Attempted: 11, Maximum: 10")
    assert header_block(t1.head(f"/v1/images/{image['id']}"))["property-distro"] == "arch"


def test_case_079_existing_properties_count_unless_they_are_purged(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_PROPERTY_QUOTA="10").caller("t1")
    image = create(t1, many(10), DATA)

    kept = t1.put(f"/v1/images/{image['id']}", {**KEEP, **many(1, "q")})
    purged = t1.put(f"/v1/images/{image['id']}", many(10, "q"))

    assert kept.status == 413
    assert says(kept, "Attempted: 11, Maximum: 10")
    assert purged.status == 200
    assert purged.json["image"]["properties"] == {f"q{index}": "v" for index in range(10)}


def test_case_079_an_overwritten_property_does_not_count_twice(make_api: MakeApi) -> None:
    t1 = make_api(IMAGE_PROPERTY_QUOTA="10").caller("t1")
    image = create(t1, many(10), DATA)

    answer = t1.put(f"/v1/images/{image['id']}", {**KEEP, **properties(p0="new")})

    assert answer.status == 200
    assert len(answer.json["image"]["properties"]) == 10
    assert answer.json["image"]["properties"]["p0"] == "new"
