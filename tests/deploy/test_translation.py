"""What a template says in CloudFormation's way is said in Terraform's, or is refused."""

import re
from typing import Any

import pytest

from deploy.chalice_output import Document
from deploy.cloudformation import TemplateError
from deploy.terraform import files

CHALICE: Document = {
    "terraform": {},
    "locals": {"chalice_api_swagger": '{"paths": {}}'},
    "output": {},
    "data": {"null_data_source": {}},
    "resource": {
        "aws_api_gateway_deployment": {"rest_api": {"rest_api_id": "id", "stage_name": "dev"}},
        "aws_cloudwatch_event_rule": {},
        "aws_iam_role": {"api_handler_role": {}},
        "aws_iam_role_policy": {},
        "aws_lambda_event_source_mapping": {},
        "aws_lambda_function": {"api_handler": {"function_name": "example-dev", "runtime": "python3.13"}},
        "aws_lambda_permission": {"rest_api_invoke": {}},
    },
}
"""What Chalice makes of an application that does nothing."""


def ours(added: Document, **sections: Document) -> Document:
    """What becomes of some resources of a template with one parameter and three conditions."""
    described = {
        "Parameters": {"Email": {"Type": "String", "Default": "", "Description": "Whose."}, "Stage": {}},
        "Conditions": {
            "Asked": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Email"}, ""]}]},
            "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
            "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
        },
        "Resources": added,
        "Outputs": {},
        **sections,
    }
    return files(CHALICE, described, "dev")["resources.tf.json"]


def a_topic(name: object, **more: object) -> Document:
    return {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}, **more}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain ${text} of 100%{", "plain $${text} of 100%%{"),
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Email"}, "${var.Email}"),
        ({"Ref": "AWS::Region"}, "${data.aws_region.chalice.name}"),
        ({"Ref": "Topic"}, "${aws_sns_topic.Topic.arn}"),
        ({"Ref": "APIHandler"}, "${aws_lambda_function.api_handler.function_name}"),
        ({"Fn::GetAtt": ["Topic", "TopicName"]}, "${aws_sns_topic.Topic.name}"),
        ({"Fn::GetAtt": "ApiHandlerRole.Arn"}, "${aws_iam_role.api_handler_role.arn}"),
        ({"Fn::Sub": "a-${Stage}-b"}, "a-dev-b"),
        ({"Fn::Sub": "a-${Email}-${Topic.TopicName}"}, "a-${var.Email}-${aws_sns_topic.Topic.name}"),
        ({"Fn::Sub": "a-${!Kept}"}, "a-$${Kept}"),
        ({"Fn::If": ["IsProd", "many", "few"]}, "few"),
        (
            {"Fn::If": ["Asked", {"Fn::Sub": 'to "${Email}"'}, "no"]},
            '${(!(var.Email == "") ? "to \\"${var.Email}\\"" : "no")}',
        ),
        ({"Fn::If": ["Asked", 1, {"Ref": "AWS::NoValue"}]}, '${(!(var.Email == "") ? 1 : null)}'),
        ({"Fn::If": ["Asked", ["a", {"b": True}], []]}, '${(!(var.Email == "") ? ["a", {"b": true}] : [])}'),
    ],
)
def test_functions_of_cloudformation_are_carried_out_or_left_to_terraform(value: object, expected: object) -> None:
    assert ours(a_topic(value))["resource"]["aws_sns_topic"]["Topic"] == {"name": expected}


def test_what_has_no_value_is_left_out() -> None:
    nothing = {"Fn::If": ["IsProd", "a name", {"Ref": "AWS::NoValue"}]}

    assert ours(a_topic(nothing))["resource"]["aws_sns_topic"]["Topic"] == {}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("IsDev", {"name": "x"}), ("IsProd", None), ("Asked", {"name": "x", "count": '${!(var.Email == "") ? 1 : 0}'})],
)
def test_a_resource_is_there_when_its_condition_holds(condition: str, expected: Document | None) -> None:
    made = ours(a_topic("x", Condition=condition))["resource"]

    assert made.get("aws_sns_topic", {}).get("Topic") == expected


