"""Whether an environment is as plain as Lambda's, so that requests to AWS need no configuration by botocore."""

import os
import re
from collections.abc import Mapping

from chalicelib.storage.credentials import has_credentials

REGION = re.compile(r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-[a-z]+-[0-9]+")
"""Regions of AWS and of AWS in China; not those of GovCloud, or of secret or sovereign partitions."""
ENDPOINT = re.compile(r"https?://[a-z0-9.-]+(?::[1-9][0-9]{3,4})?/?")
"""Servers other than AWS's, or on this machine; without a path."""
SERVICES = ("", "_DYNAMODB", "_S3")
UNSUPPORTED = frozenset(
    {
        *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DATA_PATH"),
        *("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
        *("AWS_ACCOUNT_ID", "AWS_ACCOUNT_ID_ENDPOINT_MODE", "AWS_ENDPOINT_DISCOVERY_ENABLED"),
        *("AWS_AUTH_SCHEME_PREFERENCE", "AWS_SIGV4A_SIGNING_REGION_SET", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"),
        *("AWS_DEFAULTS_MODE", "AWS_CSM_ENABLED", "AWS_SDK_UA_APP_ID", "BOTOCORE_TCP_KEEPALIVE"),
        *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CREDENTIAL_EXPIRATION", "AWS_CREDENTIAL_FILE"),
        *("AWS_WEB_IDENTITY_TOKEN_FILE", "BOTO_CONFIG", "BOTOCORE_EXPERIMENTAL__PLUGINS", "SSLKEYLOGFILE"),
    }
)
"""Variables that only botocore supports, whatever their values."""
TRUST = frozenset({"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"})
"""Variables with the file of trusted certificates, which matter only with TLS."""
PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
FILES = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}
"""Variables with the paths of botocore's configuration files, and the default paths."""


def is_plain(environ: Mapping[str, str], region: str) -> bool:
    """Whether neither the environment nor botocore's files need anything that only botocore supports."""
    return (
        REGION.fullmatch(region) is not None
        and has_credentials(environ)
        and all(_is_plain_endpoint(environ.get(f"AWS_ENDPOINT_URL{service}")) for service in SERVICES)
        and UNSUPPORTED.isdisjoint(environ)
        and (_is_without_tls(environ) or TRUST.isdisjoint(environ))
        and PROXIES.isdisjoint(name.lower() for name in environ)
        and not any(_exists(environ.get(name, usual)) for name, usual in FILES.items())
    )


def domain(region: str) -> str:
    """The domain of AWS's servers in a plain region."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _is_plain_endpoint(url: str | None) -> bool:
    return url is None or (ENDPOINT.fullmatch(url) is not None and "amazonaws" not in url)


def _is_without_tls(environ: Mapping[str, str]) -> bool:
    """Whether no certificate is checked: our own client connects to DynamoDB only."""
    url = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL", "")
    return url.startswith("http://")


def _exists(path: str) -> bool:
    return os.path.isfile(os.path.expanduser(os.path.expandvars(path)))  # noqa: PTH111, PTH113  # pathlib is slow
