"""Run Chalice's generators for CloudFormation and Terraform.

The result is that of `chalice package` without its zip: the bundle is built elsewhere, and nothing is downloaded.
"""

import json
import os
from pathlib import Path
from typing import Any

from chalice.cli.factory import CLIFactory
from chalice.config import Config
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import BaseDeployStep, BuildStage, InjectDefaults, PolicyGenerator, SwaggerBuilder
from chalice.deploy.swagger import CFNSwaggerGenerator, SwaggerGenerator, TerraformSwaggerGenerator
from chalice.deploy.validate import validate_configuration
from chalice.package import PackageOptions, SAMTemplateGenerator, TemplateDeepMerger, TerraformGenerator
from chalice.policy import AppPolicyGenerator
from chalice.utils import OSUtils

ZIP = "deployment.zip"
"""The file name of the API's bundle."""
WORKER_ZIP = "worker.zip"
"""The file name of the other functions' bundle."""
RESOURCES = Path(".chalice", "resources.json")
"""The template of resources that Chalice does not generate."""

Document = dict[str, Any]


def read_config(root: Path, stage: str) -> Config:
    """The configuration of a stage. Raises ValueError if Chalice cannot deploy it.

    Imports the application with the stage's environment, so a process can read only one stage.
    """
    config: Config = CLIFactory(str(root), environ=os.environ).create_config_obj(stage)
    if stage not in json.loads((root / ".chalice" / "config.json").read_text("utf-8"))["stages"]:
        raise ValueError(f"there is no stage {stage} in .chalice/config.json")
    validate_configuration(config)
    return config


def read_resources(root: Path) -> Document:
    """Read the template of resources that Chalice does not generate."""
    template: Document = json.loads((root / RESOURCES).read_text("utf-8"))
    return template


def sam_template(config: Config, resources: Document) -> Document:
    """The merged template for CloudFormation with the SAM transform."""
    made = SAMTemplateGenerator(config, _Principals()).generate(_models(config, CFNSwaggerGenerator()))
    return TemplateDeepMerger().merge(resources, made)


def terraform_blocks(config: Config) -> Document:
    """Chalice's output for Terraform."""
    return TerraformGenerator(config, _Principals()).generate(_models(config, TerraformSwaggerGenerator()))


class _Principals(PackageOptions):
    """Service principals. Chalice's own class needs a region and credentials."""

    def __init__(self) -> None:
        pass

    def service_principal(self, service: str) -> str:
        """The name of a service, valid in every partition."""
        return f"{service}.amazonaws.com"


class _NameZip(BaseDeployStep):
    """Replaces Chalice's packager: only names the zip."""

    def handle_deploymentpackage(self, _config: Config, resource: models.DeploymentPackage) -> None:
        resource.filename = ZIP


def _models(config: Config, swagger: SwaggerGenerator) -> list[models.Model]:
    """Build the models as `chalice.package` does."""
    dependencies, osutils = DependencyBuilder(), OSUtils()
    application = ApplicationGraphBuilder().build(config, config.chalice_stage)
    steps = [
        InjectDefaults(),
        _NameZip(),
        PolicyGenerator(AppPolicyGenerator(osutils), osutils),
        SwaggerBuilder(swagger),
    ]
    BuildStage(steps).execute(config, dependencies.build_dependencies(application))
    return dependencies.build_dependencies(application)
