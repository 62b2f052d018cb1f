"""What the Scaleway dialect answers is what it says of itself."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.dialects.scaleway import openapi, schema
from chalicelib.dialects.scaleway.errors import BadFields
from tests.api import ORDINARY, Api, Caller
from tests.factories import an_image
from tests.openapi.checking import Case, Facts, documented, is_valid
from tests.openapi.sharing import an_api

OWNER, STRANGER = "87fe9d8c-ee5c-4a5a-8c7c-1a0a3d5ec4a9", "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
VOLUME, UNKNOWN = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20", "00000000-0000-4000-8000-000000000000"
NEW = {"organization": OWNER, "name": "an image", "arch": "arm", "root_volume": VOLUME}
LIST, ONE = "/images", "/images/{image_id}"
PICTURE = {"id": VOLUME, "name": "anything"}
RARE = {((method, ONE), 409) for method in ("PUT", "PATCH", "DELETE")}
"""Others would have to be faster several times."""

CASES = [
    Case("GET", LIST, 200, "/images?seen={image}{bare}{public}"),
    Case("GET", LIST, 200, f"/images?page=2&per_page=1&organization={OWNER}&arch=arm&name=a&public=No"),
    Case("GET", LIST, 200, "/images", "stranger"),
    Case("GET", LIST, 400, "/images?page=0", conforms=False),
    Case("GET", LIST, 400, "/images?per_page=101&public=maybe", conforms=False),
    Case("HEAD", LIST, 200, "/images?per_page=1"),
    Case("HEAD", LIST, 400, "/images?page=two", conforms=False),
    Case("POST", LIST, 201, "/images", body=NEW),
    Case("POST", LIST, 201, "/images", body={**NEW, "root_volume": PICTURE, "extra_volumes": "[]", "id": 4}),
    Case("POST", LIST, 201, "/images", body={**NEW, "default_bootscript": VOLUME, "extra_volumes": {"1": PICTURE}}),
    Case("POST", LIST, 400, "/images", body={"arch": "sparc"}, conforms=False),
    Case("POST", LIST, 400, "/images", body=[NEW], conforms=False),
    Case("POST", LIST, 400, "/images", body="no JSON", conforms=False),
    Case("POST", LIST, 400, "/images", conforms=False),
    Case("POST", LIST, 403, "/images", "stranger", body=NEW),
    Case("GET", ONE, 200, "/images/{image}"),
    Case("GET", ONE, 200, "/images/{public}", "stranger"),
    Case("GET", ONE, 200, "/images/{bare}"),
    Case("GET", ONE, 200, "/images/{described}"),
    Case("HEAD", ONE, 200, "/images/{image}"),
    *(
        case
        for method in ("PUT", "PATCH")
        for case in (
            Case(method, ONE, 200, "/images/{image}", body={"name": "another", "public": True}),
            Case(method, ONE, 200, "/images/{image}", body={**NEW, "tags": 1, "root_volume": PICTURE}),
            Case(method, ONE, 200, "/images/{bare}", body={"default_bootscript": PICTURE}),
            Case(method, ONE, 400, "/images/{image}", body={"name": ""}, conforms=False),
            Case(method, ONE, 400, "/images/{image}", body={"root_volume": UNKNOWN}),
            Case(method, ONE, 403, "/images/{image}", body={"organization": STRANGER}),
            Case(method, ONE, 403, "/images/{public}", "stranger", body={}),
            Case(method, ONE, 404, f"/images/{UNKNOWN}", body={}),
        )
    ),
    *(Case(method, ONE, 403, "/images/{image}", "stranger") for method in ("GET", "HEAD", "DELETE")),
    *(Case(method, ONE, 404, "/images/12345") for method in ("GET", "HEAD", "DELETE")),
    Case("DELETE", ONE, 403, "/images/{protected}"),
    Case("DELETE", ONE, 204, "/images/{image}"),
    *(Case(method, LIST, 403, "/images", "nobody") for method in ("GET", "HEAD")),
    *(Case(method, LIST, 401, "/images", "anonymous", conforms=method != "POST") for method in ("GET", "HEAD", "POST")),
    *(
        Case(method, ONE, 401, "/images/{image}", "invalid", body={} if method in ("PUT", "PATCH") else None)
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE")
    ),
]


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws)


@pytest.fixture(scope="module")
def callers(api: Api) -> dict[str, Caller]:
    return {
        "owner": api.caller(OWNER, *ORDINARY, "publicize_image"),
        "stranger": api.caller(STRANGER),
        "nobody": api.caller(OWNER, "delete_image"),
        "anonymous": api.anonymous(),
        "invalid": Caller(api, {"X-Auth-Token": "never-issued"}),
    }


@pytest.fixture
def facts(api: Api) -> Facts:
    """Images of every kind, by the name that cases call them."""

    def added(**fields: object) -> Image:
        return api.world.images.add(an_image(**{"owner": OWNER, "number": api.world.images.number(), **fields}))

    return Facts(
        {
            "image": lambda: (
                added(
                    name="own",
                    architecture="arm",
                    **schema.FACTS.changes({"root_volume": {"id": VOLUME, "name": "a"}}),
                ).id
            ),
            "described": lambda: (
                added(
                    architecture="ppc64",
                    **schema.FACTS.changes(
                        {
                            "root_volume": {"id": 7},
                            "default_bootscript": {"id": VOLUME, "public": "yes", "size": 5e10},
                            "extra_volumes": {"1": {}, "2": VOLUME, "3": {"id": VOLUME, "size": "large"}},
                        }
                    ),
                ).id
            ),
            "public": lambda: added(visibility=Visibility.PUBLIC).id,
            "bare": lambda: added(status=Status.KILLED).id,
            "protected": lambda: added(protected=True).id,
        }
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


def test_every_documented_status_is_asked_for() -> None:
    assert {(case.operation, case.status) for case in CASES} == documented("scaleway", RARE)


MEMBERS: list[dict[str, Any]] = [
    {"name": None, "size": None, "title": None, "public": None, "server": None, "tags": None},
    *({"size": size} for size in (0, 5e10, 0.5, -1, True, "5", 2**64 - 1, 2**64)),
    *(
        {"server": server}
        for server in (VOLUME, {"id": VOLUME, "name": "web"}, {"name": "web"}, "web", 7, {"id": None})
    ),
    *({"creation_date": date} for date in ("2014-05-22T12:56:56.984011+00:00", "2014-05-22T12:56:56Z", "May", "", 7)),
    *({"tags": tags} for tags in ([], ["a"], [7], "a")),
    *({key: "text"} for key in ("name", "volume_type", "title", "kernel", "public", "colour")),
    *({key: True} for key in ("name", "public", "default", "colour")),
]
"""What volumes and boot scripts may have beside their ids, or may not."""
VOLUMES: list[Any] = [VOLUME.upper(), "a", None, 7, [], {}, {"id": 5}, {"name": "data"}]
VALUES = st.sampled_from(
    [
        *(None, True, False, 0, 1.5, "", "a", "arm", "arm64", "x86_64", "sparc", "[]", [], ["arm"], {}, {"id": None}),
        *(VOLUME, VOLUME.upper(), f"{VOLUME}0", f" {VOLUME}", {"id": VOLUME, "name": 7}, {"id": "a"}),
        *({"id": VOLUME, **more} for more in MEMBERS),
        *({"1": {"id": VOLUME, **more}} for more in MEMBERS),
        *({"1": volume} for volume in VOLUMES),
        *("a" * schema.LONGEST_NAME, "a" * (schema.LONGEST_NAME + 1), "\N{GRINNING FACE}" * schema.LONGEST_NAME),
    ]
)
KEYS = st.sampled_from([*schema.READERS, *sorted(schema.IGNORED), "bootscript", ""])


@settings(derandomize=True, database=None, max_examples=1000)
@given(st.dictionaries(KEYS, VALUES, max_size=3))
def test_a_new_image_is_read_if_and_only_if_the_description_allows_it(changed: dict[str, Any]) -> None:
    sent = {**NEW, **changed}

    try:
        schema.parse_new_image(sent)
        read = True
    except BadFields:
        read = False

    assert is_valid(openapi.SCHEMAS["ScalewayNewImage"], sent) is read
