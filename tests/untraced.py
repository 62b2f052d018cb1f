"""Third-party code run without coverage's tracer, which would otherwise be called for each of its Python calls."""

import sys
from collections.abc import Callable
from typing import Any


def untraced(act: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, hidden from coverage and from debuggers."""

    def call(*args: Any, **kwargs: Any) -> Any:
        tracer = sys.gettrace()
        if tracer is None:
            return act(*args, **kwargs)
        sys.settrace(None)
        try:
            return act(*args, **kwargs)
        finally:
            sys.settrace(tracer)

    return call
