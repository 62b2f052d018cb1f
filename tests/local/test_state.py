"""The state file holds secrets, and is there or not, never in between."""

import stat
from pathlib import Path

import pytest

from local.state import read_state, remove_state, write_state


def test_what_was_written_is_read_and_replaced(tmp_path: Path) -> None:
    write_state(tmp_path, {"url": "first"})
    write_state(tmp_path, {"url": "second"})

    assert read_state(tmp_path) == {"url": "second"}
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_what_a_server_that_was_killed_has_left_of_it_is_not_in_it(tmp_path: Path) -> None:
    (tmp_path / "state.json.new").write_text("left " * 100)

    write_state(tmp_path, {"url": "whole"})

    assert read_state(tmp_path) == {"url": "whole"}


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    write_state(tmp_path, {})

    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_it_can_be_removed_although_it_is_not_there(tmp_path: Path) -> None:
    write_state(tmp_path, {})
    remove_state(tmp_path)
    remove_state(tmp_path)

    with pytest.raises(FileNotFoundError):
        read_state(tmp_path)
