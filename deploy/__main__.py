"""`python -m deploy package --stage dev`: build a deployment; `python -m deploy vendor`: fetch the pages' libraries."""

from pathlib import Path

import click

from deploy.bundle import BundleError
from deploy.cloudformation import TemplateError
from deploy.package import package as make_package
from deploy.vendor import VendorError
from deploy.vendor import vendor as fetch_libraries

ROOT = Path(__file__).parent.parent


@click.group()
def deploy() -> None:
    """Build deployments, and fetch the pages' libraries."""


@deploy.command()
@click.option("--stage", required=True, help="One of the stages in .chalice/config.json.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=ROOT / "build", help="Output folder.")
def package(stage: str, out: Path) -> None:
    """Write the bundles, and the templates for CloudFormation and Terraform."""
    try:
        made = make_package(ROOT, stage, out)
    except (BundleError, TemplateError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for path in made:
        click.echo(f"{path.stat().st_size:>9,}  {path}")


@deploy.command()
def vendor() -> None:
    """Write the pinned versions of the pages' libraries."""
    try:
        made = fetch_libraries(ROOT)
    except VendorError as error:
        raise click.ClickException(str(error)) from error
    for path in made:
        click.echo(f"{path.stat().st_size:>9,}  {path}")


if __name__ == "__main__":
    deploy(prog_name="python -m deploy")
