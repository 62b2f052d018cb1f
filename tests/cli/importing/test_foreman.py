"""Moving in from Foreman 1.11."""

from typing import Any

import pytest

from tests.cli.importing.conftest import Import, Serve, Target, totals
from tests.cli.importing.scripted import Asked, Reply
from tests.cli.importing.sources import Document, Foreman

EC2 = {
    "id": 8,
    "name": "cloud",
    "provider": "EC2",
    "provider_friendly_name": "EC2",
    "description": "",
    "url": "eu-west-1",
}
LIBVIRT = {"id": 9, "name": "cellar", "provider": "Libvirt", "description": None, "url": "qemu:///system"}
CENTOS = {"id": 13, "name": "CentOS", "major": "7", "minor": "9", "title": "CentOS 7.9", "family": "Redhat"}
BSD = {"id": 14, "name": "BSD", "major": "13", "minor": "", "title": "The BSD", "description": "The BSD"}
X86 = {"id": 6, "name": "x86_64"}


def an_image(number: int, **fields: Any) -> Document:
    return {
        "id": number,
        "name": f"image {number}",
        "username": "root",
        "uuid": f"ami-{number}",
        "operatingsystem_id": 13,
        "operatingsystem_name": "CentOS 7.9",
        "compute_resource_id": 8,
        "compute_resource_name": "cloud",
        "architecture_id": 6,
        "architecture_name": "x86_64",
        "created_at": "2016-04-02 09:15:29 UTC",
        "updated_at": "2016-04-02 09:15:33 UTC",
        "user_data": True,
        "iam_role": None,
        **fields,
    }


def in_cellar(number: int) -> Document:
    """One of a cloud without user data."""
    image = an_image(number, compute_resource_id=9, compute_resource_name="cellar", operatingsystem_id=14)
    return {name: value for name, value in image.items() if name not in {"user_data", "iam_role"}}


def a_foreman(*images: Document, **lists: list[Document]) -> Foreman:
    return Foreman(
        {
            "/api/compute_resources": lists.get("clouds", [EC2, LIBVIRT]),
            "/api/operatingsystems": lists.get("systems", [CENTOS, BSD]),
            "/api/architectures": [X86],
            "/api/compute_resources/8/images": [image for image in images if image["compute_resource_id"] == 8],
            "/api/compute_resources/9/images": [image for image in images if image["compute_resource_id"] == 9],
        }
    )


def listed(target: Target, path: str) -> list[Document]:
    entries: list[Document] = target.caller.get(f"/api/{path}?per_page=all").json["results"]
    return entries


def below(target: Target, cloud: str) -> list[Document]:
    """The images of a compute resource."""
    [number] = [each["id"] for each in listed(target, "compute_resources") if each["name"] == cloud]
    return listed(target, f"compute_resources/{number}/images")


def test_images_come_with_their_parents(serve: Serve, run_import: Import, target: Target) -> None:
    image = an_image(11, name="web golden", iam_role="role")

    done = run_import("foreman", serve(a_foreman(image, in_cellar(12))).url)

    assert (done.exit_code, totals(done)) == (0, (2, 0, 0))
    [ours], [other] = below(target, "cloud"), below(target, "cellar")
    numbered = {"id", "compute_resource_id", "operatingsystem_id", "architecture_id", "created_at", "updated_at"}
    assert {name: value for name, value in ours.items() if name not in numbered} == {
        name: value for name, value in image.items() if name not in numbered
    }
    assert (other["uuid"], other["operatingsystem_name"], "user_data" in other) == ("ami-12", "The BSD", False)
    assert "Foreman does not show passwords" in done.stderr


def test_parents_come_with_what_is_known_of_them(serve: Serve, run_import: Import, target: Target) -> None:
    run_import("foreman", serve(a_foreman(an_image(1), in_cellar(2))).url)

    clouds = {each["name"]: (each["provider"], each["url"]) for each in listed(target, "compute_resources")}
    systems = {
        each["title"]: (each["major"], each["minor"], each["family"]) for each in listed(target, "operatingsystems")
    }
    assert clouds == {"cloud": ("EC2", "eu-west-1"), "cellar": ("Libvirt", "qemu:///system")}
    assert systems == {"CentOS 7.9": ("7", "9", "Redhat"), "The BSD": ("13", "", None)}


