"""The one connection to AWS that all tables share."""

import pytest
from botocore.exceptions import ClientError

from chalicelib.bootstrap import Aws
from chalicelib.storage.connection import SharedConnection, url_of
from chalicelib.storage.tables import MODELS
from tests.api import Api


def test_all_tables_share_one_client(api: Api, aws: Aws) -> None:
    connections = {id(model._get_connection().connection) for model in MODELS}  # noqa: SLF001  # what is asserted

    assert connections == {id(aws.dynamodb)}


def test_errors_of_dynamodb_keep_their_code(aws: Aws) -> None:
    with pytest.raises(ClientError) as refusal:
        aws.dynamodb.dispatch("DescribeTable", {"TableName": "unknown"})

    assert refusal.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_connection_says_where_it_leads() -> None:
    assert repr(SharedConnection("eu-west-1", {})) == "SharedConnection('https://dynamodb.eu-west-1.amazonaws.com')"


def test_a_connection_that_was_never_used_can_be_closed() -> None:
    SharedConnection("eu-west-1", {}).close()


@pytest.mark.parametrize(
    ("environ", "region", "url"),
    [
        ({}, "eu-west-1", "https://dynamodb.eu-west-1.amazonaws.com"),
        ({}, "cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        ({"AWS_ENDPOINT_URL": "http://a:8000"}, "eu-west-1", "http://a:8000"),
        ({"AWS_ENDPOINT_URL": "http://a:8000", "AWS_ENDPOINT_URL_DYNAMODB": "https://b"}, "eu-west-1", "https://b"),
    ],
)
def test_dynamodb_is_where_the_environment_says_or_in_the_region(
    environ: dict[str, str], region: str, url: str
) -> None:
    assert url_of(environ, region) == url


@pytest.mark.parametrize(
    ("environ", "region"),
    [
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
        ({}, "us-east-1"),
    ],
)
def test_the_region_is_the_environments(environ: dict[str, str], region: str) -> None:
    assert Aws.from_environ(environ).dynamodb.region == region
