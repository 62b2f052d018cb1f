"""Stands for Lambda, in a process of its own: handlers of an unpacked bundle, with nothing else to import from.

Run as `python -I -S lambda_start.py FOLDER`. First it says what was imported from where; then it answers each line
`{"handler": …, "event": …}` by a line. While it imports no connection is made, and later none leaves the machine.
"""

import importlib
import json
import os
import sys
from typing import Any


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the application prints is its log
    sys.path.insert(0, sys.argv[1])
    reachable: set[object] = set()
    sys.addaudithook(lambda event, arguments: _guard(event, arguments, reachable))
    app = importlib.import_module("app")
    reachable.update(("127.0.0.1", b"127.0.0.1"))
    answers.write(json.dumps({"modules": _modules(), "path": sys.path}) + "\n")
    for line in sys.stdin:
        call = json.loads(line)
        answers.write(json.dumps(getattr(app, call["handler"])(call["event"], None)) + "\n")


def _guard(event: str, arguments: tuple[Any, ...], reachable: set[object]) -> None:
    host = arguments[1][0] if event == "socket.connect" else arguments[0] if event == "socket.getaddrinfo" else None
    if host is not None and host not in reachable:
        raise PermissionError(f"{event} {host}")


def _modules() -> dict[str, str]:
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return {name: file for name, file in files.items() if file is not None}


if __name__ == "__main__":
    main()
