"""Compare the costs of signing a request: by our own code, by botocore, and by packages for signing.

The packages are installed from the package index, each into its own folder: the product does not need them.
"""

import importlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from chalicelib.storage.credentials import Credentials
from chalicelib.storage.signing import signed

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "secret", "token" * 160  # of nothing
REGION, SERVICE, HOST = "us-east-1", "dynamodb", "dynamodb.us-east-1.amazonaws.com"
URL = f"https://{HOST}/"
HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem"}
BODY = b"x" * 1000
TURNS, ROUNDS = 400, 7


class Package(NamedTuple):
    """A package for signing: its version, and a function that signs."""

    version: str
    signing: Callable[[], Callable[[], object]]


def main() -> None:
    """Measure and print the table."""
    print("| signer | µs | over botocore | kB installed |\n| --- | ---: | ---: | ---: |")
    floor, own = _microseconds(_botocore()), _microseconds(_own())
    for name, took in (("botocore", floor), ("our own", own)):
        print(f"| {name} | {took:.0f} | {took / floor:.2f} | |")
    for name, package in PACKAGES.items():
        with _installed(name, package.version) as size:
            try:
                took = _microseconds(package.signing())
            except ImportError as error:
                print(f"| {name} {package.version} | not measured: {error} | | {size / 1000:,.0f} |")
            else:
                print(f"| {name} {package.version} | {took:.0f} | {took / floor:.2f} | {size / 1000:,.0f} |")


def _own() -> Callable[[], object]:
    credentials = Credentials(KEY, SECRET, TOKEN)
    return lambda: signed(credentials, REGION, SERVICE, HOST, HEADERS, BODY)


def _botocore() -> Callable[[], object]:
    signer = SigV4Auth(BotocoreCredentials(KEY, SECRET, TOKEN), SERVICE, REGION)
    return lambda: signer.add_auth(AWSRequest("POST", URL, dict(HEADERS), BODY))


def _aws_request_signer() -> Callable[[], object]:
    module: Any = importlib.import_module("aws_request_signer")
    signer = module.AwsRequestSigner(REGION, KEY, SECRET, SERVICE, TOKEN)
    digest: Any = importlib.import_module("hashlib")
    return lambda: signer.sign_with_headers("POST", URL, dict(HEADERS), digest.sha256(BODY).hexdigest())


def _awscrt() -> Callable[[], object]:
    auth: Any = importlib.import_module("awscrt.auth")
    http: Any = importlib.import_module("awscrt.http")
    streams: Any = importlib.import_module("io")
    provider = auth.AwsCredentialsProvider.new_static(KEY, SECRET, TOKEN)
    kinds = auth.AwsSigningAlgorithm.V4, auth.AwsSignatureType.HTTP_REQUEST_HEADERS

    def sign() -> object:
        request = http.HttpRequest("POST", "/", http.HttpHeaders([("host", HOST), *HEADERS.items()]))
        request.body_stream = streams.BytesIO(BODY)
        config = auth.AwsSigningConfig(*kinds, provider, region=REGION, service=SERVICE)
        return auth.aws_sign_request(request, config).result()

    return sign


PACKAGES = {
    "aws-request-signer": Package("1.2.0", _aws_request_signer),
    "awscrt": Package("0.38.0", _awscrt),
}


@contextmanager
def _installed(name: str, version: str) -> Iterator[int]:
    """Install a package and make it importable; yield its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*pip, f"{name}=={version}"], check=True, stderr=subprocess.DEVNULL)  # noqa: S603  # as named above
        sys.path.insert(0, folder)
        try:
            yield sum(file.stat().st_size for file in Path(folder).rglob("*") if file.suffix != ".pyc")
        finally:
            sys.path.remove(folder)


def _microseconds(sign: Callable[[], object]) -> float:
    """Microseconds of CPU time for one signature: the median of several rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(TURNS):
            sign()
        found.append((time.process_time() - start) / TURNS * 1e6)
    return median(found)


if __name__ == "__main__":
    main()
