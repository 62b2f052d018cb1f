"""Moving in from Scaleway's early API, the one of 2014 without pages and the one of 2018 with them."""

import json
from typing import Any

import pytest

from tests.cli.importing.conftest import Import, Serve, Target, totals
from tests.cli.importing.scripted import Asked, Reply
from tests.cli.importing.sources import Document, Scaleway, image_id

OURS = "1b0f2c3e-7a52-4c7e-9d0a-5d2c0f6e9a11"
OTHERS = "5e7a1d90-3c84-4b6f-8e21-9f4d6c0b7a22"
VOLUME = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20"
SCRIPT = {"id": "7bc1ff40-d5f4-4c8a-8a3f-8f7a3b1f6a10", "title": "3.19", "architecture": "arm"}


def an_image(number: int, **fields: Any) -> Document:
    return {
        "id": image_id(number),
        "name": f"image {number}",
        "arch": "arm",
        "organization": OURS,
        "public": False,
        "root_volume": {"id": VOLUME, "name": "vol", "size": 50000000000, "volume_type": "l_ssd"},
        "extra_volumes": "[]",
        "default_bootscript": None,
        "creation_date": "2014-05-22T12:57:22.514298+00:00",
        "modification_date": "2014-05-22T12:57:22.514298+00:00",
        **fields,
    }


@pytest.fixture
def target(target: Target) -> Target:
    target.become(OURS)
    return target


def shown(target: Target, number: int) -> Document:
    image: Document = target.caller.get(f"/images/{image_id(number)}").json["image"]
    return image


def test_an_image_keeps_its_id_and_all_that_can_be_written(serve: Serve, run_import: Import, target: Target) -> None:
    facts = {"name": "é" * 200, "arch": "arm64", "public": True, "default_bootscript": SCRIPT}
    volumes = {"1": {"id": VOLUME, "size": 1}}
    source = serve(Scaleway([an_image(1, state="available", extra_volumes=volumes, **facts), an_image(2)]))

    done = run_import("scaleway", source.url)

    assert (done.exit_code, totals(done)) == (0, (2, 0, 0))
    found = shown(target, 1)
    assert {name: found[name] for name in facts} == facts
    assert (found["extra_volumes"], found["organization"], found["state"]) == (volumes, OURS, "available")
    assert "no image data" in done.stderr


def test_an_image_that_is_there_is_skipped_or_mended(serve: Serve, run_import: Import, target: Target) -> None:
    source = Scaleway([an_image(1, default_bootscript=SCRIPT["id"]), an_image(2), an_image(3, arch="mips")])
    url = serve(source).url

    first, second = run_import("scaleway", url), run_import("scaleway", url)
    source.images[1]["name"] = "renamed"
    third = run_import("scaleway", url)

    assert [totals(each) for each in (first, second, third)] == [(3, 0, 0), (0, 3, 0), (1, 2, 0)]
    assert (shown(target, 2)["name"], shown(target, 3)["arch"]) == ("renamed", "mips")


@pytest.mark.parametrize("knows_pages", [True, False], ids=["2018", "2014"])
def test_all_pages_are_read(serve: Serve, run_import: Import, target: Target, *, knows_pages: bool) -> None:
    source = Scaleway([an_image(number) for number in range(1, 10)], knows_pages=knows_pages)
    source.largest_page = 4

    done = run_import("scaleway", serve(source).url)

    assert totals(done) == (9, 0, 0)
    assert target.caller.head("/images").headers["x-total-count"] == "9"


def test_public_images_of_others_stay_where_they_are(serve: Serve, run_import: Import) -> None:
    foreign = an_image(1, public=True, organization=OTHERS)

    done = run_import("scaleway", serve(Scaleway([foreign, an_image(2), an_image(3, public=True)])).url)

    assert totals(done) == (2, 0, 0)


def test_whose_images_are_meant_can_be_said(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Scaleway([an_image(1, public=True), an_image(2, public=True, organization=OTHERS)])).url

    unsaid, said = run_import("scaleway", url), run_import("scaleway", url, "--owner", OURS)

    assert (unsaid.exit_code, "pass --owner" in unsaid.stderr) == (1, True)
    assert (said.exit_code, totals(said)) == (0, (1, 0, 0))
    assert target.caller.head("/images").headers["x-total-count"] == "1"


