"""Restrict a policy's resources to the partition, region and account of the stack.

The files in `.chalice/` use `aws` and asterisks, as Chalice does not process policies.
"""

import re
from typing import Any

HERE = re.compile(r"arn:aws:(dynamodb|sqs|logs):\*:\*:")
"""Services whose ARNs have a region and an account."""
ANYWHERE = re.compile(r"arn:aws:(ec2):\*:(\*?):")
"""Instances may be in other regions, and public images belong to no account."""
BUCKETS = re.compile(r"arn:aws:s3:::(.*?)\$\{aws:PrincipalAccount\}-\*")
"""ARNs of buckets have neither; account and region are part of the bucket's name."""


def located(policy: dict[str, Any]) -> dict[str, Any]:
    """Put CloudFormation's pseudo parameters into the policy's resources."""
    return {**policy, "Statement": [{**each, "Resource": _located(each["Resource"])} for each in policy["Statement"]]}


def _located(resource: Any) -> Any:
    if isinstance(resource, list):
        return [_located(each) for each in resource]
    text = HERE.sub(r"arn:${AWS::Partition}:\1:${AWS::Region}:${AWS::AccountId}:", resource)
    text = ANYWHERE.sub(lambda found: f"arn:${{AWS::Partition}}:ec2:*:{found[2] and '${AWS::AccountId}'}:", text)
    text = BUCKETS.sub(r"arn:${AWS::Partition}:s3:::\1${AWS::AccountId}-${AWS::Region}", text)
    return resource if text == resource else {"Fn::Sub": text}
