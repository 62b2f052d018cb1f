"""What the command is made of: groups that load nothing before it is needed, help, versions, completion."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from rosetta import __version__
from rosetta.command import cli
from rosetta.lazy import LazyGroup

ROOT = Path(__file__).parents[2]


def run(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(cli, words, env=environ, prog_name="rosetta")


def entries(group: LazyGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, click.Command]]:
    """Each command that is shown: its words, what its group says of it, and itself."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        yield (*path, name), group.entries[name].help, command
        if isinstance(command, LazyGroup):
            yield from entries(command, (*path, name))


COMMANDS = list(entries(cli))


@pytest.mark.parametrize(("words", "said", "command"), COMMANDS, ids=[" ".join(words) for words, _, _ in COMMANDS])
def test_a_command_is_there_and_knows_its_help(words: tuple[str, ...], said: str, command: click.Command) -> None:
    short, long = run(*words, "-h"), run(*words, "--help")

    assert (short.exit_code, command.name) == (0, words[-1])
    assert short.output == long.output
    assert short.output.startswith(f"Usage: rosetta {' '.join(words)} ")
    assert said.endswith(".")


@pytest.mark.parametrize("words", [["nothing"], ["image", "nothing"], ["images"]], ids=" ".join)
def test_a_command_that_is_not_there_is_wrong_usage(words: list[str]) -> None:
    result = run(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"No such command '{words[-1]}'" in result.stderr


def test_what_has_results_gives_them_as_json() -> None:
    silent = {"serve", "completion", "image", "job", "token"}
    knowing = {
        words[-1] for words, _, command in COMMANDS if any("--json" in parameter.opts for parameter in command.params)
    }

    assert knowing == {words[-1] for words, _, _ in COMMANDS} - silent


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    assert run("--version").output == f"rosetta {__version__}\n"
    assert project["tool"]["hatch"]["version"]["path"] == "rosetta/__init__.py"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    result = run("completion", shell)

    assert result.exit_code == 0
    assert f"_ROSETTA_COMPLETE={shell}_complete" in result.output


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("rosetta i", ["image", "import"]),
        ("rosetta ref", []),
        ("rosetta image u", ["unset", "upload"]),
        ("rosetta --v", ["--version"]),
        ("rosetta image list --status q", ["queued"]),
    ],
)
def test_words_are_completed(typed: str, completed: list[str]) -> None:
    words = typed.split()
    environ = {"_ROSETTA_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}

    result = run(**environ)

    assert [line.partition(",")[2] for line in result.output.split()] == completed


@pytest.mark.parametrize(
    ("words", "loaded"),
    [(["--help"], set()), (["image", "--help"], set()), (["image", "list", "--help"], {"urllib3"})],
    ids=["help", "help of a group", "help of a command"],
)
def test_nothing_is_loaded_before_it_is_needed(words: list[str], loaded: set[str]) -> None:
    code = (
        f"import sys; sys.argv = ['rosetta', *{words}]\nfrom rosetta.command import main\n"
        "try:\n    main()\nfinally:\n    print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    )

    said = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    modules = set(said.rpartition("LOADED")[2].split())
    assert modules & {"urllib3", "rich", "chalicelib", "local", "boto3", "botocore", "moto"} == loaded


@pytest.mark.parametrize(
    "words", [["serve"], ["migrate", "--local"], ["token", "list", "--aws"]], ids=["serve", "migrate", "token"]
)
def test_libraries_of_the_server_that_are_missing_are_named(words: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['rosetta', *{words}]; sys.modules['pynamodb'] = None\n"
        "from rosetta.command import main\nmain()"
    )

    result = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: `rosetta {words[0]}` needs pynamodb")
    assert result.stderr.endswith(", which is not installed: pip install 'rosetta-images[server]'\n")


def test_a_server_is_told_what_the_options_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "SEED", "ENGINE", "LOCAL_DIR"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "folder"

    result = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-m", "rosetta", "serve", "--port", "0", "--seed", "nowhere.json", "--folder", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("rosetta: nowhere.json: ")
