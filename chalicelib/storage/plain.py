"""Whether an environment is as plain as Lambda's, so that AWS can be spoken to without asking botocore how."""

import os
import re
from collections.abc import Mapping

from chalicelib.storage.credentials import has_credentials

REGION = re.compile(r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-[a-z]+-[0-9]+")
"""Those of AWS and of AWS in China; not GovCloud's, nor those of secret or sovereign partitions."""
ENDPOINT = re.compile(r"https?://[a-z0-9.-]+(?::[1-9][0-9]{3,4})?/?")
"""Servers of somebody else, or of this machine; not those of AWS by other names, nor what is below a path."""
SERVICES = ("", "_DYNAMODB", "_S3")
STRANGE = frozenset(
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
"""Variables that botocore obeys, and the light way does not, whatever their values."""
TRUST = frozenset({"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"})
"""Variables that say whose certificates are believed, where there are any."""
PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
FILES = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}
"""Variables that name files of settings, and where those are if nothing does."""


def is_plain(environ: Mapping[str, str], region: str) -> bool:
    """Whether nothing in the environment, and none of botocore's files, asks for what only botocore knows."""
    return (
        REGION.fullmatch(region) is not None
        and has_credentials(environ)
        and all(_is_plain_endpoint(environ.get(f"AWS_ENDPOINT_URL{service}")) for service in SERVICES)
        and STRANGE.isdisjoint(environ)
        and (_is_without_tls(environ) or TRUST.isdisjoint(environ))
        and PROXIES.isdisjoint(name.lower() for name in environ)
        and not any(_exists(environ.get(name, usual)) for name, usual in FILES.items())
    )


def domain(region: str) -> str:
    """Below which name AWS's servers of a plain region are."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _is_plain_endpoint(url: str | None) -> bool:
    return url is None or (ENDPOINT.fullmatch(url) is not None and "amazonaws" not in url)


def _is_without_tls(environ: Mapping[str, str]) -> bool:
    """Whether nobody's certificate is looked at: DynamoDB alone is connected to."""
    url = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL", "")
    return url.startswith("http://")


def _exists(path: str) -> bool:
    return os.path.isfile(os.path.expanduser(os.path.expandvars(path)))  # noqa: PTH111, PTH113  # pathlib is slow
