"""`python -m cli`: the commands, against AWS as botocore's environment has it, or a local server."""

import click

from cli.tokens import token


@click.group()
def cli() -> None:
    """Operate Rosetta."""


cli.add_command(token)

if __name__ == "__main__":
    cli(prog_name="python -m cli")
