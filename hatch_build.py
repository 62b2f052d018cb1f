"""What the wheel has besides our own code: of oslo.utils the module that inspects images, and its licence.

The library's other requirements, which that module does without, would double what is installed for the command.
"""

from importlib.metadata import distribution
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = "oslo.utils"
MODULES = ("oslo_utils/__init__.py", "oslo_utils/units.py", "oslo_utils/imageutils/format_inspector.py")
PLACE = "rosetta/packed"
"""Where `rosetta/looking.py` has it imported from, unless the library itself is installed."""


class PackInspectors(BuildHookInterface[Any]):
    """Adds the files to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # as hatchling calls it
        """Raises PackageNotFoundError, RuntimeError if the library is not what it was."""
        found = {path.as_posix(): path for path in distribution(LIBRARY).files or ()}
        licences = [name for name in found if name.endswith("/LICENSE")]
        if not licences or not found.keys() >= set(MODULES):
            raise RuntimeError(f"{LIBRARY} has other files than {', '.join(MODULES)} and a licence")
        for name in (*MODULES, *licences):
            build_data["force_include"][str(found[name].locate())] = f"{PLACE}/{name}"
