"""Where code asks AWS for several things at once, and by which key, read from its syntax."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

IN_TURNS = {"querying": "query", "calling": "dispatch"}
"""What our own connection calls the same things where they take turns."""
KINDS = frozenset({"scan", "rate_limited_scan", "query", "dispatch", "batch_get", "paginate"})
"""How pynamodb and botocore call what brings several things."""
SCANNING = frozenset({"scan", "rate_limited_scan"})
BY_FULL_KEYS = frozenset({"BatchGetItem"})
"""Operations that return nothing but what is named."""
KEYED = frozenset({"Prefix", "OwnerIds", None})
"""What narrows a list of S3 or EC2; None stands for `**`, which names an upload."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Query(NamedTuple):
    """A call, the function it stands in, and whether its key is made of that function's own arguments."""

    place: str
    kind: str
    scans: bool
    scoped: bool


def queries(module: str, source: str) -> list[Query]:
    """All of a module."""
    return [_query(place, arguments, call) for place, arguments, call in _calls(module, ast.parse(source))]


def uses(source: str, *names: str) -> set[str]:
    """Which of these methods are called, of whatever object."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {call.attr for call in calls if isinstance(call, ast.Attribute)} & set(names)


def _calls(
    place: str, node: ast.AST, arguments: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str], ast.Call]]:
    """The calls that may bring several things, with where they are and what the functions around them are given."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield from _calls(f"{place}.{child.name}", child, arguments | _arguments(child))
        elif isinstance(child, ast.ClassDef):
            yield from _calls(f"{place}.{child.name}", child)
        else:
            if isinstance(child, ast.Call) and _may_bring_several(child):
                yield place, arguments, child
            yield from _calls(place, child, arguments)


def _may_bring_several(call: ast.Call) -> bool:
    """Without any argument it is something else of that name, unless it scans."""
    kind = _kind(call)
    return kind in KINDS and (kind in SCANNING or bool(call.args or call.keywords))


def _kind(call: ast.Call) -> str:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return IN_TURNS.get(called, called)


def _arguments(function: Function) -> frozenset[str]:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return frozenset(argument.arg for argument in given) - {"self", "cls"}


def _query(place: str, arguments: frozenset[str], call: ast.Call) -> Query:
    kind = _kind(call)
    operation = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    scans = kind in SCANNING or operation == "Scan"
    if kind == "dispatch":
        return Query(place, kind, scans, operation in BY_FULL_KEYS)
    if kind == "paginate":
        return Query(place, kind, scans, bool({keyword.arg for keyword in call.keywords} & KEYED))
    return Query(place, kind, scans, _is_given(_key(call), arguments))


def _key(call: ast.Call) -> ast.expr | None:
    named = (keyword.value for keyword in call.keywords if keyword.arg == "hash_key")
    return next(named, call.args[0] if call.args else None)


def _is_given(key: ast.expr | None, arguments: frozenset[str]) -> bool:
    """Whether a key is an argument of the function, or made of one."""
    if isinstance(key, ast.Call):
        return any(_is_given(argument, arguments) for argument in key.args)
    return isinstance(key, ast.Name) and key.id in arguments
