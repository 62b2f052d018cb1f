"""powerdrill, which asks for pages until it has as many entries as there are in all."""

import pytest

from tests.e2e.clients import refusal
from tests.e2e.foreman import ForemanCaller, Parents, facts

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("installation", ["powerdrill-0.1.3"], indirect=True),
]


@pytest.fixture
def images(f1: ForemanCaller, parents: Parents) -> str:
    """Where five images are, one of them for another architecture."""
    path = f"compute_resources/{parents.ec2}/images"
    for number, name in enumerate(("alpha", "beta", "gamma one", "delta", "alphabet")):
        below = {"architecture_id": parents.aarch64} if name == "beta" else {}
        told = facts(parents, name=name, uuid=f"cv-u{number}", user_data=number % 2 == 0, **below)
        f1.call(f"{path}.create", image=told)
    return path


def test_all_pages_of_a_list_are_read(f1: ForemanCaller, images: str) -> None:
    found = f1.call(f"{images}.list", order="name DESC")

    assert [image["name"] for image in found] == ["gamma one", "delta", "beta", "alphabet", "alpha"]


def test_a_search_goes_along_with_every_page(f1: ForemanCaller, images: str) -> None:
    found = f1.call(f"{images}.list", search="name ~ a and user_data = true", order="name")

    assert [image["name"] for image in found] == ["alpha", "alphabet", "gamma one"]


def test_an_image_is_created_shown_changed_and_deleted(f1: ForemanCaller, parents: Parents) -> None:
    images = f"compute_resources/{parents.ec2}/images"

    created = f1.call(f"{images}.create", image=facts(parents, name="golden"))
    changed = f1.call(f"{images}.update", created["id"], image={"username": "centos"})
    shown = f1.call(f"{images}.get", created["id"])
    f1.call(f"{images}.delete", created["id"])

    assert shown == changed
    assert (shown["name"], shown["username"]) == ("golden", "centos")
    with refusal("ForemanNotFoundError", status=None):
        f1.call(f"{images}.get", created["id"])


def test_a_parent_is_created_shown_changed_and_deleted(f1: ForemanCaller) -> None:
    created = f1.call("architectures.create", architecture={"name": "pd-riscv64"})
    changed = f1.call("architectures.update", created["id"], architecture={"name": "pd-loong64"})
    listed = f1.call("architectures.list", search="name=pd-loong64")
    f1.call("architectures.delete", created["id"])

    assert [each["id"] for each in listed] == [created["id"]] == [changed["id"]]
    with refusal("ForemanNotFoundError"):
        f1.call("architectures.get", created["id"])


def test_what_is_wrong_is_a_validation_that_failed(f1: ForemanCaller, parents: Parents) -> None:
    with refusal("ForemanValidationError", "Validation failed"):
        f1.call(f"compute_resources/{parents.ec2}/images.create", image={"name": "nothing else"})
