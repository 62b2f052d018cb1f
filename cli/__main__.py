"""`python -m cli`: the commands, on a deployment over HTTP, or, those of `token` and `migrate`, on its tables."""

import click

from cli.console import Commands
from cli.download import download
from cli.events import events
from cli.images import images, share, show
from cli.importing.command import import_images
from cli.jobs import jobs
from cli.migrate import migrate
from cli.tokens import token
from cli.upload import upload
from cli.usage import usage

EPILOG = """ROSETTA_URL and ROSETTA_TOKEN name the deployment and who asks; `token` and `migrate` work on its tables
instead.

Exit status: 0 done; 1 refused or failed; 2 wrong usage, or a setting is missing; 3 (import) some images were
refused; 130 interrupted."""


@click.group(cls=Commands, epilog=EPILOG)
def cli() -> None:
    """Operate Rosetta."""


for command in (upload, download, images, show, share, events, jobs, usage, import_images, token, migrate):
    cli.add_command(command)

if __name__ == "__main__":
    cli(prog_name="python -m cli")
