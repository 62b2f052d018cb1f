"""The OpenAPI description of `/healthz` and `/readyz`."""

from chalicelib.catalog.outage import Outage
from chalicelib.http.health import ALIVE, READY
from chalicelib.http.openapi import Answer, Description, Operation, Schema, record, refusals

MESSAGE: Schema = record({"message": {"type": "string", "minLength": 1}})
OUTAGE: Schema = {"type": "string", "enum": [str(outage) for outage in Outage]}
KEPT: dict[str, Schema] = {"Cache-Control": {"const": "no-store"}}
ANSWERS: Schema = record(
    {"status": {"const": "not ready"}, "tables": OUTAGE, "bucket": OUTAGE}, optional=("tables", "bucket")
)

DESCRIPTION = Description(
    title="Health",
    about="For load balancers and uptime checks, without a token.",
    security={},
    schemas={},
    operations={
        ("GET", ALIVE): Operation(
            "Check that the service is alive, without requests to AWS",
            {200: Answer("Alive", record({"status": {"const": "alive"}}), headers=KEPT)},
        ),
        ("GET", READY): Operation(
            "Check that the service is ready, tables and bucket included",
            {
                200: Answer("Ready", record({"status": {"const": "ready"}}), headers=KEPT),
                503: Answer(
                    "Not ready: which dependency fails, and how",
                    ANSWERS,
                    headers=KEPT,
                    example={"status": "not ready", "tables": "timed out"},
                ),
            },
            description="Results are cached for five seconds.",
        ),
    },
    errors=refusals((500,), MESSAGE),
)
