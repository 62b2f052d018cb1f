"""The commands, by the words that name them."""

import click

from rosetta import __version__
from rosetta.console import Commands
from rosetta.lazy import Entry, LazyGroup
from rosetta.options import asking

EPILOG = """`rosetta login` remembers a deployment and a token for it. ROSETTA_URL and ROSETTA_TOKEN win over what is
remembered.

Exit status: 0 done; 1 refused or failed; 2 wrong usage, or a setting is missing; 3 (import) some images were
refused; 130 interrupted."""

image = LazyGroup(
    "image",
    help="Work on images.",
    entries={
        "list": Entry("rosetta.images:list_images", "List the images that you may see, the newest first."),
        "show": Entry("rosetta.images:show", "Show an image with all its properties."),
        "create": Entry("rosetta.creating:create", "Create an image: of a file, of a copy, or without bytes."),
        "set": Entry("rosetta.changing:set_fields", "Change fields and properties of an image."),
        "unset": Entry("rosetta.changing:unset", "Remove properties of an image."),
        "delete": Entry("rosetta.changing:delete", "Delete images."),
        "restore": Entry("rosetta.changing:restore", "Undo the deletion of an image."),
        "deactivate": Entry("rosetta.shelving:deactivate", "Withhold the bytes of an image."),
        "reactivate": Entry("rosetta.shelving:reactivate", "Have a deactivated or deprecated image be active again."),
        "deprecate": Entry("rosetta.shelving:deprecate", "Advise against an image."),
        "allow": Entry("rosetta.shelving:allow", "Let an image through whatever its bytes are found to be."),
        "upload": Entry("rosetta.upload:upload", "Upload a file as an image."),
        "download": Entry("rosetta.download:download", "Download an image to a file."),
        "share": Entry("rosetta.images:share", "Share an image with tenants, and show with whom it is shared."),
        "events": Entry("rosetta.events:events", "Show what has happened to an image, the oldest first."),
    },
)
job = LazyGroup(
    "job",
    help="See what the worker does for you.",
    entries={
        "list": Entry("rosetta.jobs:list_jobs", "List your latest jobs, the newest first."),
        "show": Entry("rosetta.jobs:show", "Show a job."),
        "watch": Entry("rosetta.jobs:watch", "Watch your latest jobs until none is unfinished."),
    },
)
token = LazyGroup(
    "token",
    help="Manage the tokens by which callers are known.",
    entries={
        "create": Entry("rosetta.tokens:create", "Create a token; its secret is shown this once."),
        "list": Entry("rosetta.tokens:list_tokens", "List the tokens that are valid."),
        "revoke": Entry("rosetta.tokens:revoke", "End a token."),
    },
)
cli = Commands(
    "rosetta",
    help="A catalogue of virtual-machine images, at the command line.",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    entries={
        "login": Entry("rosetta.login:login", "Remember a deployment and a token for it."),
        "logout": Entry("rosetta.login:logout", "Forget a deployment and the token for it."),
        "whoami": Entry("rosetta.login:whoami", "Show which deployment is asked, and as whom."),
        "image": Entry("rosetta.command:image", "Work on images."),
        "job": Entry("rosetta.command:job", "See what the worker does for you."),
        "token": Entry("rosetta.command:token", "Manage the tokens by which callers are known."),
        "usage": Entry("rosetta.usage:usage", "Show what a tenant uses and how much it may use."),
        "import": Entry("rosetta.importing.command:import_images", "Bring over the images of a running service."),
        "serve": Entry("rosetta.serve:serve", "Serve Rosetta on this machine."),
        "migrate": Entry("rosetta.migrate:migrate", "Move the images of older releases to this one's layout."),
        "completion": Entry("rosetta.completion:completion", "Print what a shell needs to complete commands."),
        "reference": Entry("rosetta.reference:reference"),
    },
)
cli = click.version_option(__version__, message="%(prog)s %(version)s")(cli)
asking(cli)


def main() -> None:
    """Run the command line."""
    cli(prog_name="rosetta")