def test_nothing_is_nothing(serve: Serve, run_import: Import) -> None:
    done = run_import("scaleway", serve(Scaleway([])).url)

    assert (done.exit_code, totals(done)) == (0, (0, 0, 0))


def test_an_administrator_keeps_the_organizations(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Scaleway([an_image(1), an_image(2, public=True, organization=OTHERS)])).url
    target.become("ops", "admin")

    first, second = run_import("scaleway", url, "--all-tenants"), run_import("scaleway", url, "--all-tenants")

    assert (totals(first), totals(second)) == ((2, 0, 0), (0, 2, 0))
    assert [shown(target, number)["organization"] for number in (1, 2)] == [OURS, OTHERS]


def test_organizations_that_could_not_be_kept_stop_the_import(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Scaleway([an_image(1, organization=OTHERS)])).url

    done = run_import("scaleway", url, "--all-tenants")

    assert (done.exit_code, "not an administrator" in done.stderr) == (1, True)
    target.become("ops", "admin")
    assert totals(run_import("scaleway", url, "--all-tenants")) == (1, 0, 0)
    assert shown(target, 1)["organization"] == OTHERS


REFUSABLE: dict[str, tuple[Document, str]] = {
    "being made": ({"state": "creating"}, "it is in the state creating at the source"),
    "broken": ({"state": "error"}, "it is in the state error at the source"),
    "no name": ({"name": ""}, 'Validation Error: {"name": ["length of value must be at least 1"]}'),
    "an id that is no UUID": ({"id": "42"}, "Invalid image id format"),
}


@pytest.mark.parametrize(("fields", "why"), REFUSABLE.values(), ids=REFUSABLE.keys())
def test_what_cannot_be_had_is_refused(serve: Serve, run_import: Import, fields: Document, why: str) -> None:
    done = run_import("scaleway", serve(Scaleway([an_image(1, **fields), an_image(2)])).url)

    assert (done.exit_code, totals(done)) == (3, (1, 0, 1))
    assert why in done.stdout


def test_an_image_that_waits_for_bytes_at_the_target_is_refused(
    serve: Serve, run_import: Import, target: Target
) -> None:
    target.caller.post("/v1/images", {"x-image-meta-id": image_id(1)})

    done = run_import("scaleway", serve(Scaleway([an_image(1)])).url)

    assert (done.exit_code, "in the state creating at the target" in done.stdout) == (3, True)


def test_what_became_of_the_images_is_a_document_too(serve: Serve, run_import: Import, target: Target) -> None:
    target.caller.post("/v1/images", {"x-image-meta-id": image_id(1)})

    done = run_import("scaleway", serve(Scaleway([an_image(1), an_image(2)])).url, "--json")

    document = json.loads(done.stdout)
    [refused] = document.pop("images_refused")
    assert (done.exit_code, document) == (3, {"copied": 1, "skipped": 0, "refused": 1})
    assert refused.keys() == {"id", "name", "reason"}
    assert "in the state creating at the target" in refused["reason"]


def test_an_image_that_was_deleted_at_the_target_is_refused(serve: Serve, run_import: Import, target: Target) -> None:
    url = serve(Scaleway([an_image(1)])).url
    run_import("scaleway", url)
    assert target.caller.delete(f"/images/{image_id(1)}").status == 204

    done = run_import("scaleway", url)

    assert (done.exit_code, "its id is taken" in done.stdout) == (3, True)


def test_a_source_that_fails_on_a_later_page_stops_the_import(serve: Serve, run_import: Import) -> None:
    usual = Scaleway([an_image(1)])

    def failing(asked: Asked) -> Reply:
        return Reply(500, {"type": "api_error", "message": "oops"}) if asked.query.get("page") == "2" else usual(asked)

    done = run_import("scaleway", serve(failing).url)

    assert done.exit_code == 1
    assert "500: oops" in done.stderr
