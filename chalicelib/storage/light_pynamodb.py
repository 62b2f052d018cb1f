"""pynamodb without botocore's client, which it imports for annotations, and in case it makes a client itself.

To be imported before anything of pynamodb; whoever imports botocore's modules afterwards gets what they are. Where
they are there already nothing is gained by leaving them out.
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
"""What pynamodb 6.1.0 names of these modules while it is imported."""


def _import() -> None:
    if "botocore.client" in sys.modules or "pynamodb.connection" in sys.modules:
        return
    missing = {name: names for name, names in STAND_INS.items() if name not in sys.modules}
    for name, names in missing.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(names)
    botocore.session = sys.modules["botocore.session"]  # for an annotation
    try:
        import pynamodb.connection  # noqa: F401, PLC0415  # this is what it is all for
    finally:
        del botocore.session
        for name in missing:
            del sys.modules[name]


_import()
