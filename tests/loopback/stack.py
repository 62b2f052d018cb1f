"""The deployment package, and the stack that is deployed from it to the emulator."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.cloudformation import ALIAS
from tests.loopback import leash, tools
from tests.loopback.adapting import Template, adapted, with_code_at
from tests.loopback.emulator import Emulator
from tests.loopback.environment import REGION

DOMAIN = "images.example.org"
"""The custom domain, whose root is that of the stage dev."""
UPLOADS = "deployments"
"""The bucket for uploads of code and template."""
PATIENCE = 60
"""Seconds that the deployment of a stack may take."""


@dataclass(frozen=True)
class Package:
    """The files that `make package` writes for CloudFormation."""

    stage: str
    template: Path
    bundle: Path
    worker_bundle: Path


def package(folder: Path, stage: str) -> Package:
    """Build the package, as `make package` does."""
    words = [sys.executable, "-m", "deploy", "package", "--stage", stage, "--out", str(folder)]
    leash.run(words, cwd=tools.ROOT)
    made = folder / "cloudformation" / stage
    return Package(stage, made / "template.json", made / "deployment.zip", made / "worker.zip")


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    emulator: Emulator
    stage: str
    stack_id: str
    resources: dict[str, str]
    """Physical ids of the resources, by their names in the template."""
    outputs: dict[str, str]

    @property
    def host(self) -> str:
        """The API's own host, as clients send it."""
        return f"{self.resources['RestAPI']}.execute-api.localhost:{self.emulator.port}"

    @property
    def stage_url(self) -> str:
        """Where the API is at AWS for those who do not use its domain."""
        return f"https://{self.resources['RestAPI']}.execute-api.{REGION}.amazonaws.com/{self.stage}"

    @property
    def plain_url(self) -> str:
        """A URL of the API for clients that cannot resolve its host."""
        return f"{self.emulator.url}/restapis/{self.resources['RestAPI']}/{self.stage}/_user_request_"

    def variables(self, function: str) -> dict[str, str]:
        """The settings that the template gives to a function."""
        told = self.emulator.client("lambda").get_function_configuration(FunctionName=self.resources[function])
        found: dict[str, str] = told["Environment"]["Variables"]
        return found

    @contextmanager
    def with_settings(self, **settings: str) -> Iterator[None]:
        """Have the API answer with these settings besides, by another version of its function, until the block ends."""
        client, name = self.emulator.client("lambda"), self.resources["APIHandler"]
        usual = client.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"]
        variables = {**self.variables("APIHandler"), **settings}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        client.get_waiter("function_updated_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )
        client.update_alias(
            FunctionName=name, Name=ALIAS, FunctionVersion=client.publish_version(FunctionName=name)["Version"]
        )
        try:
            yield
        finally:
            client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=usual)

    def log(self, function: str) -> list[str]:
        """The messages in a function's log group."""
        group = f"/aws/lambda/{self.resources[function]}"
        logs = self.emulator.client("logs")
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which an operator's commands use the stack's tables."""
        return {**self.emulator.environment, **self.variables("APIHandler")}


def deploy(made: Package, emulator: Emulator, **parameters: str) -> Stack:
    """Upload the package and create the stack, as `make deploy` does."""
    s3, template = emulator.s3, f"{made.stage}.json"
    s3.create_bucket(Bucket=UPLOADS)
    for code in (made.bundle, made.worker_bundle):
        s3.put_object(Bucket=UPLOADS, Key=f"{made.stage}/{code.name}", Body=code.read_bytes())
    packaged = with_code_at(json.loads(made.template.read_bytes()), UPLOADS, made.stage)
    s3.put_object(Bucket=UPLOADS, Key=template, Body=json.dumps(adapted(translated(packaged))).encode())
    created = emulator.client("cloudformation").create_stack(
        StackName=f"rosetta-{made.stage}",
        TemplateURL=f"{emulator.url}/{UPLOADS}/{template}",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    return _created(emulator, made.stage, created["StackId"])


def remove(stack: Stack) -> None:
    """Delete the stack, as `make destroy` does."""
    stack.emulator.client("cloudformation").delete_stack(StackName=stack.stack_id)
    assert _finished_stack(stack.emulator, stack.stack_id)["StackStatus"] == "DELETE_COMPLETE"


def a_certificate(emulator: Emulator) -> str:
    """A certificate for the domain; returns its ARN."""
    told = emulator.client("acm").request_certificate(DomainName=DOMAIN, ValidationMethod="DNS")
    arn: str = told["CertificateArn"]
    return arn


def translated(template: Template) -> Template:
    """A SAM template after CloudFormation's transformation."""
    printed = leash.run(
        [tools.bare_python(), "-m", "tests.loopback.translating"],
        json.dumps(template),
        cwd=tools.ROOT,
        env={"PYTHONPATH": str(tools.emulator()), "AWS_DEFAULT_REGION": REGION, "LC_ALL": "C.UTF-8"},
    )
    found: Template = json.loads(printed)
    return found


def _created(emulator: Emulator, stage: str, stack_id: str) -> Stack:
    cloudformation, stack = emulator.client("cloudformation"), _finished_stack(emulator, stack_id)
    assert stack["StackStatus"] == "CREATE_COMPLETE", _reasons(cloudformation, stack_id)
    resources = cloudformation.describe_stack_resources(StackName=stack_id)["StackResources"]
    return Stack(
        emulator,
        stage,
        stack_id,
        {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources},
        {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])},
    )


def _finished_stack(emulator: Emulator, stack_id: str) -> Any:
    """The description of a stack, as soon as its deployment has ended."""
    cloudformation, deadline = emulator.client("cloudformation"), time.monotonic() + PATIENCE
    while True:
        [stack] = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
        if not stack["StackStatus"].endswith("PROGRESS"):
            return stack
        assert time.monotonic() < deadline, stack
        time.sleep(0.2)


def _reasons(cloudformation: Any, stack_id: str) -> list[str]:
    events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
        for event in events
        if event.get("ResourceStatusReason")
    ]
