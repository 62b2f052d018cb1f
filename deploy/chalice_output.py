"""What Chalice makes of the application and of `.chalice/`, for CloudFormation and for Terraform.

As `chalice package` makes it, but without its zip: the bundle is made elsewhere, and nothing is fetched.
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
"""The name of the API's bundle, beside what refers to it."""
WORKER_ZIP = "worker.zip"
"""The name of that of the other functions."""
RESOURCES = Path(".chalice", "resources.json")
"""All that Chalice does not make by itself."""

Document = dict[str, Any]


def read_config(root: Path, stage: str) -> Config:
    """The configuration of a stage. Raises ValueError if Chalice could not deploy it.

    The application is imported, with the stage's environment, hence a process can read one stage only.
    """
    config: Config = CLIFactory(str(root), environ=os.environ).create_config_obj(stage)
    if stage not in json.loads((root / ".chalice" / "config.json").read_text("utf-8"))["stages"]:
        raise ValueError(f"there is no stage {stage} in .chalice/config.json")
    validate_configuration(config)
    return config


def read_resources(root: Path) -> Document:
    """The template of what Chalice does not make."""
    template: Document = json.loads((root / RESOURCES).read_text("utf-8"))
    return template


def sam_template(config: Config, resources: Document) -> Document:
    """The template of both, for CloudFormation with the SAM transform."""
    made = SAMTemplateGenerator(config, _Principals()).generate(_models(config, CFNSwaggerGenerator()))
    return TemplateDeepMerger().merge(resources, made)


def terraform_blocks(config: Config) -> Document:
    """What Chalice makes, for Terraform."""
    return TerraformGenerator(config, _Principals()).generate(_models(config, TerraformSwaggerGenerator()))


class _Principals(PackageOptions):
    """Who may call functions; Chalice's own would ask for a region and credentials."""

    def __init__(self) -> None:
        pass

    def service_principal(self, service: str) -> str:
        """In every partition."""
        return f"{service}.amazonaws.com"


class _NameZip(BaseDeployStep):
    """Stands where Chalice would make its zip."""

    def handle_deploymentpackage(self, _config: Config, resource: models.DeploymentPackage) -> None:
        resource.filename = ZIP


def _models(config: Config, swagger: SwaggerGenerator) -> list[models.Model]:
    """As `chalice.package` builds them."""
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
