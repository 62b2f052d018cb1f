"""QingCloud; a captured image is known by an alias of this dialect, others by their UUIDs."""

from functools import partial

from tests.api import basic
from tests.permissions.operations.operation import Operation

ZONE, HERE = "/v2/zone/{zone}", "/v2/zone/ac1"
IMAGES, SOME = f"{ZONE}/images", f"{HERE}/images"
TOKEN = "/v2/oauth2/token"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

_op = partial(Operation, "qingcloud")

OPERATIONS = (
    *(
        operation
        for about in ("captured image", "cloud image")
        for operation in (
            _op("GET", IMAGES, "images", SOME, about, variant=about),
            _op("GET", IMAGES, "deleted images", f"{SOME}?status=deleted", about, variant=f"deleted, {about}"),
            _op("GET", IMAGES, "show", f"{SOME}?images={{id}}", about, variant=f"by id, {about}"),
            _op(
                "PUT",
                IMAGES,
                "modify",
                SOME,
                about,
                body={"image": "{id}", "image_name": "{new}"},
                stores=True,
                variant=about,
            ),
            _op("DELETE", f"{IMAGES}/{{image_ids}}", "delete", f"{SOME}/{{id}}", about, stores=True, variant=about),
            _op(
                "POST",
                f"{ZONE}/lease",
                "recover",
                f"{HERE}/lease",
                about,
                body={"resources": ["{id}"]},
                stores=True,
                variant=about,
            ),
        )
    ),
    _op("POST", TOKEN, "sign in", TOKEN, headers=FORM, body="grant_type=client_credentials", shown_by=basic),
    _op(
        "POST", TOKEN, "sign in by a token", TOKEN, headers=FORM, body="grant_type=client_credentials", variant="token"
    ),
    _op("POST", IMAGES, "capture", SOME, "machine", body={"instance": "{id}"}, stores=True, creates=True),
    _op("GET", f"{ZONE}/job/{{job_id}}", "a job", f"{HERE}/job/{{id}}", "job"),
    _op("GET", f"{ZONE}/jobs", "jobs", f"{HERE}/jobs", "job"),
    _op("GET", f"{ZONE}/unfinished_jobs", "jobs", f"{HERE}/unfinished_jobs", "job"),
)
