#!/bin/sh
# Hypothesis 6.170.15: `builds` leaves arguments that have a default at that default, unless a strategy is given for
# them; a dataclass is built so. Of a NamedTuple it makes up every field that is annotated, those with a default as well:
# `builds(Query, limit=just(10))` also draws values for whatever else Query has. Whoever turns a dataclass into a
# NamedTuple changes what all such strategies generate, and no error says so. A function that takes the same
# arguments by name (`**fields`) keeps the defaults.
#
# Seen on Python 3.11:
#   dataclass: never another than the default
#   named tuple: 0 instead of 7
#   named tuple by a function: never another than the default
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check hypothesis==6.170.15
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

from hypothesis import find
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample


@dataclass
class Record:
    limit: int
    offset: int = 7


class Row(NamedTuple):
    limit: int
    offset: int = 7


def row(**fields: Any) -> Row:
    return Row(**fields)


def seen(kind: Any) -> str:
    try:
        found = find(st.builds(kind, limit=st.just(10)), lambda built: built.offset != 7)
    except NoSuchExample:
        return "never another than the default"
    return f"{found.offset} instead of 7"


record, plain, by_function = seen(Record), seen(Row), seen(row)
print(f"dataclass: {record}")
print(f"named tuple: {plain}")
print(f"named tuple by a function: {by_function}")

never = "never another than the default"
sys.exit((record, plain, by_function) != (never, "0 instead of 7", never))
PYTHON
