"""Multipart uploads to S3, to `<image id>/<name>`."""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.errors import SourceNotFound, SourceRefused
from chalicelib.catalog.ports import Multipart, Part, PartLink
from chalicelib.storage.answers import code_of
from chalicelib.storage.blobs import content_md5, store_error
from chalicelib.storage.links import S3Links
from chalicelib.storage.sources import UNREADABLE, split_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 3600
OVER = "NoSuchUpload"
CHANGED = frozenset({"PreconditionFailed", "412"})


class S3MultipartStore:
    """Implements `ports.MultipartStore`. S3 checks each part against the MD5 that its link was made for."""

    def __init__(self, bucket: str, client: Callable[[], "S3Client"], links: S3Links) -> None:
        self._bucket = bucket
        self._client = client
        self._links = links

    def begin(self, image_id: str, name: str) -> Multipart:
        """One CreateMultipartUpload."""
        key = f"{image_id}/{name}"
        with _store_errors():
            found = self._client().create_multipart_upload(Bucket=self._bucket, Key=key)
        return Multipart(f"s3://{self._bucket}/{key}", found["UploadId"])

    def begun(self, image_id: str) -> list[Multipart]:
        """ListMultipartUploads, usually one request."""
        with _store_errors():
            pages = self._client().get_paginator("list_multipart_uploads")
            return [
                Multipart(f"s3://{self._bucket}/{upload['Key']}", upload["UploadId"])
                for page in pages.paginate(Bucket=self._bucket, Prefix=f"{image_id}/")
                for upload in page.get("Uploads", [])
            ]

    def parts(self, multipart: Multipart) -> list[Part] | None:
        """ListParts, one request per thousand parts."""
        try:
            pages = self._client().get_paginator("list_parts").paginate(**_named(multipart))
            return [
                Part(part["PartNumber"], part["Size"], part["ETag"].strip('"'))
                for page in pages
                for part in page.get("Parts", [])
            ]
        except (ClientError, BotoCoreError) as error:
            if code_of(error) == OVER:
                return None
            raise store_error(error) from error

    def link(self, multipart: Multipart, number: int, size: int, md5: str) -> PartLink:
        """Signed without a request; the signature covers both headers."""
        encoded = base64.b64encode(bytes.fromhex(md5)).decode("ascii")
        headers = {"Content-MD5": encoded, "Content-Length": str(size)}
        with _store_errors():
            return PartLink(number, self._links.part(multipart, number, headers, LINK_SECONDS), headers)

    def put(self, multipart: Multipart, number: int, content: bytes) -> None:
        """One UploadPart, which S3 checks by its MD5: no other checksum is accepted, as the upload began without."""
        with _store_errors():
            self._client().upload_part(
                **_named(multipart), PartNumber=number, Body=content, ContentMD5=content_md5(content)
            )

    def measure(self, source: str) -> tuple[int, str]:
        """One HeadObject."""
        bucket, key = split_s3(source)
        with _of_source(source):
            found = self._client().head_object(Bucket=bucket, Key=key)
        return found["ContentLength"], found["ETag"]

    def copy(self, multipart: Multipart, number: int, source: str, version: str, span: tuple[int, int]) -> None:
        """One UploadPartCopy, inside S3, of an object that still has this ETag."""
        bucket, key = split_s3(source)
        first, last = span
        with _of_source(source):
            self._client().upload_part_copy(
                **_named(multipart),
                PartNumber=number,
                CopySource={"Bucket": bucket, "Key": key},
                CopySourceIfMatch=version,
                CopySourceRange=f"bytes={first}-{last}",
            )

    def complete(self, multipart: Multipart, parts: Sequence[Part]) -> None:
        """One CompleteMultipartUpload."""
        named = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        with _store_errors():
            self._client().complete_multipart_upload(**_named(multipart), MultipartUpload={"Parts": named})  # type: ignore[typeddict-item]  # mypy sees a list of dictionaries

    def abort(self, multipart: Multipart) -> None:
        """One AbortMultipartUpload."""
        try:
            self._client().abort_multipart_upload(**_named(multipart))
        except (ClientError, BotoCoreError) as error:
            if code_of(error) != OVER:
                raise store_error(error) from error


def _named(multipart: Multipart) -> Any:
    bucket, key = split_s3(multipart.location)
    return {"Bucket": bucket, "Key": key, "UploadId": multipart.key}


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise store_error(error) from error


@contextmanager
def _of_source(source: str) -> Iterator[None]:
    """As `_store_errors`, where the source may fail too. Raises SourceNotFound, SourceRefused, StoreError."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        if code_of(error) in CHANGED:
            raise SourceRefused("The source was changed while it was being copied") from error
        if code_of(error) in UNREADABLE:
            raise SourceNotFound(source) from error
        raise store_error(error) from error
