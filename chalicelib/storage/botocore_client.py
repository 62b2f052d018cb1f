"""botocore's client of DynamoDB, for environments that are unlike Lambda's: those that are not `plain`."""

from collections.abc import Callable, Sequence
from typing import Any

import botocore.session
from botocore.config import Config


def client(
    region: str,
    seconds: tuple[float, float],
    attempts: int,
    note: Callable[[str, Exception | None], None],
    counts: Sequence[Callable[[], None]],
) -> Any:
    """A client that tells of its attempts as our own does; `seconds` are for connecting and for answering."""
    connect, read = seconds
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(connect_timeout=connect, read_timeout=read, retries=retries, parameter_validation=False)
    found: Any = botocore.session.get_session().create_client("dynamodb", region_name=region, config=config)

    def noted(response: Any, caught_exception: Exception | None, **_: Any) -> None:
        note(response[1].get("Error", {}).get("Code", "") if response else "", caught_exception)

    def counted(**_: Any) -> None:
        for count in counts:
            count()

    found.meta.events.register("needs-retry.dynamodb", noted)
    found.meta.events.register("before-send.dynamodb", counted)
    return found
