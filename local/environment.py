"""Point botocore at the local AWS, overriding the user's own configuration."""

import os
from collections.abc import Mapping, MutableMapping

REGION = "us-east-1"
ACCESS_KEY, SECRET = "local", "local"
SECRETS = {ACCESS_KEY: SECRET}
"""Secrets by access key; there is only one pair."""
HERE = ("127.0.0.1", "localhost")


def use_local_aws(
    environ: MutableMapping[str, str], aws_endpoint_url: str, aws_endpoint_url_dynamodb: str | None = None
) -> None:
    """Set these endpoints and dummy credentials in an environment.

    All other AWS variables are removed, so that no request can reach a real account.
    """
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    environ.update(_settings(aws_endpoint_url))
    if aws_endpoint_url_dynamodb is not None:
        environ["AWS_ENDPOINT_URL_DYNAMODB"] = aws_endpoint_url_dynamodb
    for name in ("no_proxy", "NO_PROXY"):
        environ[name] = ",".join(filter(None, (environ.get(name), *HERE)))


def _settings(aws_endpoint_url: str) -> Mapping[str, str]:
    return {
        "AWS_ENDPOINT_URL": aws_endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
