"""Which environments are as plain as Lambda's."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, DEFAULT_S3_CONFIG_VARS
from botocore.session import get_session
from botocore.utils import ContainerMetadataFetcher

from chalicelib.storage.plain import FILES, REGION, TRUST, UNSUPPORTED, is_plain

FIXED = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
LAMBDA = {
    **FIXED,
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
    "AWS_LAMBDA_FUNCTION_NAME": "rosetta-prod",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "_X_AMZN_TRACE_ID": "Root=1",
    "PATH": "/usr/bin",
}
CONTAINER = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
SNAPSTART = {
    CONTAINER: "http://127.0.0.1:9001/2021-04-23/credentials",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
}
OF_NO_CONCERN = {
    "AWS_DEFAULT_REGION": "the composition root reads it",
    "AWS_METADATA_SERVICE_TIMEOUT": "of credentials that the light way does not take",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "as above",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "as above",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "as above",
    "AWS_EC2_METADATA_V1_DISABLED": "as above",
    "AWS_IMDS_USE_IPV6": "as above",
    "AWS_STS_REGIONAL_ENDPOINTS": "of STS",
    "AWS_CSM_HOST": "AWS_CSM_ENABLED counts",
    "AWS_CSM_PORT": "as above",
    "AWS_CSM_CLIENT_ID": "as above",
    "AWS_RETRY_MODE": "pynamodb says which mode, and links are not tried again",
    "AWS_MAX_ATTEMPTS": "as above",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "of operations of other services",
    "AWS_DISABLE_REQUEST_COMPRESSION": "as above",
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "as above",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "of bytes that are sent to S3; the composition root says which",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "of bytes that come from S3",
    "AWS_S3_USE_ARN_REGION": "of buckets that are named by ARNs",
    "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS": "as above",
    "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": "of directory buckets, which botocore makes links to",
}
"""What botocore reads, and does not bear on DynamoDB's tables nor on links, with the reason."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with nothing in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "environ",
    [
        FIXED,
        LAMBDA,
        SNAPSTART,
        {**FIXED, "AWS_SECURITY_TOKEN": "token"},
        {**FIXED, "AWS_ENDPOINT_URL": "http://127.0.0.1:5000"},
        {**FIXED, "AWS_ENDPOINT_URL_S3": "http://localhost:9000/", "AWS_ENDPOINT_URL_DYNAMODB": "http://db:8000"},
        {**FIXED, "AWS_ENDPOINT_URL": "https://s3.example.org"},
        {**FIXED, "AWS_ENDPOINT_URL_SQS": "http://[::1]:5000/queue"},
        {**FIXED, "no_proxy": "localhost", "NO_PROXY": "localhost"},
        {**FIXED, **dict.fromkeys(OF_NO_CONCERN, "1")},
        {**FIXED, **dict.fromkeys(FILES, "/nowhere")},
        {**FIXED, **dict.fromkeys(FILES, os.devnull)},
        {**FIXED, **dict.fromkeys(TRUST, "/certificates"), "AWS_ENDPOINT_URL": "http://127.0.0.1:5000"},
        {**FIXED, **dict.fromkeys(TRUST, "/certificates"), "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:5000"},
    ],
)
def test_what_lambda_and_a_local_aws_set_is_plain(environ: dict[str, str]) -> None:
    assert is_plain(environ, "us-east-1")


@pytest.mark.parametrize(
    "endpoints",
    [
        {"AWS_ENDPOINT_URL": "https://aws.example"},
        {"AWS_ENDPOINT_URL_DYNAMODB": "https://db.example"},
        {"AWS_ENDPOINT_URL_S3": "http://s3.example"},
        {"AWS_ENDPOINT_URL": "http://aws.example", "AWS_ENDPOINT_URL_DYNAMODB": "https://db.example"},
    ],
)
@pytest.mark.parametrize("name", sorted(TRUST))
def test_somebodys_own_certificates_are_not_where_dynamodb_is_asked_over_tls(
    endpoints: dict[str, str], name: str
) -> None:
    assert not is_plain({**LAMBDA, **endpoints, name: "/certificates"}, "us-east-1")


@pytest.mark.parametrize("name", sorted(UNSUPPORTED | TRUST))
@pytest.mark.parametrize("value", ["true", ""])
def test_a_variable_that_only_botocore_obeys_is_not(name: str, value: str) -> None:
    assert not is_plain({**LAMBDA, name: value}, "us-east-1")


def test_each_variable_of_botocore_is_known() -> None:
    options = [*BOTOCORE_DEFAUT_SESSION_VARIABLES.values(), *DEFAULT_S3_CONFIG_VARS.values()]

    read = {name for _, names, *_ in options for name in ([names] if isinstance(names, str) else names or [])}

    assert sorted(read - UNSUPPORTED - TRUST - FILES.keys()) == sorted(OF_NO_CONCERN)


