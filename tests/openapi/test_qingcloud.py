"""What the QingCloud dialect answers is what it says of itself."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from chalicelib.catalog.job import Action, Job, JobStatus
from chalicelib.dialects.qingcloud import listing, schema, tokens
from chalicelib.dialects.qingcloud.openapi import PROCESSORS, PROVIDERS, VISIBILITIES
from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.qingcloud.machines import Machines
from tests.dialects.qingcloud.qingcloud import FORM, add, add_in_status, add_system_image
from tests.openapi.checking import Case, Facts, documented, operations_of
from tests.openapi.sharing import an_api

ZONE = "/v2/zone/{zone}"
IMAGES, DELETED, LEASE = f"{ZONE}/images", f"{ZONE}/images/{{image_ids}}", f"{ZONE}/lease"
JOB, JOBS, UNFINISHED = f"{ZONE}/job/{{job_id}}", f"{ZONE}/jobs", f"{ZONE}/unfinished_jobs"
TOKEN, SIGN_IN = tokens.PATH, f"grant_type={tokens.GRANT}"
TENANT = "described-qingcloud"
HERE = "/v2/zone/ac1"
HIDDEN = "img-00000000"
REQUESTS: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", IMAGES): ("/images?seen={image}{bare}{system}", None),
    ("POST", IMAGES): ("/images", {"instance": "{stopped}"}),
    ("PUT", IMAGES): ("/images", {"image": "{image}"}),
    ("DELETE", DELETED): ("/images/{image}", None),
    ("POST", LEASE): ("/lease", {"resources": ["{deleted}"]}),
    ("GET", JOB): ("/job/{pending}", None),
    ("GET", JOBS): ("/jobs?seen={successful}{failed}", None),
    ("GET", UNFINISHED): ("/unfinished_jobs?seen={pending}{working}", None),
}
"""A request of each operation that succeeds: what follows the zone, and the body."""


def everywhere(status: int, caller: str = "owner", zone: str = "ac1") -> list[Case]:
    """A case of each operation, by this caller and in this zone."""
    return [
        Case(method, path, status, f"/v2/zone/{zone}{rest}", caller, body)
        for (method, path), (rest, body) in REQUESTS.items()
    ]


def searching(status: int, query: str = "", body: Any = None, *, conforms: bool = True) -> Case:
    return Case("GET", IMAGES, status, f"{HERE}/images{query}", body=body, conforms=conforms)


def capturing(status: int, body: Any, *, conforms: bool = True) -> Case:
    return Case("POST", IMAGES, status, f"{HERE}/images", body=body, conforms=conforms)


def changing(status: int, body: Any, caller: str = "owner", *, conforms: bool = True) -> Case:
    return Case("PUT", IMAGES, status, f"{HERE}/images", caller, body=body, conforms=conforms)


def recovering(status: int, body: Any, *, conforms: bool = True) -> Case:
    return Case("POST", LEASE, status, f"{HERE}/lease", body=body, conforms=conforms)


def deleting(status: int, image_ids: str, caller: str = "owner") -> Case:
    return Case("DELETE", DELETED, status, f"{HERE}/images/{image_ids}", caller)


def signing_in(status: int, body: str, caller: str = "user") -> Case:
    return Case("POST", TOKEN, status, TOKEN, caller, body=body, headers=FORM)


CLOSED = {
    "status": listing.STATUSES,
    "processor_type": ["", *PROCESSORS],
    "visibility": ["", *VISIBILITIES],
    "provider": ["", *PROVIDERS],
}
"""Filters, and all that they can be."""
CASES = [
    *everywhere(200),
    *everywhere(401, "invalid"),
    *everywhere(403, "nobody"),
    *everywhere(404, zone="unknown"),
    *(searching(200, f"?{name}={value}") for name, values in CLOSED.items() for value in values),
    *(searching(400, f"?{name}=other", conforms=False) for name in CLOSED),
    searching(200, "?status=available&status=deleted&os_family=CentOS&search_word=%20a&offset=1&limit=1000"),
    searching(200, "?images={image}&images={bare}&images={deleted}"),
    searching(200, body={"images": ["{image}"], "status": ["available"], "limit": 1, "offset": 0, "verbose": 1}),
    searching(200, body={"processor_type": "", "visibility": "private", "os_family": "x", "search_word": ""}),
    searching(400, "?limit=0", conforms=False),
    searching(400, "?offset=word", conforms=False),
    searching(400, body=[], conforms=False),
    searching(400, body={"images": [1]}, conforms=False),
    searching(400, body={"limit": True}, conforms=False),
    searching(400, body={"provider": 3}, conforms=False),
    searching(404, f"?images={HIDDEN}"),
    capturing(200, {"instance": "{stopped}", "image_name": "a" * schema.LONGEST_NAME, "x": 1}),
    capturing(400, {}, conforms=False),
    capturing(400, {"instance": ""}, conforms=False),
    capturing(400, {"instance": "{stopped}", "image_name": "a" * (schema.LONGEST_NAME + 1)}, conforms=False),
    capturing(400, {"instance": "{stopped}", "image_name": None}, conforms=False),
    capturing(404, {"instance": "i-unknown"}),
    capturing(409, {"instance": "{running}"}),
    changing(200, {"image": "{image}", "image_name": "", "description": "d" * schema.LONGEST_DESCRIPTION}),
    changing(200, {"image": "{bare}", "description": ""}),
    changing(400, {"image": "a,b"}, conforms=False),
    changing(400, {"image": "{image}", "description": "d" * (schema.LONGEST_DESCRIPTION + 1)}, conforms=False),
    changing(400, "[]", conforms=False),
    changing(403, {"image": "{system}"}),
    changing(404, {"image": "{image}"}, "stranger"),
    changing(409, {"image": "{ceased}"}),
    deleting(200, "{image},%20{bare}"),
    deleting(400, ",".join(["a"] * schema.MAX_IDS + [f"a{number}" for number in range(schema.MAX_IDS)])),
    deleting(403, "{system}"),
    deleting(404, "{image}", "stranger"),
    deleting(409, "{deleted}"),
    recovering(200, {"resources": "{deleted}"}),
    recovering(400, {"resources": []}, conforms=False),
    recovering(400, {"resources": " , "}, conforms=False),
    recovering(400, {"resources": [f"img-{number}" for number in range(schema.MAX_IDS + 1)]}, conforms=False),
    recovering(400, {}, conforms=False),
    recovering(403, {"resources": ["{system}"]}),
    recovering(404, {"resources": [HIDDEN]}),
    recovering(409, {"resources": ["{image}"]}),
    *(signing_in(200, body) for body in (SIGN_IN, f"{SIGN_IN}&scope=")),
    *(signing_in(400, body) for body in ("grant_type=password", SIGN_IN.encode("utf-16").decode("latin-1"), "")),
    signing_in(401, SIGN_IN, "invalid"),
    Case("GET", JOB, 200, "/v2/zone/ac2/job/{successful}"),
    Case("GET", JOB, 200, "/v2/zone/ac2/job/{failed}"),
    Case("GET", JOB, 400, f"{HERE}/job/{{pending}}", body=[]),
    Case("GET", JOB, 404, f"{HERE}/job/unknown"),
    Case("GET", JOBS, 200, f"{HERE}/jobs?jobs={{pending}}&jobs={{failed}}&status=failed&offset=0"),
    Case("GET", JOBS, 400, f"{HERE}/jobs?status=other", conforms=False),
    Case("GET", UNFINISHED, 400, f"{HERE}/unfinished_jobs", body="x"),
]


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return an_api(aws)


@pytest.fixture(scope="module")
def instances(aws: Aws, api: Api) -> dict[str, str]:
    """Machines of the tenant, started once the registry's AWS is empty, by the state that they are in."""
    machines = Machines(aws.ec2(None))
    return {state: machines.start(state=state, tenant=TENANT) for state in ("stopped", "running")}


