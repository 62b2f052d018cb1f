"""oslo.utils' image inspectors: what OpenStack's services say of the first bytes of an image.

Of the library one module is imported, and with it nothing that the inspectors do without: neither translations nor
what decrypts LUKS, for which nobody here has passphrases. So nothing else of its requirements has to be there.
"""

import importlib.util
import logging
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

MODULE = "oslo_utils.imageutils.format_inspector"
T = TypeVar("T")


class Opinion(NamedTuple):
    """What an inspector says of an image of its format.

    `size` is zero if it is unknown, `failed` are the names of the safety checks that fail. One that is not `sound`
    could not be read to its end. A VMDK may have a `descriptor`.
    """

    size: int
    failed: frozenset[str]
    sound: bool
    descriptor: str | None = None
    subformat: str | None = None


def opinion(name: str, head: bytes, tail: bytes = b"") -> Opinion | None:
    """What the inspector of a format says of the first bytes, and the last if it asks for them; None if they are none.

    It never raises, whatever the bytes are.
    """
    inspector = oslo().ALL_FORMATS[name]()
    try:
        return _opinion(inspector, head, tail)
    finally:
        vars(inspector).clear()  # its checks are bound to it, and would hold megabytes until cycles are collected


def _opinion(inspector: Any, head: bytes, tail: bytes) -> Opinion | None:
    sound = _attempt(lambda: _feed(inspector, head, tail))
    if not _attempt(lambda: inspector.format_match):
        return None
    failed = _attempt(lambda: _failed(inspector))
    size = _attempt(lambda: inspector.virtual_size)
    texts = (getattr(inspector, field, None) for field in ("desc_text", "vmdktype"))
    return Opinion(size or 0, failed or frozenset(), bool(sound) and failed is not None, *texts)


def _feed(inspector: Any, head: bytes, tail: bytes) -> bool:
    """Only the end of what was fed is ever asked for, not where it was: the last bytes may follow the first."""
    inspector.eat_chunk(head)
    if tail and inspector.has_region("footer"):
        inspector.eat_chunk(tail)
    inspector.finish()
    return True


def _failed(inspector: Any) -> frozenset[str]:
    try:
        inspector.safety_check()
    except oslo().SafetyCheckFailed as error:
        for failure in error.failures.values():
            failure.__traceback__ = None  # which holds the frame that holds the failure, and all that called it
        return frozenset(error.failures)
    return frozenset()


def _attempt(action: Callable[[], T]) -> T | None:
    try:
        return action()
    except Exception:  # noqa: BLE001  # whatever it stumbles over in others' bytes is a finding, and no reason to stop
        return None


STAND_INS: dict[str, dict[str, Any]] = {
    "oslo_utils._i18n": {"_": str},
    "oslo_utils.imageutils": {},
    "oslo_utils.imageutils._luks": {"LUKSHeader": dict},
}
"""What the module names of these while it is imported, and when it reads an image without a passphrase."""


@cache
def oslo() -> Any:
    """The library's module, which takes some milliseconds. It logs nothing: names in images are not ours to repeat."""
    before = {name: sys.modules.pop(name, None) for name in STAND_INS}
    try:
        for name, names in STAND_INS.items():
            sys.modules[name] = ModuleType(name)
            vars(sys.modules[name]).update(names)
        module = _loaded()
    finally:
        for name, found in before.items():
            del sys.modules[name]
            if found is not None:
                sys.modules[name] = found
    module.LOG = logging.getLogger(f"{__name__}.oslo")
    module.LOG.disabled = True
    return module


def _loaded() -> Any:
    """A copy of our own: whoever else imports the module gets the library's own."""
    import oslo_utils  # noqa: PLC0415  # the worker needs it, and not before it has bytes to inspect

    folder = Path(oslo_utils.__path__[0])
    spec = importlib.util.spec_from_file_location(MODULE, folder / "imageutils" / "format_inspector.py")
    if spec is None or spec.loader is None:
        raise ImportError(MODULE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
