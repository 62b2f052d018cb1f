"""Imports pynamodb without botocore's client, which it needs only for annotations, and to make clients of its own.

Import this before anything of pynamodb. Later imports of botocore's modules get the real ones. Nothing is left out
if they have been imported already.
"""

import sys
from types import ModuleType
from typing import Any

import botocore
from botocore.exceptions import ClientError

STAND_INS: dict[str, dict[str, Any]] = {
    "botocore.client": {"ClientError": ClientError},
    "botocore.config": {},
    "botocore.session": {"Session": object, "get_session": None},
    "pynamodb.connection._botocore_private": {"BotocoreBaseClientPrivate": object},
}
"""The names in these modules that pynamodb 6.1.0 needs while it is imported."""


def _import() -> None:
    if "botocore.client" in sys.modules or "pynamodb.connection" in sys.modules:
        return
    missing = {name: names for name, names in STAND_INS.items() if name not in sys.modules}
    for name, names in missing.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(names)
    botocore.session = sys.modules["botocore.session"]  # for an annotation
    try:
        import pynamodb.connection  # noqa: F401, PLC0415  # imported for its side effect
    finally:
        del botocore.session
        for name in missing:
            del sys.modules[name]


_import()
