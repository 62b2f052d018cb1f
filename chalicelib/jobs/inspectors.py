"""oslo.utils' image inspectors, by which OpenStack's services judge the first bytes of an image.

Only one module of the library is imported, without translations and without what decrypts LUKS, so that none of its
requirements has to be installed.
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
    """An inspector's result for an image of its format.

    `size` is zero if it is unknown; `failed` are the names of failed safety checks. An image that is not `sound` could
    not be read to its end. A VMDK may have a `descriptor`.
    """

    size: int
    failed: frozenset[str]
    sound: bool
    descriptor: str | None = None
    subformat: str | None = None


def opinion(name: str, head: bytes, tail: bytes = b"") -> Opinion | None:
    """The result of a format's inspector for the first bytes, and the last ones; None if they are not of that format.

    Never raises, whatever the bytes are.
    """
    inspector = oslo().ALL_FORMATS[name]()
    try:
        return _opinion(inspector, head, tail)
    finally:
        vars(inspector).clear()  # it is in a cycle with its checks, which would hold megabytes until collected


def _opinion(inspector: Any, head: bytes, tail: bytes) -> Opinion | None:
    sound = _attempt(lambda: _feed(inspector, head, tail))
    if not _attempt(lambda: inspector.format_match):
        return None
    failed = _attempt(lambda: _failed(inspector))
    size = _attempt(lambda: inspector.virtual_size)
    texts = (getattr(inspector, field, None) for field in ("desc_text", "vmdktype"))
    return Opinion(size or 0, failed or frozenset(), bool(sound) and failed is not None, *texts)


def _feed(inspector: Any, head: bytes, tail: bytes) -> bool:
    """Feed the first bytes, and directly after them the last: inspectors never ask for the offset of a footer."""
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
            failure.__traceback__ = None  # breaks a cycle by way of the frame
        return frozenset(error.failures)
    return frozenset()


def _attempt(action: Callable[[], T]) -> T | None:
    try:
        return action()
    except Exception:  # noqa: BLE001  # a failure on hostile bytes is a finding
        return None


STAND_INS: dict[str, dict[str, Any]] = {
    "oslo_utils._i18n": {"_": str},
    "oslo_utils.imageutils": {},
    "oslo_utils.imageutils._luks": {"LUKSHeader": dict},
}
"""The names in these modules that the library needs at import, and for images without a passphrase."""


@cache
def oslo() -> Any:
    """The library's module, imported in some milliseconds. Its log is off, as it would repeat names in images."""
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
    """A private copy of the module: other imports get the library's own."""
    import oslo_utils  # noqa: PLC0415  # only the worker needs it, once it has bytes to inspect

    folder = Path(oslo_utils.__path__[0])
    spec = importlib.util.spec_from_file_location(MODULE, folder / "imageutils" / "format_inspector.py")
    if spec is None or spec.loader is None:
        raise ImportError(MODULE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
