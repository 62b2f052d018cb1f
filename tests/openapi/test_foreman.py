"""What the Foreman dialect answers is what it says of itself."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.reference import FIELDS, Kind
from chalicelib.dialects.foreman.routes import OPERATIONS
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.foreman.foreman import JSON, TEXT, Parent, add_parent
from tests.factories import INSPECTED, an_image
from tests.openapi.checking import Case, documented
from tests.openapi.sharing import an_api

TENANT = "described"
UNKNOWN = 999999
GIVEN: dict[str, dict[str, Any]] = {
    "compute_resources": {"name": "cloud", "provider": "EC2", "description": "ours", "url": 4},
    "operatingsystems": {"name": "Linux", "major": 7, "minor": "9", "family": None},
    "architectures": {"name": "x86_64"},
}
"""What parents of each kind are made of."""
TAKING = {"compute_resource_id": "{compute_resources}", "operatingsystem_id": "{operatingsystems}"}
NEW = {"username": "root", **TAKING, "architecture_name": "x86_64"}
SEARCHED = "search=name%20~%20a&order=name%20desc&page=1&per_page=5"


def _about_lists(path: str, target: str) -> Iterator[Case]:
    """What all lists answer."""
    yield Case("GET", path, 200, target)
    yield Case("GET", path, 200, f"{target}?{SEARCHED}")
    yield Case("GET", path, 200, f"{target}?page=9&per_page=all&search=&order=", "viewer")
    yield Case("GET", path, 200, target, body={"search": "name ~ a", "per_page": 5}, headers=JSON)
    yield Case("GET", path, 400, f"{target}?page=0", conforms=False)
    yield Case("GET", path, 400, f"{target}?per_page=-1", conforms=False)
    yield Case("GET", path, 400, f"{target}?order=nope", conforms=False)
    yield Case("GET", path, 400, f"{target}?search=nope%20=%201")


def _about_parents(kind: str) -> Iterator[Case]:
    collection, key = f"/api/{kind}", kind.removesuffix("s")
    one, new = f"{collection}/{{parent_id}}", {**GIVEN[kind], "name": "{fresh}"}
    yield from _about_lists(collection, collection)
    yield Case("GET", one, 200, f"{collection}/{{{kind}}}")
    yield Case("GET", one, 404, f"{collection}/{UNKNOWN}")
    yield Case("POST", collection, 201, collection, body={key: new}, headers=JSON)
    yield Case("POST", collection, 201, f"/api/v2/{kind}", body={**new, "colour": "blue"}, headers=JSON)
    yield Case("POST", collection, 422, collection, body={key: GIVEN[kind]}, headers=JSON)
    yield Case("POST", collection, 422, collection, body={key: {"name": " "}}, headers=JSON, conforms=False)
    yield Case("POST", collection, 422, collection, body={}, headers=JSON, conforms=False)
    yield Case("POST", collection, 400, collection, body=[new], headers=JSON, conforms=False)
    yield Case("POST", collection, 400, collection, body="{", headers=JSON, conforms=False)
    yield Case("POST", collection, 415, collection, body={key: new}, headers=TEXT)
    yield Case("POST", collection, 403, collection, "viewer", body={key: new}, headers=JSON)
    yield from (Case("GET", path, 403, path.format(parent_id=1), "nobody") for path in (collection, one))
    yield from _about_a_parent(kind)


def _about_a_parent(kind: str) -> Iterator[Case]:
    one, key = f"/api/{kind}/{{parent_id}}", kind.removesuffix("s")
    target, used, unknown = f"/api/{kind}/{{spare_{kind}}}", f"/api/{kind}/{{used_{kind}}}", f"/api/{kind}/{UNKNOWN}"
    for method in ("PUT", "PATCH"):
        yield Case(method, one, 200, target, body={key: {"name": "{fresh}"}}, headers=JSON)
        yield Case(method, one, 200, target, body={"name": "{fresh}", "colour": "blue"}, headers=JSON)
        yield Case(method, one, 400, target, body="[]", headers=JSON, conforms=False)
        yield Case(method, one, 403, target, "viewer", body={"name": "a"}, headers=JSON)
        yield Case(method, one, 404, unknown, body={"name": "a"}, headers=JSON)
        yield Case(method, one, 422, target, body={"name": " "}, headers=JSON, conforms=False)
        yield Case(method, one, 422, target, body={key: GIVEN[kind]}, headers=JSON)
    yield Case("PATCH", one, 200, target)
    yield Case("PUT", one, 415, target, body={})
    yield Case("DELETE", one, 200, target)
    yield Case("DELETE", one, 403, target, "viewer")
    yield Case("DELETE", one, 404, unknown)
    yield Case("DELETE", one, 422, used)


def _about_images(kind: str) -> Iterator[Case]:
    path = f"/api/{kind}/{{parent_id}}/images"
    target = f"/api/{kind}/{{{kind}}}/images"
    new = {**NEW, "name": "{fresh}", "uuid": "{fresh}"}
    yield from _about_lists(path, target)
    yield Case("GET", path, 200, f"/api/v2/{kind}/{{{kind}}}/images?architecture_id=x86_64")
    yield Case("GET", path, 403, target, "nobody")
    yield Case("GET", path, 404, f"/api/{kind}/{UNKNOWN}/images")
    yield Case("POST", path, 201, target, body={"image": new}, headers=JSON)
    yield Case("POST", path, 201, target, body={**new, "user_data": "off", "password": 7, "id": 1}, headers=JSON)
    yield Case("POST", path, 201, target, body={**new, "user_data": True, "iam_role": "reader"}, headers=JSON)
    yield Case("POST", path, 404, f"/api/{kind}/{UNKNOWN}/images", body={"image": new}, headers=JSON)
    yield Case("POST", path, 422, target, body={"image": {**new, "architecture_name": "nope"}}, headers=JSON)
    yield Case("POST", path, 422, target, body={"image": {**new, "username": ""}}, headers=JSON, conforms=False)
    yield Case("POST", path, 400, target, body={"image": "golden"}, headers=JSON, conforms=False)
    yield Case("POST", path, 415, target, body={"image": new})
    yield Case("POST", path, 403, target, "viewer", body={"image": new}, headers=JSON)


def _about_an_image(kind: str) -> Iterator[Case]:
    path = f"/api/{kind}/{{parent_id}}/images/{{image_id}}"
    target, unknown = f"/api/{kind}/{{{kind}}}/images/{{image}}", f"/api/{kind}/{{{kind}}}/images/{UNKNOWN}"
    yield Case("GET", path, 200, target)
    yield Case("GET", path, 200, f"/api/{kind}/{{{kind}}}/images/{{image}}-golden?architecture_id=x86_64", "viewer")
    yield Case("GET", path, 400, target, body="[", headers=JSON)
    yield from (Case(method, path, 403, target, "nobody") for method in ("GET", "DELETE"))
    yield from (Case(method, path, 404, unknown) for method in ("GET", "DELETE"))
    yield Case("DELETE", path, 403, target.replace("{image}", "{protected}"))
    yield Case("DELETE", path, 200, target)
    for method in ("PUT", "PATCH"):
        yield Case(method, path, 200, target, body={"image": {"username": "admin", "user_data": None}}, headers=JSON)
        yield Case(method, path, 200, target, body={}, headers=JSON)
        yield Case(method, path, 400, target, body="[]", headers=JSON, conforms=False)
        yield Case(method, path, 403, target, "viewer", body={}, headers=JSON)
        yield Case(method, path, 404, unknown, body={}, headers=JSON)
        yield Case(method, path, 422, target, body={"image": {"name": " "}}, headers=JSON, conforms=False)
        yield Case(method, path, 422, target, body={"image": {"architecture_id": UNKNOWN}}, headers=JSON)
    yield Case("PATCH", path, 200, target)
    yield Case("PUT", path, 415, target, body={})


def _without_credentials() -> Iterator[Case]:
    for operation in OPERATIONS:
        if not operation.open:
            target = operation.path.format(parent_id=1, image_id=1)
            sent = {"name": "a"} if operation.method == "PUT" else None
            allowed = operation.method != "POST"
            yield Case(operation.method, operation.path, 401, target, "anonymous", sent, conforms=allowed)


CASES = [
    Case("GET", "/api/status", 200, "/api/status", "nobody"),
    Case("GET", "/api/status", 403, "/api/v2/status", "homeless"),
    Case("GET", "/api/ping", 200, "/api/ping", "anonymous"),
    Case("GET", "/api/statuses", 200, "/api/statuses", "nobody"),
    Case("GET", "/api/statuses", 403, "/api/statuses", "homeless"),
    Case("GET", "/apidoc/v2.json", 200, "/apidoc/v2.json", "anonymous"),
    Case("GET", "/apidoc/apipie_checksum", 200, "/apidoc/apipie_checksum", "anonymous"),
    *(case for kind in GIVEN for about in (_about_parents, _about_images, _about_an_image) for case in about(kind)),
    *_without_credentials(),
]


RARE = {(case.operation, 409) for case in CASES if case.method not in ("GET", "HEAD")}
"""Others would have to be faster several times."""


class Facts(dict[str, object]):
    """What cases name: the numbers of parents, and a new name or image for each case that needs one."""

    def __init__(self, api: Api, known: Mapping[str, Parent]) -> None:
        super().__init__({kind: parent.id for kind, parent in known.items()})
        self._api = api
        self._below = {"compute_resource": self["compute_resources"], "os_title": known["operatingsystems"].name}

    def __contains__(self, name: object) -> bool:
        return name == "fresh" or super().__contains__(name)

    def __missing__(self, name: str) -> object:
        made, _, kind = name.partition("_")
        if made in ("spare", "used"):
            self[name] = self._parent(kind, used=made == "used")
        else:
            self[name] = str(uuid4()) if name == "fresh" else self._image(protected=name == "protected")
        return self[name]

    def _parent(self, kind: str, *, used: bool) -> int:
        """A parent of its own, which an image refers to or not."""
        parent = Kind(kind.removesuffix("s"))
        references = self._api.world.catalog(a_caller(TENANT, *ORDINARY)).references
        made = references.add(parent, {"name": str(uuid4()), "provider": "EC2"})
        if used:
            fields: dict[str, Any] = {FIELDS[parent]: made.key}
            self._api.world.images.add(an_image(owner=TENANT, **fields))
        return made.number

    def _image(self, *, protected: bool) -> int:
        images = self._api.world.images
        fields = {"owner": TENANT, "architecture": "x86_64", "protected": protected, **self._below, **INSPECTED}
        return images.add(an_image(number=images.number(), **fields)).number


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws)


@pytest.fixture(scope="module")
def callers(api: Api) -> dict[str, Caller]:
    return {
        "owner": api.basic_caller(TENANT, *ORDINARY),
        "viewer": api.basic_caller(TENANT, "read_images"),
        "nobody": api.basic_caller(TENANT),
        "homeless": api.basic_caller(None, *ORDINARY),
        "anonymous": api.anonymous(),
    }


@pytest.fixture(scope="module")
def known(api: Api, callers: dict[str, Caller]) -> dict[str, Parent]:
    """A parent of each kind, and an image of another dialect that is below the architecture alone."""
    images = api.world.images
    images.add(an_image(owner=TENANT, number=images.number(), architecture="x86_64"))
    return {kind: add_parent(callers["owner"], kind, **facts) for kind, facts in GIVEN.items()}


@pytest.fixture
def facts(api: Api, known: dict[str, Parent]) -> Facts:
    return Facts(api, known)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


def test_every_documented_status_is_asked_for() -> None:
    assert {(case.operation, case.status) for case in CASES} == documented("foreman", RARE)