def test_parents_that_are_there_are_used(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(a_foreman(*(an_image(number) for number in range(1, 9)), in_cellar(9))).url

    done = run_import("foreman", url, "--parallel", "8")

    assert (done.exit_code, totals(done)) == (0, (9, 0, 0))
    assert [len(listed(target, kind)) for kind in ("compute_resources", "operatingsystems", "architectures")] == [
        2,
        2,
        1,
    ]


def test_an_image_that_is_there_is_skipped_or_refused_if_it_differs(
    serve: Serve, run_import: Import, target: Target
) -> None:
    images = [an_image(1), an_image(2, user_data=None)]
    run_import("foreman", serve(a_foreman(*images)).url)

    again = run_import("foreman", serve(a_foreman(*images)).url)
    other = run_import("foreman", serve(a_foreman(images[0], {**images[1], "username": "ann", "name": "x"})).url)

    assert (again.exit_code, totals(again)) == (0, (0, 2, 0))
    assert (other.exit_code, totals(other)) == (3, (0, 1, 1))
    assert "differs in name, username" in other.stdout
    assert len(below(target, "cloud")) == 2


def test_a_name_can_be_had_once_below_a_cloud_and_a_system(serve: Serve, run_import: Import) -> None:
    done = run_import("foreman", serve(a_foreman(an_image(1, name="a"), an_image(2, name="a"))).url, "--parallel", "1")

    assert (done.exit_code, totals(done)) == (3, (1, 0, 1))
    assert "Name has already been taken" in done.stdout


def test_an_image_that_came_while_we_looked_elsewhere_is_compared_too(serve: Serve, run_import: Import) -> None:
    twins = [an_image(1), an_image(2, uuid="ami-1", name="image 1"), an_image(3, uuid="ami-1", name="other")]

    done = run_import("foreman", serve(a_foreman(*twins)).url, "--parallel", "1")

    assert (done.exit_code, totals(done)) == (3, (1, 1, 1))
    assert "differs in name" in done.stdout


def test_all_pages_are_read(serve: Serve, run_import: Import, target: Target) -> None:
    source = a_foreman(*(an_image(number) for number in range(1, 8)))

    def two_at_a_time(asked: Asked) -> Reply:
        return source(Asked(asked.method, asked.path, {**asked.query, "per_page": "2"}, asked.headers, asked.body))

    done = run_import("foreman", serve(two_at_a_time).url)

    assert totals(done) == (7, 0, 0)
    assert len(below(target, "cloud")) == 7


REFUSABLE: dict[str, tuple[Foreman, str]] = {
    "a cloud of a kind that is not known": (
        a_foreman(an_image(1), clouds=[{**EC2, "provider": "Hyperspace"}]),
        "its compute_resource cloud cannot be created: 422",
    ),
    "a system that the source hides": (a_foreman(an_image(1), systems=[]), "does not show its operatingsystem, 13"),
    "no architecture": (a_foreman(an_image(1, architecture_id=None)), "does not show its architecture, None"),
    "no uuid": (a_foreman(an_image(1, uuid="")), "Uuid can't be blank"),
}


@pytest.mark.parametrize(("source", "why"), REFUSABLE.values(), ids=REFUSABLE.keys())
def test_what_cannot_be_had_is_refused(serve: Serve, run_import: Import, source: Foreman, why: str) -> None:
    done = run_import("foreman", serve(source).url)

    assert (done.exit_code, totals(done)) == (3, (0, 0, 1))
    assert why in done.stdout


def test_a_cloud_of_a_plug_in_comes_with_what_it_says_of_itself(
    serve: Serve, run_import: Import, target: Target
) -> None:
    cloud = {**EC2, "provider": "Proxmox", "user": "ann", "ssl_verify_peer": False}

    done = run_import("foreman", serve(a_foreman(an_image(1), clouds=[cloud])).url)

    [found] = listed(target, "compute_resources")
    assert totals(done) == (1, 0, 0)
    assert (found["provider"], found["user"], found["ssl_verify_peer"]) == ("Proxmox", "ann", False)


def test_a_cloud_of_another_kind_at_the_target_is_left_alone(serve: Serve, run_import: Import, target: Target) -> None:
    run_import("foreman", serve(a_foreman(an_image(1))).url)

    done = run_import("foreman", serve(a_foreman(an_image(2), clouds=[{**EC2, "provider": "Vmware"}])).url)

    assert (done.exit_code, "has the provider EC2" in done.stdout) == (3, True)
    assert len(below(target, "cloud")) == 1


def test_wrong_credentials_stop_the_import(serve: Serve, run_import: Import) -> None:
    done = run_import("foreman", serve(a_foreman()).url, "--source-user", "somebody-else")

    assert (done.exit_code, "401: Unable to authenticate user" in done.stderr) == (1, True)
