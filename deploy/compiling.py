"""Bytecode, made by a Python that has done nothing else.

Which texts bytecode marks as interned depends on what was imported before, so whoever compiles in his own process gets
other bytes now and then. Hence `compiled` has this file run as a program, isolated, that knows no package of ours.
"""

import ast
import importlib.util
import marshal
import subprocess
import sys
import warnings
from collections.abc import Mapping

UNCHECKED = (1).to_bytes(4, "little")
"""The flag of bytecode that names its source by a hash which is not looked at: no source is read to start."""
TASK_ROOT = "/var/task/"
"""Where Lambda unpacks the bundle: what tracebacks show."""


def compiled(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The modules' bytecode by their paths, for the Python that runs this; it holds no path of this machine."""
    words = [sys.executable, "-I", "-S", "-X", "utf8", __file__]
    given = marshal.dumps([(path, sources[path]) for path in sorted(sources)])
    made = subprocess.run(words, input=given, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603  # our own program
    found: dict[str, bytes] = marshal.loads(made)  # noqa: S302  # its answer
    return found


def _bytecode(path: str, source: bytes) -> bytes:
    code = compile(_undescribed(source), TASK_ROOT + path, "exec", dont_inherit=True, optimize=0)
    return b"".join((importlib.util.MAGIC_NUMBER, UNCHECKED, importlib.util.source_hash(source), marshal.dumps(code)))


def _undescribed(source: bytes) -> ast.Module:
    """A module without what describes it and its functions, which is fetched, read and kept in memory for nobody.

    Nor does it say what functions take and return, all of which Python would work out as it defines them.
    """
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
"""Not classes, for whose descriptions dataclasses would make others, and whose fields are what they say."""

if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of libraries, and not ours to heed
    answer = {path: _bytecode(path, source) for path, source in marshal.load(sys.stdin.buffer)}  # noqa: S302  # from `compiled`
    sys.stdout.buffer.write(marshal.dumps(answer))
