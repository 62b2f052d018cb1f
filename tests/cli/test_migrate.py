"""What a migration says when there is nothing to move, and when lists differ."""

import json

from tests.api import Api
from tests.cli.conftest import Run
from tests.factories import an_image
from tests.storage.contract.shelf import rows


def test_tables_of_this_release_are_as_they_are(run: Run) -> None:
    moved, as_json = run("migrate"), run("migrate", "--check", "--json")

    assert (moved.exit_code, moved.stdout) == (0, "All lists and totals match the images.\n")
    assert moved.stderr == "0 images seen, 0 moved\n"
    assert (as_json.exit_code, as_json.stdout, as_json.stderr) == (0, "{}\n", "")


def test_lists_that_differ_are_told_by_their_kinds(run: Run, api: Api) -> None:
    image = api.world.images.add(an_image(name="web"))
    for row in rows(image.id):
        row.delete()

    told, as_json = run("migrate", "--check"), run("migrate", "--check", "--json")

    assert (told.exit_code, as_json.exit_code) == (1, 1)
    assert told.stdout.splitlines() == [f"{kind}: {off} differ" for kind, off in json.loads(as_json.stdout).items()]
    assert told.stdout
