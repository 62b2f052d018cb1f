"""What all drivers share: calls of a library come in, as lines of JSON; what came of them goes out.

A call is `{"endpoint", "token", "tenant", "method", "arguments", "fields"}`, and what a driver needs besides.
An answer is `{"result": …}`, or `{"error": name of the class, "message": …, "status": …}`.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

Call = Mapping[str, Any]


def serve(perform: Callable[[Call], Any]) -> None:
    """Have each call performed, one after the other, until no more come."""
    for line in sys.stdin:
        sys.stdout.write(_answer(perform, json.loads(line)) + "\n")
        sys.stdout.flush()


def _answer(perform: Callable[[Call], Any], call: Call) -> str:
    try:
        return json.dumps({"result": perform(call)})
    except Exception as error:  # noqa: BLE001  # whatever it raises is the answer
        return json.dumps({"error": type(error).__name__, "message": str(error), "status": _status(error)})


def _status(error: Exception) -> int | None:
    """The HTTP status behind an error, which some keep themselves and others in the response they keep."""
    status: int | None = getattr(error, "code", getattr(getattr(error, "response", None), "status_code", None))
    return status
