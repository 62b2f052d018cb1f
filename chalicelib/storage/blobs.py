"""The bytes of images in S3, each upload under a key of its own: `<image id>/<random>`."""

import base64
import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.errors import (
    SourceNotFound,
    SourceRefused,
    StoreDisabled,
    StoreError,
    StoreUnavailable,
)
from chalicelib.catalog.outages import store_outage
from chalicelib.catalog.ports import ANYTHING, Link, Located
from chalicelib.storage.answers import code_of, failure_of, outage_of
from chalicelib.storage.links import S3Links
from chalicelib.storage.sources import WebSource, split_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

LINK_SECONDS = 900
FOREIGN_LINK_SECONDS = 60
"""Shorter for external objects, which may change at any moment after they were checked."""
PIECE = 1 << 20
MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
DISABLED = frozenset({"NoSuchBucket"})


def content_md5(content: bytes) -> str:
    """The value of the header `Content-MD5` (RFC 1864), by which S3 detects bytes that changed in transit."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode("ascii")


class S3BlobStore:
    """Implements `ports.BlobStore`, for bytes in the bucket, in other buckets (read only) and on the web."""

    def __init__(
        self, bucket: str, client: Callable[[], "S3Client"], links: S3Links, web: WebSource, inline_bytes: int
    ) -> None:
        self.bucket = bucket
        self.client = client
        self._links = links
        self._web = web
        self._inline_bytes = inline_bytes

    def put(self, image_id: str, content: bytes) -> str:
        """One PutObject, which S3 checks by its MD5; after a failure, a DeleteObject."""
        key = f"{image_id}/{uuid4().hex}"
        try:
            self.client().put_object(Bucket=self.bucket, Key=key, Body=content, ContentMD5=content_md5(content))
        except (ClientError, BotoCoreError) as error:
            with suppress(StoreError):
                self.delete(f"s3://{self.bucket}/{key}")
            raise store_error(error) from error
        return f"s3://{self.bucket}/{key}"

    def get(self, location: str, registered: Located = ANYTHING) -> bytes | None:
        """One GetObject, or one request to the web server."""
        if not location.startswith("s3:"):
            return self._read_web(location, registered)
        bucket, key = split_s3(location)
        try:
            found = self.client().get_object(Bucket=bucket, Key=key)
            with closing(found["Body"]) as body:
                if not self._is_registered(location, registered, found):
                    return None
                if found["ContentLength"] > self._inline_bytes:
                    raise StoreUnavailable("The bytes at the image's location have grown too large to return")
                return body.read()
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in MISSING:
                return None
            raise store_error(error) from error

    def _is_registered(self, location: str, registered: Located, found: Mapping[str, Any]) -> bool:
        """Whether S3 still has the bytes that were registered. Those in our bucket never change."""
        return self._owns(location) or registered.matches(Located(found["ContentLength"], found["ETag"]))

    def _owns(self, location: str) -> bool:
        return location.startswith(f"s3://{self.bucket}/")

    def _read_web(self, location: str, registered: Located) -> bytes | None:
        try:
            found, content = self._web.read(location, self._inline_bytes)
            return content if registered.matches(found) else None
        except SourceNotFound:
            return None
        except SourceRefused as error:
            raise StoreUnavailable("The image's location can no longer be read") from error

    def size(self, location: str) -> int | None:
        """One HeadObject."""
        found = self._head(location)
        return None if found is None else found["ContentLength"]

    def _head(self, location: str) -> "HeadObjectOutputTypeDef | None":
        bucket, key = split_s3(location)
        try:
            return self.client().head_object(Bucket=bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in MISSING:
                return None
            raise store_error(error) from error

    def pieces(self, location: str, offset: int, length: int) -> Generator[bytes]:
        """One GetObject, as far as it is consumed."""
        bucket, key = split_s3(location)
        span = f"bytes={offset}-{offset + length - 1}"
        try:
            with closing(self.client().get_object(Bucket=bucket, Key=key, Range=span)["Body"]) as body:
                yield from body.iter_chunks(PIECE)
        except (ClientError, BotoCoreError) as error:
            raise store_error(error) from error

    def link(self, location: str, registered: Located = ANYTHING, name: str | None = None) -> Link | None:
        """Signed without a request if the bytes are ours; external ones are checked first by one HeadObject."""
        seconds = LINK_SECONDS
        if not self._owns(location):
            seconds = FOREIGN_LINK_SECONDS
            found = self._head(location)
            if found is None or not self._is_registered(location, registered, found):
                return None
        try:
            return Link(self._links.download(location, seconds, name))
        except BotoCoreError as error:
            raise store_error(error) from error

    @property
    def origin(self) -> str | None:
        """The origin of links to the bucket: `https://bucket.s3.us-east-1.amazonaws.com`; None without credentials."""
        try:
            scheme, host, *_ = urlsplit(self._links.download(self.place("any") + "any", 1))
        except BotoCoreError:
            return None
        return f"{scheme}://{host}"

    def place(self, image_id: str) -> str:
        """The prefix of the image's objects."""
        return f"s3://{self.bucket}/{image_id}/"

    def clear(self, image_id: str) -> None:
        """ListObjectsV2 and DeleteObjects, up to a thousand keys at once; most images have one."""
        _, prefix = split_s3(self.place(image_id))
        try:
            pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                keys = [entry["Key"] for entry in page.get("Contents", [])]
                self._delete_all(keys)
        except (ClientError, BotoCoreError) as error:
            raise store_error(error) from error

    def _delete_all(self, keys: list[str]) -> None:
        if keys:
            answer = self.client().delete_objects(
                Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
            )
            if answer.get("Errors"):
                raise StoreError("The image store did not delete some bytes")

    def delete(self, location: str) -> None:
        """One DeleteObject in our own bucket; none in others."""
        if not self._owns(location):
            return
        bucket, key = split_s3(location)
        try:
            self.client().delete_object(Bucket=bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise store_error(error) from error


def store_error(error: ClientError | BotoCoreError) -> StoreError:
    """The catalogue's error for one of AWS, whose text stays out of responses."""
    outage = failure_of(error) if isinstance(error, BotoCoreError) else outage_of(error)
    if outage is not None:
        return store_outage(outage)
    return (
        StoreDisabled("Image storage is disabled")
        if code_of(error) in DISABLED
        else StoreError("The image store failed")
    )
