"""AWS that refuses, or does not answer, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from tests.api import Api


@contextmanager
def failing(client: Any, operation: str, code: str, status: int) -> Iterator[None]:
    """Have a client of AWS be answered with an error whenever it calls this operation."""
    name = f"before-call.{client.meta.service_model.service_name}.{operation}"

    def fail(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        response = AWSResponse("https://aws.example", status, HTTPHeaders(), BytesIO())
        error = {"Code": code, "Message": "as the test asks"}
        return response, {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}

    client.meta.events.register_first(name, fail)
    try:
        yield
    finally:
        client.meta.events.unregister(name, fail)


def sweep(api: Api) -> None:
    """Have what was left behind looked at some minutes later, and the work done that this makes."""
    api.clock.advance(600)
    api.world.reaper.sweep()
    api.work()
