"""The resource types of the template, with their translations to Terraform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.properties import Fields, Rule, Schema, block, blocks, in_json, inlined, listed, mapped, only


@dataclass(frozen=True, slots=True)
class Part:
    """A separate block for a CloudFormation property."""

    type: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class ResourceType:
    """The translation of a resource type: a block, and further ones for some properties."""

    type: str
    schema: Schema
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The block's attributes for `Ref` (key "") and `Fn::GetAtt`."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    owner: str = ""
    """The argument by which a part refers to the main block."""


def _keys(value: list[Any], _place: str) -> Fields:
    """The key of a table or of a global index."""
    kinds = {"HASH": "hash_key", "RANGE": "range_key"}
    return {kinds[each["KeyType"]]: each["AttributeName"] for each in value}


def _range_key(value: list[Any], place: str) -> Fields:
    """The key of a local index, whose hash is the table's."""
    return {"range_key": _keys(value, place)["range_key"]}


def _index(keys: Rule) -> Schema:
    projection = {"ProjectionType": "projection_type"}
    return {"IndexName": "name", "KeySchema": keys, "Projection": inlined(projection)}


def _lifecycle_rule(value: list[Any], place: str) -> Fields:
    schema: Schema = {
        "Id": "id",
        "Status": "status",
        "AbortIncompleteMultipartUpload": block(
            "abort_incomplete_multipart_upload", {"DaysAfterInitiation": "days_after_initiation"}
        ),
    }
    rules = blocks("rule", schema)(value, place)["rule"]
    return {"rule": [{**rule, "filter": {}} for rule in rules]}  # an empty filter selects all objects


