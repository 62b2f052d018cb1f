"""botocore's client of DynamoDB, for environments unlike Lambda's: those that are not `plain`."""

import zlib
from collections.abc import Callable, Sequence
from ssl import SSLCertVerificationError
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, SSLError


def client(
    region: str,
    seconds: tuple[float, float],
    attempts: int,
    note: Callable[[str, Exception | None], None],
    counts: Sequence[Callable[[], None]],
) -> Any:
    """A client that reports its attempts as our own does; `seconds` are the timeouts for connecting and reading."""
    connect, read = seconds
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(connect_timeout=connect, read_timeout=read, retries=retries, parameter_validation=False)
    found: Any = botocore.session.get_session().create_client("dynamodb", region_name=region, config=config)

    def noted(response: Any, caught_exception: Exception | None, **_: Any) -> None:
        http: Any = None
        parsed: dict[str, Any] = {}
        if response:
            http, parsed = response
        note(parsed.get("Error", {}).get("Code", ""), _lost(caught_exception) or _broken(http))

    def counted(**_: Any) -> None:
        for count in counts:
            count()

    found.meta.events.register("needs-retry.dynamodb", noted)

    def looked_at(http_response: Any, **_: Any) -> None:
        broken = _broken(http_response)
        if broken:
            raise broken

    found.meta.events.register("after-call.dynamodb", looked_at)
    found.meta.events.register("before-send.dynamodb", counted)
    return found


def _broken(http: Any) -> ConnectionClosedError | None:
    """An error for a response whose checksum is wrong, which botocore would accept from the last attempt."""
    checksum = http.headers.get("x-amz-crc32") if http else None
    if checksum is None or checksum == str(zlib.crc32(http.content)):
        return None
    return ConnectionClosedError(endpoint_url=http.url, error="its checksum is wrong")


def _lost(error: Exception | None) -> Exception | None:
    """The error, or ConnectionClosedError for an SSLError after which the request may have been sent.

    Callers take an SSLError to mean that nothing was sent, but botocore raises it for tampered responses too.
    """
    if isinstance(error, SSLError) and not isinstance(error.kwargs["error"].args[0], SSLCertVerificationError):
        return ConnectionClosedError(endpoint_url=error.kwargs["endpoint_url"], error=error)
    return error
