"""Adapts a template to the emulator; the README lists how it differs from AWS."""

import copy
from typing import Any

Template = dict[str, Any]

UNENCRYPTED = {"Bool": {"aws:SecureTransport": "false"}}
"""The condition under which the bucket denies access; without TLS, it would deny all access on this machine."""


def with_code_at(template: Template, bucket: str, folder: str) -> Template:
    """The SAM template with the addresses of the uploaded code, as `aws cloudformation package` writes it."""
    made = copy.deepcopy(template)
    for resource in made["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            code = resource["Properties"]["CodeUri"]
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": f"{folder}/{code}"}
    return made


def adapted(template: Template) -> Template:
    """The translated template, as the emulator understands it."""
    resources: Template = {}
    for name, resource in template["Resources"].items():
        resources.update(_adapted(name, copy.deepcopy(resource)))
    responses = [name for name in resources if resources[name]["Type"] == "AWS::ApiGateway::GatewayResponse"]
    for resource in resources.values():
        if resource["Type"] == "AWS::ApiGateway::Deployment":
            resource["DependsOn"] = responses
    return {**template, "Resources": resources}


def _adapted(name: str, resource: Template) -> Template:
    """The adapted resource."""
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::ApiGateway::RestApi":
            body = properties["Body"]
            properties["BinaryMediaTypes"] = body.get("x-amazon-apigateway-binary-media-types", [])
            return {name: resource, **_gateway_responses(name, body)}
        case "AWS::CloudWatch::Alarm" if "Metrics" in properties:
            return {}
        case "AWS::S3::BucketPolicy" | "AWS::SQS::QueuePolicy":
            policy = properties["PolicyDocument"]
            policy["Statement"] = [each for each in policy["Statement"] if each.get("Condition") != UNENCRYPTED]
    return {name: resource}


def _gateway_responses(api: str, body: Template) -> Template:
    """The gateway responses of the API's document, which the emulator ignores, as resources, which it supports."""
    return {
        f"{api}Response{kind.title().replace('_', '')}": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": {"Ref": api},
                "ResponseType": kind,
                "ResponseParameters": told.get("responseParameters", {}),
                "ResponseTemplates": told.get("responseTemplates", {}),
                **({"StatusCode": str(told["statusCode"])} if "statusCode" in told else {}),
            },
        }
        for kind, told in body.get("x-amazon-apigateway-gateway-responses", {}).items()
    }
