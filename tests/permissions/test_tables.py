"""The tables are complete, and all of them are used."""

import pytest

from tests.openapi.checking import DESCRIBED
from tests.permissions.expected import EXPECTED
from tests.permissions.expected.notation import Rule, State, Who, rule
from tests.permissions.operations import OPERATIONS

ROUTES = {(dialect.name, route.method, route.path): route for dialect in DESCRIBED for route in dialect.routes}


def test_every_operation_of_every_dialect_is_tried() -> None:
    tried = {(operation.dialect, operation.method, operation.pattern) for operation in OPERATIONS}

    assert tried == ROUTES.keys()


def test_exactly_the_open_operations_ask_for_no_credentials() -> None:
    everybody = {
        (operation.dialect, operation.method, operation.pattern)
        for operation in OPERATIONS
        if isinstance(table := EXPECTED[operation.dialect][operation.table], Rule) and table.open
    }

    assert everybody == {key for key, route in ROUTES.items() if route.open}


def test_every_table_is_used() -> None:
    used = {(operation.dialect, operation.table) for operation in OPERATIONS}

    assert used == {(dialect, table) for dialect, tables in EXPECTED.items() for table in tables}


def test_every_table_cites_its_source() -> None:
    notes = {(dialect, name): table.note for dialect, tables in EXPECTED.items() for name, table in tables.items()}

    assert [key for key, note in notes.items() if "§" not in note] == []


def test_operations_have_names_of_their_own() -> None:
    names = [operation.name for operation in OPERATIONS]

    assert len(set(names)) == len(names)


def test_a_row_has_a_cell_for_each_state() -> None:
    with pytest.raises(ValueError, match="not a row"):
        rule("§0", owner="200 200", others="-")


def test_callers_without_credentials_are_refused_unless_a_table_is_for_everybody() -> None:
    closed, everybody = rule("§0", others="200"), rule("§0", everybody="300")

    assert [closed.outcome(who, State.PUBLIC).status for who in Who] == [401] * 4 + [200] * 6
    assert {everybody.outcome(who, State.PUBLIC).status for who in Who} == {300}
