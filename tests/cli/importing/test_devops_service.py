"""Moving in from devops-service."""

import pytest

from tests.cli.importing.conftest import Import, Serve, Target, totals
from tests.cli.importing.sources import PASSWORD, Devops, Document

CENTOS = {"id": "ami-83e4bcea", "provider": "ec2", "remote_user": "centos", "name": "centos 7"}


def listed(target: Target) -> list[Document]:
    records: list[Document] = target.caller.get("/v3/images").json
    return records


def test_records_keep_their_ids(serve: Serve, run_import: Import, target: Target) -> None:
    odd = {"id": "a:b+c@d%2F", "provider": "static", "remote_user": "ünal", "name": "", "bootstrap_template": "t"}

    done = run_import("devops-service", serve(Devops([CENTOS, odd])).url)

    assert (done.exit_code, totals(done)) == (0, (2, 0, 0))
    assert listed(target) == [odd, CENTOS]


def test_a_record_that_is_there_is_skipped_or_changed(serve: Serve, run_import: Import, target: Target) -> None:
    source = Devops([{**CENTOS, "name": None, "bootstrap_template": None}, {**CENTOS, "id": "2"}])
    url = serve(source).url

    first, second = run_import("devops-service", url), run_import("devops-service", url)
    source.records[0] = {**CENTOS, "remote_user": "root"}
    third = run_import("devops-service", url)

    assert [totals(each) for each in (first, second, third)] == [(2, 0, 0), (0, 2, 0), (1, 1, 0)]
    assert listed(target)[1] == {**CENTOS, "remote_user": "root"}


REFUSABLE = {
    "a provider that is not configured": ({"provider": "azure"}, "Invalid provider 'azure'"),
    "no user": ({"remote_user": ""}, "'remote_user' can not be empty"),
    "an id with a slash": ({"id": "a/b"}, "Invalid image id"),
}


@pytest.mark.parametrize(("fields", "why"), REFUSABLE.values(), ids=REFUSABLE.keys())
def test_what_the_target_cannot_hold_is_refused(
    serve: Serve, run_import: Import, fields: dict[str, str], why: str
) -> None:
    done = run_import("devops-service", serve(Devops([{**CENTOS, **fields}, CENTOS | {"id": "2"}])).url)

    assert (done.exit_code, totals(done)) == (3, (1, 0, 1))
    assert why in done.stdout


def test_a_record_of_another_provider_is_left_alone(serve: Serve, run_import: Import, target: Target) -> None:
    run_import("devops-service", serve(Devops([CENTOS])).url)

    done = run_import("devops-service", serve(Devops([{**CENTOS, "provider": "static", "name": "other"}])).url)

    assert (done.exit_code, "its provider at the target is ec2" in done.stdout) == (3, True)
    assert listed(target) == [CENTOS]


def test_wrong_credentials_stop_the_import_and_are_not_shown(serve: Serve, run_import: Import) -> None:
    url = serve(Devops([CENTOS])).url

    there = run_import("devops-service", url, SOURCE_PASSWORD=f"{PASSWORD}!")
    here = run_import("devops-service", url, "--user", "somebody-else")

    assert ["the source" in there.stderr, "the target" in here.stderr] == [True, True]
    assert (there.exit_code, here.exit_code) == (1, 1)
    assert PASSWORD not in there.output


def test_something_that_is_no_list_stops_the_import(serve: Serve, run_import: Import) -> None:
    source = Devops([])
    source.records = "nothing"  # type: ignore[assignment]  # what a broken service may send

    done = run_import("devops-service", serve(source).url)

    assert (done.exit_code, "unexpected response" in done.stderr) == (1, True)
