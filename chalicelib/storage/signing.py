"""AWS's Signature Version 4, for requests to a service's root and for links to S3, equal to botocore's."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from chalicelib.storage.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
UNRESERVED = "-._~"
EMPTY: Mapping[str, str] = {}


def signed(
    credentials: Credentials,
    region: str,
    service: str,
    host: str,
    headers: Mapping[str, str],
    body: bytes,
    now: float | None = None,
) -> dict[str, str]:
    """The headers of a POST to `/`, names in lower case, with those of the signature.

    `host` is the value of the Host header; `now` is in seconds since the epoch, by default the current time.
    """
    stamp = _stamp(now)
    found = {name.lower(): value for name, value in headers.items()} | {"host": host, "x-amz-date": stamp}
    if credentials.token:
        found["x-amz-security-token"] = credentials.token
    names, lines = _canonical(found)
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    signature = _signature(credentials.secret, stamp, scope, request)
    found["authorization"] = (
        f"{ALGORITHM} Credential={credentials.key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return found


class S3Request(NamedTuple):
    """A request to S3. `url` is scheme, host in lower case, port if it is not the default, and quoted path."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = EMPTY


def link(credentials: Credentials, region: str, request: S3Request, seconds: int, now: float | None = None) -> str:
    """A URL that is valid for `seconds`, and for this request only; `now` as in `signed`."""
    stamp = _stamp(now)
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    host, _, path = request.url.partition("://")[2].partition("/")
    names, lines = _canonical({name.lower(): value for name, value in request.headers.items()} | {"host": host})
    asked = {
        **request.query,
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": names,
    }
    if credentials.token:
        asked["X-Amz-Security-Token"] = credentials.token
    pairs = [f"{quote(name, UNRESERVED)}={quote(value, UNRESERVED)}" for name, value in asked.items()]
    canonical = f"{request.method}\n/{path}\n{'&'.join(sorted(pairs))}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
    signature = _signature(credentials.secret, stamp, scope, canonical)
    return f"{request.url}?{'&'.join(pairs)}&X-Amz-Signature={signature}"


def _stamp(now: float | None) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))


def _canonical(headers: Mapping[str, str]) -> tuple[str, str]:
    """The sorted names of headers, and the headers, with white space reduced to single blanks."""
    names = sorted(headers)
    return ";".join(names), "".join([f"{name}:{' '.join(headers[name].split())}\n" for name in names])


def _signature(secret: str, stamp: str, scope: str, request: str) -> str:
    digest = hashlib.sha256(request.encode()).hexdigest()
    return hmac.digest(_key(secret, scope), f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode(), "sha256").hex()


@lru_cache(maxsize=8)
def _key(secret: str, scope: str) -> bytes:
    """The signing key of a day, for a service in a region."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
