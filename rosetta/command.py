"""The tree of commands: what each is called, where its module is, and its line in the help."""

import click

from rosetta import __version__
from rosetta.console import Commands
from rosetta.lazy import Entry, LazyGroup
from rosetta.options import asking

EPILOG = """`rosetta login` stores the URL of a deployment and a token in a profile. ROSETTA_URL and ROSETTA_TOKEN
override the profile.

Exit status: 0 success; 1 refused or failed; 2 invalid usage, or a setting is missing; 3 (import) some images were
refused; 130 interrupted."""

image = LazyGroup(
    "image",
    help="Work with images.",
    entries={
        "list": Entry("rosetta.images:list_images", "List the images that you can see, newest first."),
        "show": Entry("rosetta.images:show", "Show an image and its properties."),
        "create": Entry("rosetta.creating:create", "Create an image from a file, from a URL, or without data."),
        "set": Entry("rosetta.changing:set_fields", "Change fields and properties of an image."),
        "unset": Entry("rosetta.changing:unset", "Remove properties of an image."),
        "delete": Entry("rosetta.changing:delete", "Delete images."),
        "restore": Entry("rosetta.changing:restore", "Restore an image whose deletion is pending."),
        "deactivate": Entry("rosetta.shelving:deactivate", "Block downloads of an image."),
        "reactivate": Entry("rosetta.shelving:reactivate", "Make a deactivated or deprecated image active again."),
        "deprecate": Entry("rosetta.shelving:deprecate", "Mark an image as deprecated."),
        "allow": Entry("rosetta.shelving:allow", "Exempt an image from inspection."),
        "upload": Entry("rosetta.upload:upload", "Upload a file as an image."),
        "download": Entry("rosetta.download:download", "Download an image to a file."),
        "share": Entry("rosetta.images:share", "Share an image with tenants, or list them."),
        "events": Entry("rosetta.events:events", "Show the history of an image, oldest first."),
    },
)
job = LazyGroup(
    "job",
    help="List and watch background jobs.",
    entries={
        "list": Entry("rosetta.jobs:list_jobs", "List your latest jobs, newest first."),
        "show": Entry("rosetta.jobs:show", "Show a job."),
        "watch": Entry("rosetta.jobs:watch", "Watch your latest jobs until all have finished."),
    },
)
token = LazyGroup(
    "token",
    help="Manage API tokens.",
    entries={
        "create": Entry("rosetta.tokens:create", "Create a token and show its secret once."),
        "list": Entry("rosetta.tokens:list_tokens", "List valid tokens."),
        "revoke": Entry("rosetta.tokens:revoke", "Revoke a token."),
    },
)
cli = Commands(
    "rosetta",
    help="Work with the virtual-machine images of a Rosetta catalogue.",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    entries={
        "login": Entry("rosetta.login:login", "Store the URL of a deployment and a token in a profile."),
        "logout": Entry("rosetta.login:logout", "Remove a profile and its token."),
        "whoami": Entry("rosetta.login:whoami", "Show the deployment, your user and your permissions."),
        "image": Entry("rosetta.command:image", "Work with images."),
        "job": Entry("rosetta.command:job", "List and watch background jobs."),
        "token": Entry("rosetta.command:token", "Manage API tokens."),
        "usage": Entry("rosetta.usage:usage", "Show the usage and quotas of a tenant."),
        "import": Entry("rosetta.importing.command:import_images", "Import images from another service."),
        "serve": Entry("rosetta.serve:serve", "Run Rosetta on this machine."),
        "migrate": Entry("rosetta.migrate:migrate", "Move images of older releases to the current layout."),
        "completion": Entry("rosetta.completion:completion", "Print a shell completion script."),
        "reference": Entry("rosetta.reference:reference"),
    },
)
cli = click.version_option(__version__, message="%(prog)s %(version)s")(cli)
asking(cli)


def main() -> None:
    """Run `rosetta`, the entry point of the package."""
    cli(prog_name="rosetta")
