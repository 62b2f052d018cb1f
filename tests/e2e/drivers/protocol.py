"""What all drivers share: calls of a library come in, as lines of JSON; what came of them goes out.

A call is `{"endpoint", "token", "tenant", "method", "arguments", "fields"}`, and what a driver needs besides.
An answer is `{"result": …}`, or `{"error": name of the class, "message": …, "status": …}`.
"""

import contextlib
import io
import json
import os
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


class Terminal(io.StringIO):
    """What is typed at a command, which would take the input of a driver for that of its own."""

    def isatty(self) -> bool:
        return True


def in_process(main: Callable[[], Any]) -> Any:
    """What comes of a command in a process of its own, as some keep for ever what they have looked up."""
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, json.dumps(_printed(main)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.wait()
    return json.loads(told)


def _printed(main: Callable[[], Any]) -> dict[str, Any]:
    """The exit status of a command, and what it printed."""
    said, told = io.StringIO(), io.StringIO()
    sys.stdin = Terminal()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            status = main()
        except SystemExit as error:
            status = error.code
    return {"status": status or 0, "stdout": said.getvalue(), "stderr": told.getvalue()}
