"""The files of a package, and what CloudFormation is told beyond what Chalice and the template say."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.__main__ import deploy
from deploy.cloudformation import TemplateError, finished, has_snap_start
from tests.deploy.files import ROOT, STAGES

ALIAS = "${APIHandlerAliaslive}/invocations"
EACH = pytest.mark.parametrize("stage", STAGES)
FILES = {
    "cloudformation/{}/deployment.zip",
    "cloudformation/{}/template.json",
    "cloudformation/{}/worker.zip",
    "terraform/{}/chalice.tf.json",
    "terraform/{}/deployment.zip",
    "terraform/{}/resources.tf.json",
    "terraform/{}/worker.zip",
}


def files(build: Path, stage: str) -> dict[str, bytes]:
    return {str(path.relative_to(build)): path.read_bytes() for path in build.glob(f"*/{stage}/*")}


def a_template(runtime: str = "python3.13", called: str = "${APIHandler.Arn}/invocations") -> Any:
    """What `finished` is given, as far as it looks at it."""
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": runtime, "CodeUri": "elsewhere.zip"}}
    integration = {"uri": {"Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:functions/{called}"}}
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
        "Resources": {
            "APIHandler": function,
            "APIHandlerInvokePermission": {"Type": "AWS::Lambda::Permission", "Properties": {}},
            "RestAPI": {"Type": "AWS::Serverless::Api", "Properties": {"DefinitionBody": {"paths": [integration]}}},
        },
    }


@EACH
def test_a_package_is_for_cloudformation_and_for_terraform(build: Path, stage: str) -> None:
    made = files(build, stage)

    assert set(made) == {name.format(stage) for name in FILES}
    for name in ("deployment.zip", "worker.zip"):
        assert made[f"cloudformation/{stage}/{name}"] == made[f"terraform/{stage}/{name}"]


@pytest.mark.parametrize("name", ["deployment.zip", "worker.zip"])
def test_all_stages_run_the_same_bundle(build: Path, name: str) -> None:
    assert len({path.read_bytes() for path in build.glob(f"*/*/{name}")}) == 1


def test_a_package_is_the_same_whenever_it_is_made_and_whatever_was_there(build: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "AWS_PROFILE": "nobody", "WORK_QUEUE": "mine"}
    state = "terraform/dev/terraform.tfstate"
    (tmp_path / state).parent.mkdir(parents=True)
    for name in (state, "terraform/dev/chalice.tf.json"):
        (tmp_path / name).write_bytes(b"old")

    words = [sys.executable, "-m", "deploy", "package", "--stage", "dev", "--out", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, env=environ, umask=0o077, check=True, capture_output=True)  # noqa: S603  # ours

    assert files(tmp_path, "dev") == {**files(build, "dev"), state: b"old"}


@EACH
def test_templates_are_written_in_one_order(build: Path, stage: str) -> None:
    for name, content in files(build, stage).items():
        if name.endswith(".json"):
            again = json.dumps(json.loads(content), indent=2, sort_keys=True) + "\n"
            assert content.decode() == again


@EACH
def test_no_template_names_a_place_of_this_machine(build: Path, stage: str) -> None:
    places = {str(ROOT), sys.prefix, sysconfig.get_path("purelib"), str(build), ".chalice/", ".local/"}

    texts = [content.decode() for name, content in files(build, stage).items() if name.endswith(".json")]

    assert [place for place in places for text in texts if place in text] == []


@EACH
def test_a_template_is_for_its_stage_only(build: Path, stage: str) -> None:
    template = json.loads(files(build, stage)[f"cloudformation/{stage}/template.json"])

    told = template["Parameters"]["Stage"]
    assert (told["Default"], told["AllowedValues"]) == (stage, [stage])
    assert template["Resources"]["RestAPI"]["Properties"]["StageName"] == stage


@EACH
def test_every_function_is_in_the_bundle_beside_the_template(build: Path, stage: str) -> None:
    resources = json.loads(files(build, stage)[f"cloudformation/{stage}/template.json"])["Resources"]

    code = {name: each["Properties"]["CodeUri"] for name, each in resources.items() if "Function" in each["Type"]}

    assert code == {"APIHandler": "deployment.zip", "Work": "worker.zip", "Sweep": "worker.zip"}


@EACH
def test_the_api_calls_the_alias_and_nothing_else(build: Path, stage: str) -> None:
    resources = json.loads(files(build, stage)[f"cloudformation/{stage}/template.json"])["Resources"]
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]

    called = [method["x-amazon-apigateway-integration"]["uri"] for path in paths.values() for method in path.values()]

    assert len(called) > 100
    assert {uri["Fn::Sub"].rpartition("functions/")[2] for uri in called} == {ALIAS}
    assert resources["APIHandler"]["Properties"]["AutoPublishAlias"] == "live"
    assert resources["APIHandlerInvokePermission"]["Properties"]["FunctionName"] == {"Ref": "APIHandlerAliaslive"}


def test_a_change_of_settings_is_a_new_version() -> None:
    made = finished(a_template(), "dev")["Resources"]["APIHandler"]["Properties"]

    assert made["AutoPublishAliasAllProperties"] is True


SNAP_START = {"ApplyOn": "PublishedVersions"}


@pytest.mark.parametrize(
    ("runtime", "stage", "told"),
    [("python3.11", "prod", None), ("python3.12", "prod", SNAP_START), ("python3.12", "dev", None)],
)
def test_functions_of_prod_start_from_snapshots_where_lambda_can(runtime: str, stage: str, told: object) -> None:
    made = finished(a_template(runtime), stage)["Resources"]["APIHandler"]["Properties"]

    assert made.get("SnapStart") == told


@pytest.mark.parametrize(("runtime", "can"), [("python3.9", False), ("python3.20", True), ("nodejs22.x", False)])
def test_releases_are_compared_as_numbers(runtime: str, *, can: bool) -> None:
    assert has_snap_start(runtime, "prod") is can


def test_an_api_that_calls_something_else_is_not_finished() -> None:
    with pytest.raises(TemplateError, match=r"the API calls something unknown: .*Other.Arn"):
        finished(a_template(called="${Other.Arn}/invocations"), "dev")


def test_a_template_is_not_changed_but_copied() -> None:
    template = a_template()

    finished(template, "prod")

    assert template == a_template()


def test_a_stage_that_is_not_configured_is_refused() -> None:
    done = CliRunner().invoke(deploy, ["package", "--stage", "none"])

    assert (done.exit_code, done.output) == (1, "Error: there is no stage none in .chalice/config.json\n")
