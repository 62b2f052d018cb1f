"""What the console's view of one image in all dialects says in its sources."""

import re

from tests.processes import ROOT

CONSOLE = ROOT / "chalicelib" / "console"


def titles() -> dict[str, str]:
    """The title of each dialect, in the order of the columns."""
    [table] = re.findall(r"^export const DIALECTS = {(.*?)^};", _source("views.js"), re.MULTILINE | re.DOTALL)
    return dict(re.findall(r'(\w+): "([^"]+)"', table))


def compared() -> set[str]:
    """The dialects with fields in the comparison."""
    [table] = re.findall(r"^export const FACTS = {(.*?)^};", _source("comparison.js"), re.MULTILINE | re.DOTALL)
    own = set(re.findall(r'\b([a-z]\w*): "', table))
    return own | {"glance_v1", "glance_v2"} if "same(" in table else own


def _source(name: str) -> str:
    return (CONSOLE / name).read_text("utf-8")