@pytest.fixture(scope="module")
def callers(api: Api) -> dict[str, Caller]:
    def bearer(tenant: str, *policies: str) -> Caller:
        secret = api.world.identities.issue(a_caller(tenant, *policies))
        return Caller(api, {"Authorization": f"Bearer {secret}"})

    return {
        "owner": bearer(TENANT, *ORDINARY),
        "user": api.basic_caller(TENANT),
        "stranger": bearer("stranger", *ORDINARY),
        "nobody": bearer(TENANT),
        "invalid": Caller(api, {"Authorization": "Bearer never-issued"}),
    }


@pytest.fixture
def facts(api: Api, instances: dict[str, str]) -> Facts:
    """Images, jobs and machines of every kind, by the name that cases call them."""
    return Facts(
        {
            **{state: partial(instances.__getitem__, state) for state in instances},
            **{status.value: partial(a_job, api, status) for status in JobStatus},
            "image": lambda: captured(api),
            "bare": lambda: add(api, owner=TENANT),
            "system": lambda: add_system_image(api),
            "deleted": lambda: add_in_status(api, Status.PENDING_DELETE, owner=TENANT),
            "ceased": lambda: add_in_status(api, Status.DELETED, owner=TENANT),
        }
    )


def captured(api: Api) -> str:
    """Keep an image that has an id of this dialect; returns that."""
    alias = schema.new_alias()
    add(api, owner=TENANT, aliases=alias, architecture="arm64", size=1, zone="ac1")
    return alias[schema.NAMESPACE]


def a_job(api: Api, status: JobStatus) -> str:
    """Keep a job of the tenant; returns its id."""
    now = api.clock.now()
    new = Job(id=str(uuid4()), owner=TENANT, action=Action.CAPTURE, zone="ac1", names=("img-1",), created_at=now)
    began = new._replace(status=status, began_at=None if status is JobStatus.PENDING else now)
    job = began._replace(finished_at=now, info="it could not be done") if began.finished else began
    api.world.jobs.add(job)
    return job.id


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_described(callers: dict[str, Caller], facts: Facts, case: Case) -> None:
    assert case.problems(callers, facts) == []


def test_every_documented_status_is_asked_for() -> None:
    assert {(case.operation, case.status) for case in CASES} == documented("qingcloud")


def test_every_operation_is_asked_for() -> None:
    assert {*REQUESTS, ("POST", TOKEN)} == operations_of("qingcloud").keys()