@pytest.mark.parametrize(
    "name", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "Https_Proxy"]
)
def test_a_proxy_is_not(name: str) -> None:
    assert not is_plain({**LAMBDA, name: "http://proxy:3128"}, "us-east-1")


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB"])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:5000",
        "ftp://localhost:5000",
        "http://localhost:5000/s3",
        "http://localhost:5000?a=b",
        "http://user@localhost:5000",
        "http://LOCALHOST:5000",
        "http://[::1]:5000",
        "http://localhost:80",
        "https://localhost:443",
        "https://bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com",
        "https://s3.cn-north-1.amazonaws.com.cn",
        "https://s3-accelerate.amazonaws.com",
        "http://localhost:5000\n",
    ],
)
def test_an_endpoint_that_is_more_than_somebody_elses_server_is_not(name: str, url: str) -> None:
    assert not is_plain({**LAMBDA, name: url}, "us-east-1")


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_regions_of_aws_and_china_are_plain(partition: str) -> None:
    regions = get_session().get_available_regions("s3", partition)

    assert len(regions) > 1
    assert [region for region in regions if not is_plain(LAMBDA, region)] == []


@pytest.mark.parametrize("partition", ["aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"])
def test_regions_of_other_partitions_are_not(partition: str) -> None:
    regions = get_session().get_available_regions("dynamodb", partition)

    assert regions
    assert [region for region in regions if is_plain(LAMBDA, region)] == []


@pytest.mark.parametrize(
    "region", ["", "aws-global", "us-east-1.example.org", "us-east-1/", "us-east-1\n", "xx-east-1"]
)
def test_what_is_no_region_is_not(region: str) -> None:
    assert not is_plain(LAMBDA, region)
    assert REGION.fullmatch(region) is None


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"AWS_ACCESS_KEY_ID": "key"},
        {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_SECRET_ACCESS_KEY": "secret"},
        {**FIXED, "AWS_ACCESS_KEY_ID": "key\n"},
        {**FIXED, "AWS_SECRET_ACCESS_KEY": "secret\udcff"},
        {**FIXED, "AWS_SECURITY_TOKEN": "token\r\nx-other: 1"},
        {**FIXED, "AWS_SESSION_TOKEN": "tokén"},
        {"AWS_ACCESS_KEY_ID": "key", **SNAPSTART},
        {CONTAINER: ""},
    ],
)
def test_credentials_of_another_place_or_by_halves_are_not(environ: dict[str, str]) -> None:
    assert not is_plain(environ, "us-east-1")


CONTAINERS = [
    "http://localhost/a",
    "http://127.0.0.1:9001/2021-04-23/credentials",
    "http://127.255.255.254/a?b=c",
    "http://[::1]:8080/a",
    "http://169.254.170.2/v2/credentials/1",
    "http://169.254.170.23/v1/credentials",
    "http://[fd00:ec2::23]/v1/credentials",
]


class Answering:
    """Answers whatever it is asked for, as botocore has its requests sent."""

    def send(self, _request: object) -> SimpleNamespace:
        return SimpleNamespace(status_code=200, content=b"{}")


def botocore_asks(url: str) -> bool:
    """Whether botocore would ask there for credentials."""
    try:
        ContainerMetadataFetcher(Answering()).retrieve_full_uri(url)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("url", CONTAINERS)
def test_credentials_of_this_machine_and_of_containers_are_plain(url: str) -> None:
    assert botocore_asks(url)
    assert is_plain({CONTAINER: url}, "us-east-1")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://example.org/credentials",
        "http://127.0.0.1.example.org/credentials",
        "http://localhost.example.org/credentials",
        "http://127.0.0.1@example.org/credentials",
        "http://10.0.0.1/credentials",
        "http://[::2]/credentials",
    ],
)
def test_credentials_of_other_servers_are_not(url: str) -> None:
    assert not botocore_asks(url)
    assert not is_plain({CONTAINER: url}, "us-east-1")


def test_credentials_that_come_over_tls_are_left_to_botocore() -> None:
    assert not is_plain({CONTAINER: "https://127.0.0.1/credentials"}, "us-east-1")


@pytest.mark.parametrize("name", [".aws/config", ".aws/credentials"])
def test_a_file_of_botocore_in_the_home_is_not(home: Path, name: str) -> None:
    (home / name).parent.mkdir(exist_ok=True, parents=True)
    (home / name).touch()

    assert not is_plain(LAMBDA, "us-east-1")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_of_botocore_elsewhere_is_not(home: Path, name: str) -> None:
    (home / "file").touch()

    assert not is_plain({**LAMBDA, name: "~/file"}, "us-east-1")
    assert not is_plain({**LAMBDA, name: "$HOME/file"}, "us-east-1")
