"""Work of others that coverage need not follow: its tracer is called for every Python call, whoever makes it."""

import sys
from collections.abc import Callable
from typing import Any


def untraced(act: Callable[..., Any]) -> Callable[..., Any]:
    """The same, unseen by coverage or a debugger, if there is one."""

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
