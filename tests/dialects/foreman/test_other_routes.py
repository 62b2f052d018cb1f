"""Routes and methods that do not exist."""

import pytest

from tests.dialects.foreman.foreman import JSON, World, assert_has_headers, create, show

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/images",
        "/api/images/1",
        "/api/v2/images",
        "/api/hosts",
        "/api/hosts/1",
        "/api/domains",
        "/api/Architectures",
        "/api/status/1",
        "/api/architectures/1/images/1/more",
        "/api/compute_resources/1/available_images",
        "/api/organizations/1/images",
        "/api/v2",
        "/api/v2/v2/status",
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_there_is_nothing_at_other_paths(world: World, method: str, path: str) -> None:
    answer = world.admin.request(method, path, JSON, b"{}")

    assert answer.status == 404
    assert_has_headers(answer)
    assert answer.json


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/status", "POST PUT PATCH DELETE OPTIONS"),
        ("/api/compute_resources", "PUT PATCH DELETE OPTIONS"),
        ("/api/operatingsystems", "PUT PATCH DELETE OPTIONS"),
        ("/api/architectures", "PUT PATCH DELETE OPTIONS"),
        ("/api/architectures/{aa}", "POST OPTIONS"),
        ("/api/compute_resources/{ca}/images", "PUT PATCH DELETE OPTIONS"),
        ("/api/compute_resources/{ca}/images/{image}", "POST OPTIONS"),
        ("/api/operatingsystems/{oa}/images", "PUT PATCH DELETE OPTIONS"),
        ("/api/v2/architectures/{aa}/images", "PUT PATCH DELETE OPTIONS"),
    ],
    ids=lambda value: value.split()[0],
)
def test_other_methods_are_not_there_either(world: World, path: str, methods: str) -> None:
    image = create(world)
    target = path.format(ca=world.ca.id, oa=world.oa.id, aa=world.aa.id, image=image["id"])

    answers = [world.admin.request(method, target, JSON, b"{}") for method in methods.split()]

    assert [answer.status for answer in answers] == [404] * len(answers)
    assert show(world.admin, world.ca.image(image)) == image
