"""What a policy's resources are in the partition, the region and the account that a stack is in.

The files in `.chalice/` name them with `aws` and asterisks, as Chalice hands policies on as they are.
"""

import re
from typing import Any

HERE = re.compile(r"arn:aws:(dynamodb|sqs|logs):\*:\*:")
"""What has a region and an account."""
ANYWHERE = re.compile(r"arn:aws:(ec2):\*:(\*?):")
"""Machines may be in other regions, and public images belong to no account."""
BUCKETS = re.compile(r"arn:aws:s3:::(.*?)\$\{aws:PrincipalAccount\}-\*")
"""Of buckets only names are known, which have account and region in them."""


def located(policy: dict[str, Any]) -> dict[str, Any]:
    """The policy with CloudFormation's pseudo parameters in its resources."""
    return {**policy, "Statement": [{**each, "Resource": _located(each["Resource"])} for each in policy["Statement"]]}


def _located(resource: Any) -> Any:
    if isinstance(resource, list):
        return [_located(each) for each in resource]
    text = HERE.sub(r"arn:${AWS::Partition}:\1:${AWS::Region}:${AWS::AccountId}:", resource)
    text = ANYWHERE.sub(lambda found: f"arn:${{AWS::Partition}}:ec2:*:{found[2] and '${AWS::AccountId}'}:", text)
    text = BUCKETS.sub(r"arn:${AWS::Partition}:s3:::\1${AWS::AccountId}-${AWS::Region}", text)
    return resource if text == resource else {"Fn::Sub": text}