def test_what_may_be_missing_is_the_first_of_none_or_one() -> None:
    outputs = {"Where": {"Value": {"Ref": "Topic"}, "Description": "Whither.", "Condition": "Asked"}}

    made = ours(a_topic("x", Condition="Asked"), Outputs=outputs)["output"]

    assert made["Where"]["value"] == '${(!(var.Email == "") ? aws_sns_topic.Topic[0].arn : null)}'


def test_an_order_is_kept_between_all_blocks_of_two_resources() -> None:
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": ["url"], "PolicyDocument": {"Statement": []}}}
    blocked = {"BucketName": "b", "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    bucket = {"Type": "AWS::S3::Bucket", "DependsOn": ["Policy"], "Properties": blocked}

    made = ours({"Policy": policy, "Bucket": bucket})["resource"]

    assert made["aws_sqs_queue_policy"]["Policy"] == {"queue_url": "url", "policy": '{"Statement": []}'}
    assert made["aws_s3_bucket_public_access_block"]["Bucket"]["depends_on"] == ["aws_sqs_queue_policy.Policy"]


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"Type": "AWS::EC2::VPC"}, "It: no translation of AWS::EC2::VPC"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"Colour": 1}}, "It: no translation of Colour"),
        ({"Type": "AWS::SNS::Topic", "Properties": {}, "Metadata": {}}, "It: no translation of Metadata"),
        (
            {"Type": "AWS::DynamoDB::Table", "Properties": {"TimeToLiveSpecification": {"Days": 1}}},
            "It.TimeToLiveSpecification: no translation of Days",
        ),
        (
            {"Type": "AWS::S3::Bucket", "Properties": {"OwnershipControls": {"Rules": [{"Owner": 1}]}}},
            "It.OwnershipControls.Rules: no translation of Owner",
        ),
        (
            {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": ["a", "b"]}},
            "It.Queues: expected one element, not 2",
        ),
        ({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Base64": "x"}}}, "no translation of Fn::Base64"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": ["a", {}]}}}, "no translation of Fn::Sub"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Else"}}}, "no translation of Else"),
        (
            {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::GetAtt": "It.Age"}}},
            "no translation of It.Age",
        ),
        ({"Type": "AWS::SNS::Topic", "Properties": {}, "Condition": "Rain"}, "unknown condition Rain"),
        ({"Properties": {"FunctionName": "x"}}, "It: Chalice generates no such function"),
    ],
)
def test_what_there_is_no_translation_of_is_refused(resource: Document, reason: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(reason)):
        ours({"It": resource})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Layers": []}, "APIHandler: no translation of Layers"),
        ({"Events": {"Tick": {}}}, "Tick: Chalice generates no such event source"),
    ],
)
def test_a_change_that_there_is_no_translation_of_is_refused(change: Document, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        ours({"APIHandler": {"Properties": change}})


ONE_METHOD = {"HttpMethod": "GET", "ResourcePath": "/images", "ThrottlingRateLimit": 1}


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ({"Mappings": {}}, "the template: no translation of Mappings"),
        ({"Outputs": {"Out": {"Value": 1, "Export": {}}}}, "Out: no translation of Export"),
        ({"Parameters": {"In": {"MinLength": 1}}}, "In: no translation of MinLength"),
        ({"Conditions": {"Odd": {"Fn::Xor": []}}, "Outputs": {"Out": {"Value": 1, "Condition": "Odd"}}}, "of Fn::Xor"),
        ({"Resources": {"RestAPI": {"Properties": {"Fast": True}}}}, "RestAPI: no translation of Fast"),
        ({"Resources": {"RestAPI": {"Properties": {"MethodSettings": [ONE_METHOD]}}}}, "settings of single methods"),
    ],
)
def test_a_template_is_translated_whole_or_not_at_all(sections: Any, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        ours({}, **sections)
