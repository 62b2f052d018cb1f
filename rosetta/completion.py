"""`completion`: print a shell's completion script."""

from collections.abc import Mapping

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

SHELLS: Mapping[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
VARIABLE = "_ROSETTA_COMPLETE"
"""The environment variable from which click derives completion for a command called `rosetta`."""


@click.command()
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a shell completion script.

    For bash, add this to ~/.bashrc: eval "$(rosetta completion bash)"
    """
    click.echo(SHELLS[shell](ctx.find_root().command, {}, "rosetta", VARIABLE).source())
