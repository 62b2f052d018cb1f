"""The arrows of the architecture, and the size of what stands at their ends."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from chalicelib.dialects import DIALECTS

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]
}
THIRD_PARTY = {"botocore", "mypy_boto3_ec2", "mypy_boto3_s3", "mypy_boto3_sqs", "pynamodb", "urllib3"}
ARROWS: dict[str, set[str]] = {
    "chalicelib.catalog": {"chalicelib.catalog"},
    "chalicelib.http.gateway": {"chalicelib.catalog", "chalicelib.http", "chalice"},
    "chalicelib.http": {"chalicelib.catalog", "chalicelib.http"},
    "chalicelib.jobs.inspectors": {"oslo_utils"},
    "chalicelib.jobs.signatures": {"chalicelib.catalog", "cryptography"},
    "chalicelib.jobs": {"chalicelib.catalog", "chalicelib.jobs"},
    "chalicelib.storage": {"chalicelib.catalog", "chalicelib.storage", *THIRD_PARTY},
    "chalicelib.dialects": {"chalicelib.catalog", "chalicelib.http"},
    "chalicelib.settings": {"chalicelib.catalog.image", "chalicelib.catalog.principal", "chalicelib.catalog.rules"},
    "chalicelib.bootstrap": {"chalicelib", "mypy_boto3_ec2", "mypy_boto3_s3", "mypy_boto3_sqs"},
    "app": {"chalicelib.bootstrap", "chalice"},
    "chalicelib": set(),
}
"""What a module or package may import besides the standard library; the most specific entry counts."""
SHARED = ("chalicelib.catalog", "chalicelib.storage", "chalicelib.http", "chalicelib.jobs")
SLOW = ("botocore", "cryptography", "oslo_utils", "urllib3")
"""Imported by whoever needs them when they are needed, with the exception of botocore's exceptions."""
SLOW_AT_ONCE = {"chalicelib.storage.botocore_client"}
"""What imports them as it is imported: environments that are unlike Lambda's cannot do without."""
SERVICES = {"chalicelib.storage.keystone": {"keystone"}, "chalicelib.storage.keystone_service": {"keystone"}}
"""What talks to a service may name it, even if a dialect is called the same."""
STORED = {"chalicelib.storage.dialect_facts": {"devops", "foreman", "qingcloud", "scaleway"}}
"""What knows where earlier releases have stored something may name whose it was."""
COMMAND = {"click", "rich", "rosetta", "urllib3"}
"""What the command is made of. Those who have no more can do all but what needs the server."""
LOOKING = {"chalicelib.catalog.inspection", "chalicelib.catalog.rules", "chalicelib.jobs.inspection"}
"""What the command has of the server: what is inspected, and how. The wheel brings along all that this needs."""
SERVING = {"rosetta.serve", "rosetta.world"}
"""Modules of the command that need the server; the others load the last of them when they need it."""
COMMANDS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sorted((ROOT / "rosetta").rglob("*.py"))
}
USUAL_LINES = 400
"""A longer module is looked at: does it tell one story, or two?"""
LONG = {
    "chalicelib.dialects.glance_v1.openapi": "one description: its parameters, headers, answers and operations",
    "chalicelib.dialects.glance_v2.openapi": "one description: its schemas, parameters, answers and operations",
}
"""Modules that are longer, each with the reason why it is one."""
FOREIGN = {"glance", "foreman", "scaleway", "qingcloud", "devops", *(dialect.name for dialect in DIALECTS)}


def below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imports(path: Path) -> set[str]:
    """The modules that a module imports, wherever in it; of `from x import y` both, if y is a module of ours."""
    return _imported(path, ast.walk(ast.parse(path.read_text("utf-8"))))


def imports_at_once(path: Path) -> set[str]:
    """The modules that are imported with a module, and not only when something in it is called."""
    return _imported(path, _run_at_once(ast.parse(path.read_text("utf-8"))))


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those in it, but neither functions nor what only type checkers read."""
    yield node
    for inner in ast.iter_child_nodes(node):
        for_types = isinstance(inner, ast.If) and ast.unparse(inner.test) == "TYPE_CHECKING"
        if not for_types and not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _run_at_once(inner)


def _imported(path: Path, nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path}: relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= inner or {node.module}
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}


def words(path: Path) -> Iterator[str]:
    """Every name and text in the code of a module, comments excepted."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for _, value in ast.iter_fields(node):
            yield from [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrows(module: str) -> None:
    allowed = set(ARROWS[max((package for package in ARROWS if below(module, package)), key=len)])
    if below(module, "chalicelib.dialects"):
        folder = ".".join(module.split(".")[:3])
        allowed |= {folder} if folder != "chalicelib.dialects" else {"chalicelib.dialects"}

    wrong = {name for name in imports(MODULES[module]) if not any(below(name, package) for package in allowed)}

    assert wrong == set()


@pytest.mark.parametrize("module", sorted(MODULES.keys() - SLOW_AT_ONCE))
def test_a_request_pays_only_for_the_libraries_that_it_needs(module: str) -> None:
    found = imports_at_once(MODULES[module])

    assert {name for name in found if any(below(name, slow) for slow in SLOW)} <= {"botocore", "botocore.exceptions"}


@pytest.mark.parametrize("module", sorted(COMMANDS.keys() - SERVING))
def test_the_command_needs_nothing_of_the_server(module: str) -> None:
    assert {name.partition(".")[0] for name in imports(COMMANDS[module]) - LOOKING} <= COMMAND
    assert imports_at_once(COMMANDS[module]).isdisjoint(SERVING)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import urllib3", {"urllib3"}),
        ("class Source:\n    from urllib3 import BaseHTTPResponse", {"urllib3"}),
        ("try:\n    import urllib3\nfinally:\n    pass", {"urllib3"}),
        ("def ask():\n    import urllib3", set()),
        ("if TYPE_CHECKING:\n    import urllib3", set()),
    ],
)
def test_what_is_imported_at_once_is_found(tmp_path: Path, code: str, found: set[str]) -> None:
    (tmp_path / "doctored.py").write_text(code)

    assert imports_at_once(tmp_path / "doctored.py") == found


@pytest.mark.parametrize("module", [name for name in MODULES if any(below(name, package) for package in SHARED)])
def test_what_all_dialects_share_names_none_of_them(module: str) -> None:
    text = "\n".join(words(MODULES[module])).lower()
    named = {**SERVICES, **STORED}.get(module, set())

    found = {name for name in FOREIGN - named if name in text}
    assert found == set(), f"code that all dialects share names {', '.join(found)}"


@pytest.mark.parametrize("module", MODULES)
def test_a_long_module_has_a_reason(module: str) -> None:
    lines = len(MODULES[module].read_text("utf-8").splitlines())

    if module in LONG:
        assert lines > USUAL_LINES, f"{lines} lines: it needs no reason, remove it from LONG"
    else:
        assert lines <= USUAL_LINES, f"{lines} lines: split the module, or say in LONG why it is one"


@pytest.mark.parametrize("module", MODULES)
def test_no_function_is_longer_than_a_screen(module: str) -> None:
    functions = [
        node for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    ]

    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 40] == []
