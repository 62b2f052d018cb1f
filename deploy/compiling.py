"""Compile bytecode reproducibly.

Which strings bytecode marks as interned depends on earlier imports. So `compiled` runs this file as a program, in an
isolated process that imports no other package.
"""

import ast
import importlib.util
import marshal
import subprocess
import sys
import warnings
from collections.abc import Mapping

UNCHECKED = (1).to_bytes(4, "little")
"""The flag of hash-based bytecode that is not checked against its source, which is not read then."""
TASK_ROOT = "/var/task/"
"""Where Lambda unpacks the bundle; shown in tracebacks."""


def compiled(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compile modules, by path, for the running Python version. The bytecode contains no path of this machine."""
    words = [sys.executable, "-I", "-S", "-X", "utf8", __file__]
    given = marshal.dumps([(path, sources[path]) for path in sorted(sources)])
    made = subprocess.run(words, input=given, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603  # our own program
    found: dict[str, bytes] = marshal.loads(made)  # noqa: S302  # its answer
    return found


def _bytecode(path: str, source: bytes) -> bytes:
    code = compile(_undescribed(source), TASK_ROOT + path, "exec", dont_inherit=True, optimize=0)
    return b"".join((importlib.util.MAGIC_NUMBER, UNCHECKED, importlib.util.source_hash(source), marshal.dumps(code)))


def _undescribed(source: bytes) -> ast.Module:
    """Remove docstrings and function annotations, which would only take time and memory at each start."""
    module = ast.parse(source)
    for node in ast.walk(module):
        if isinstance(node, _DESCRIBED) and ast.get_docstring(node, clean=False) is not None:
            nothing = ast.copy_location(ast.Pass(), node.body[0])
            node.body[:1] = [] if len(node.body) > 1 else [nothing]
        if isinstance(node, _FUNCTION):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return module


_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_DESCRIBED = ast.Module | _FUNCTION
"""Not classes: dataclasses generate a missing docstring, and need the annotations."""

if __name__ == "__main__":
    warnings.simplefilter("ignore")  # warnings of libraries
    answer = {path: _bytecode(path, source) for path, source in marshal.load(sys.stdin.buffer)}  # noqa: S302  # from `compiled`
    sys.stdout.buffer.write(marshal.dumps(answer))