TABLE: Schema = {
    "TableName": "name",
    "BillingMode": "billing_mode",
    "DeletionProtectionEnabled": "deletion_protection_enabled",
    "AttributeDefinitions": blocks("attribute", {"AttributeName": "name", "AttributeType": "type"}),
    "KeySchema": _keys,
    "LocalSecondaryIndexes": blocks("local_secondary_index", _index(_range_key)),
    "GlobalSecondaryIndexes": blocks("global_secondary_index", _index(_keys)),
    "TimeToLiveSpecification": block("ttl", {"AttributeName": "attribute_name", "Enabled": "enabled"}),
    "PointInTimeRecoverySpecification": block("point_in_time_recovery", {"PointInTimeRecoveryEnabled": "enabled"}),
}
QUEUE: Schema = {
    "QueueName": "name",
    "VisibilityTimeout": "visibility_timeout_seconds",
    "MessageRetentionPeriod": "message_retention_seconds",
    "SqsManagedSseEnabled": "sqs_managed_sse_enabled",
    "RedrivePolicy": in_json("redrive_policy"),
    "RedriveAllowPolicy": in_json("redrive_allow_policy"),
}
METRIC: Schema = {
    "Namespace": "namespace",
    "MetricName": "metric_name",
    "Dimensions": mapped("dimensions"),
}
METRIC_QUERY: Schema = {
    "Id": "id",
    "Label": "label",
    "Expression": "expression",
    "ReturnData": "return_data",
    "Period": "period",
    "MetricStat": block("metric", {"Metric": inlined(METRIC), "Period": "period", "Stat": "stat"}),
}
ALARM: Schema = {
    **METRIC,
    "AlarmName": "alarm_name",
    "AlarmDescription": "alarm_description",
    "AlarmActions": "alarm_actions",
    "OKActions": "ok_actions",
    "ComparisonOperator": "comparison_operator",
    "Threshold": "threshold",
    "EvaluationPeriods": "evaluation_periods",
    "TreatMissingData": "treat_missing_data",
    "Statistic": "statistic",
    "ExtendedStatistic": "extended_statistic",
    "Period": "period",
    "Metrics": blocks("metric_query", METRIC_QUERY),
}
BUCKET_PARTS = {
    "BucketEncryption": Part(
        "aws_s3_bucket_server_side_encryption_configuration",
        {
            "ServerSideEncryptionConfiguration": blocks(
                "rule",
                {
                    "ServerSideEncryptionByDefault": block(
                        "apply_server_side_encryption_by_default", {"SSEAlgorithm": "sse_algorithm"}
                    ),
                },
            )
        },
    ),
    "OwnershipControls": Part(
        "aws_s3_bucket_ownership_controls", {"Rules": blocks("rule", {"ObjectOwnership": "object_ownership"})}
    ),
    "PublicAccessBlockConfiguration": Part(
        "aws_s3_bucket_public_access_block",
        {
            "BlockPublicAcls": "block_public_acls",
            "BlockPublicPolicy": "block_public_policy",
            "IgnorePublicAcls": "ignore_public_acls",
            "RestrictPublicBuckets": "restrict_public_buckets",
        },
    ),
    "CorsConfiguration": Part(
        "aws_s3_bucket_cors_configuration",
        {
            "CorsRules": blocks(
                "cors_rule",
                {
                    "Id": "id",
                    "AllowedOrigins": "allowed_origins",
                    "AllowedMethods": "allowed_methods",
                    "AllowedHeaders": "allowed_headers",
                    "ExposedHeaders": "expose_headers",
                    "MaxAge": "max_age_seconds",
                },
            )
        },
    ),
    "LifecycleConfiguration": Part("aws_s3_bucket_lifecycle_configuration", {"Rules": _lifecycle_rule}),
    "NotificationConfiguration": Part(
        "aws_s3_bucket_notification",
        {"QueueConfigurations": blocks("queue", {"Event": listed("events"), "Queue": "queue_arn"})},
    ),
}
RESOURCE_TYPES: dict[str, ResourceType] = {
    "AWS::DynamoDB::Table": ResourceType("aws_dynamodb_table", TABLE, {"": "name", "Arn": "arn"}),
    "AWS::SQS::Queue": ResourceType("aws_sqs_queue", QUEUE, {"": "url", "Arn": "arn", "QueueName": "name"}),
    "AWS::SQS::QueuePolicy": ResourceType(
        "aws_sqs_queue_policy", {"Queues": only("queue_url"), "PolicyDocument": in_json("policy")}
    ),
    "AWS::S3::Bucket": ResourceType(
        "aws_s3_bucket",
        {"BucketName": "bucket"},
        {"": "id", "Arn": "arn"},
        BUCKET_PARTS,
        "bucket",
    ),
    "AWS::S3::BucketPolicy": ResourceType(
        "aws_s3_bucket_policy", {"Bucket": "bucket", "PolicyDocument": in_json("policy")}
    ),
    "AWS::SNS::Topic": ResourceType(
        "aws_sns_topic",
        {"TopicName": "name"},
        {"": "arn", "TopicArn": "arn", "TopicName": "name"},
    ),
    "AWS::CloudWatch::Alarm": ResourceType("aws_cloudwatch_metric_alarm", ALARM, {"": "alarm_name", "Arn": "arn"}),
    "AWS::Logs::LogGroup": ResourceType(
        "aws_cloudwatch_log_group",
        {"LogGroupName": "name", "RetentionInDays": "retention_in_days", "Tags": mapped("tags", "Key")},
        {"": "name", "Arn": "arn"},
    ),
    "AWS::CloudWatch::Dashboard": ResourceType(
        "aws_cloudwatch_dashboard", {"DashboardName": "dashboard_name", "DashboardBody": "dashboard_body"}
    ),
    "AWS::IAM::Role": ResourceType(
        "aws_iam_role",
        {"AssumeRolePolicyDocument": in_json("assume_role_policy"), "ManagedPolicyArns": "managed_policy_arns"},
        {"": "name", "Arn": "arn"},
    ),
    "AWS::ApiGateway::Account": ResourceType(
        "aws_api_gateway_account", {"CloudWatchRoleArn": "cloudwatch_role_arn"}, {"": "id"}
    ),
    "AWS::ApiGateway::DomainName": ResourceType(
        "aws_api_gateway_domain_name",
        {
            "DomainName": "domain_name",
            "RegionalCertificateArn": "regional_certificate_arn",
            "EndpointConfiguration": block("endpoint_configuration", {"Types": "types"}),
            "SecurityPolicy": "security_policy",
        },
        {"": "domain_name", "RegionalDomainName": "regional_domain_name", "RegionalHostedZoneId": "regional_zone_id"},
    ),
    "AWS::ApiGateway::BasePathMapping": ResourceType(
        "aws_api_gateway_base_path_mapping",
        {"DomainName": "domain_name", "RestApiId": "api_id", "Stage": "stage_name"},
    ),
}
