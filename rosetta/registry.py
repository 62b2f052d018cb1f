"""A client of a deployment: one method per request, most of them to its Glance v1 dialect."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import urllib3

from rosetta.answers import (
    Current,
    Event,
    Image,
    Job,
    Member,
    PartLink,
    Token,
    Upload,
    Usage,
    read_current,
    read_event,
    read_image,
    read_image_headers,
    read_job,
    read_links,
    read_members,
    read_token,
    read_upload,
    read_usage,
    reading,
)
from rosetta.deployment import find_deployment
from rosetta.errors import ServiceError
from rosetta.http import Body, Service

PAGE = 100
LINKS_AT_ONCE = 100
"""Maximum number of links in one request."""

Fields = Mapping[str, str | int | bool | None]
"""Fields of an image by their names in the API; those that are None are not sent."""
Properties = Mapping[str, str | None]
"""Properties of an image; None is null."""


def open_registry(environ: Mapping[str, str] = os.environ, *, connections: int = 8) -> "Registry":
    """A client for the deployment of the environment or a profile. Raises MissingSetting, OSError."""
    deployment = find_deployment(environ)
    return Registry(deployment.service({"X-Auth-Token": deployment.token}, connections))


class Registry:
    """A deployment. Each method is one request and raises ServiceError. Thread-safe."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def url(self) -> str:
        return self._service.url

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Closed if the service is closed meanwhile."""
        self._service.pause(seconds)

    def create(
        self,
        fields: Fields,
        properties: Properties | None = None,
        *,
        content: bytes | None = None,
        copy_from: str | None = None,
    ) -> Image:
        """Register an image, optionally with its data or a URL to copy it from."""
        headers = _headers(fields, properties or {}, content, copy_from)
        return self._image("POST", "/v1/images", headers=headers, body=content)

    def update(
        self, image_id: str, fields: Fields, properties: Properties | None = None, *, purge: bool = False
    ) -> Image:
        """Change the given fields and properties; `purge` removes all other properties."""
        headers = {"x-glance-registry-purge-props": str(purge), **_headers(fields, properties or {})}
        return self._image("PUT", _path(image_id), headers=headers)

    def put_bytes(self, image_id: str, content: bytes, fields: Fields | None = None) -> Image:
        """Send the data of a queued image inline; ServiceError with status 413 if it is too large."""
        headers = {"x-glance-registry-purge-props": "False", **_headers(fields or {}, {}, content)}
        return self._image("PUT", _path(image_id), headers=headers, body=content)

    def image(self, image_id: str) -> Image | None:
        """The image, or None if it does not exist or is not visible."""
        try:
            return read_image_headers(self._service.call("HEAD", _path(image_id)).headers)
        except ServiceError as error:
            if error.status != 404:
                raise
            return None

    def images(self, **filters: str) -> Iterator[Image]:
        """Yield all images that pass the filters, fetching pages as needed."""
        query = {"limit": str(PAGE), **filters}
        while True:
            document = self._service.call("GET", "/v1/images/detail", query=query).json
            with reading("list of images"):
                entries = list(document["images"])
            page = [read_image(entry) for entry in entries]
            yield from page
            if len(page) < int(query["limit"]) or not page:
                return
            query["marker"] = page[-1].id

    def delete(self, image_id: str) -> None:
        """Delete an image."""
        self._confirmed("DELETE", _path(image_id))

    def restore(self, image_id: str) -> Image:
        """Restore an image whose deletion is pending."""
        return self._image("POST", _path(image_id, "restore"))

    def move(self, image_id: str, action: str) -> Image:
        """Deactivate, reactivate, deprecate or allow an image."""
        return self._image("POST", _path(image_id, "actions", action))

    def content(
        self, image_id: str, headers: Mapping[str, str] | None = None
    ) -> AbstractContextManager[urllib3.BaseHTTPResponse]:
        """The response with the data of an image, after redirects, to be read in blocks."""
        return self._service.stream(_path(image_id), headers)

    def members(self, image_id: str) -> list[Member]:
        """The members of an image."""
        return read_members(self._service.call("GET", _path(image_id, "members")).json)

    def replace_members(self, image_id: str, members: Iterable[Member]) -> None:
        """Replace the members of an image."""
        rows = [{"member_id": member.tenant, "can_share": member.can_share} for member in members]
        self._confirmed("PUT", _path(image_id, "members"), document={"memberships": rows})

    def add_member(self, image_id: str, tenant: str, *, can_share: bool | None = None) -> None:
        """Share an image with a tenant; `can_share` None keeps a member's right to share it on."""
        document = {"member": {} if can_share is None else {"can_share": can_share}}
        self._confirmed("PUT", _path(image_id, "members", tenant), document=document)

    def remove_member(self, image_id: str, tenant: str) -> None:
        """Stop sharing an image with a tenant."""
        self._confirmed("DELETE", _path(image_id, "members", tenant))

    def begin_upload(
        self, image_id: str, size: int, part_size: int | None = None, parts: Mapping[int, str] | None = None
    ) -> Upload:
        """Begin a direct upload; `parts` maps numbers to MD5s of the parts whose links to return with it."""
        document: dict[str, Any] = {"size": size}
        if parts:
            document["parts"] = _parts(parts, "md5")
        if part_size is not None:
            document["part_size"] = part_size
        return self._upload("POST", _path(image_id, "uploads"), document=document)

    def uploads(self, image_id: str) -> list[Upload]:
        """The unfinished uploads of an image: at most one."""
        document = self._service.call("GET", _path(image_id, "uploads")).json
        with reading("list of uploads"):
            return [read_upload(each) for each in document["uploads"]]

    def links(self, upload: Upload, parts: Mapping[int, str]) -> list[PartLink]:
        """Links for parts, given as MD5s by number; at most LINKS_AT_ONCE."""
        path = _path(upload.image_id, "uploads", upload.id, "links")
        document = self._service.call("POST", path, document={"parts": _parts(parts, "md5")}).json
        with reading("list of links"):
            return read_links(document["links"])

    def put_part(self, link: PartLink, body: Body) -> str:
        """Send a part to S3; return its ETag, the MD5 of what S3 received."""
        answer = self._service.send("PUT", link.url, link.headers, body)
        return answer.headers.get("etag", "").strip('"').lower()

    def events(self, image_id: str) -> list[Event]:
        """Yield the history of an image, oldest first."""
        found: list[Event] = []
        query = {"limit": str(PAGE)}
        while True:
            document = self._service.call("GET", _path(image_id, "events"), query=query).json
            with reading("history"):
                page = [read_event(each) for each in document["events"]]
            found += page
            if "next" not in document or not page:
                return found
            query["marker"] = str(page[-1].version)

    def complete_upload(self, upload: Upload, etags: Mapping[int, str]) -> Image:
        """Complete an upload; the job with the upload's id then verifies it."""
        path = _path(upload.image_id, "uploads", upload.id)
        return self._image("POST", path, document={"parts": _parts(etags, "etag")})

    def abort_upload(self, image_id: str, upload_id: str) -> None:
        """Abort an upload; its image is killed."""
        self._confirmed("DELETE", _path(image_id, "uploads", upload_id))

    def jobs(self, limit: int) -> list[Job]:
        """The latest jobs, newest first."""
        document = self._service.call("GET", "/v1/jobs", query={"limit": str(limit)}).json
        with reading("list of jobs"):
            return [read_job(each) for each in document["jobs"]]

    def job(self, job_id: str) -> Job:
        """The job, or None if it does not exist."""
        document = self._service.call("GET", f"/v1/jobs/{quote(job_id, safe='')}").json
        with reading("job"):
            return read_job(document["job"])

    def usage(self, tenant: str | None = None) -> Usage:
        """The usage and quotas of the caller's tenant, or for administrators of any tenant."""
        document = self._service.call("GET", "/v1/usage", query=_tenant(tenant)).json
        with reading("usage"):
            return read_usage(document["usage"])

    def current_token(self) -> Token | None:
        """The caller's token; None if it is valid but the deployment's release does not describe it."""
        return self.current().token

    def inspection_policy(self) -> str | None:
        """The inspection policy for the caller; None if the deployment does not report it."""
        try:
            return self.current().inspection
        except ServiceError as error:
            if error.status not in {401, 403}:
                raise
            return None

    def current(self) -> Current:
        """The caller's token and the inspection policy."""
        try:
            document = self._service.call("GET", "/v1/tokens/current").json
            with reading("token"):
                return read_current(document)
        except ServiceError as error:
            if error.status != 404:
                raise
        try:
            self._service.call("GET", "/v1/images", query={"limit": "1"})
        except ServiceError as error:
            if error.status != 403:  # the token is valid, but lacks this permission
                raise
        return Current(None, None)

    def create_token(
        self, name: str, policies: Sequence[str], lifetime: timedelta | None, inspection: str | None = None
    ) -> tuple[Token, str]:
        """Create a token for the caller; return it with its secret. The deployment chooses what is None or empty."""
        wanted: dict[str, Any] = {"name": name}
        if policies:
            wanted["policies"] = list(policies)
        if lifetime is not None:
            wanted["expires_in"] = int(lifetime.total_seconds())
        if inspection is not None:
            wanted["inspection"] = inspection
        document = self._service.call("POST", "/v1/tokens", document={"token": wanted}).json
        with reading("token"):
            return read_token(document["token"]), str(document["token"]["secret"])

    def tokens(self, tenant: str | None = None) -> list[Token]:
        """The caller's tokens, or for administrators those of a tenant."""
        document = self._service.call("GET", "/v1/tokens", query=_tenant(tenant)).json
        with reading("list of tokens"):
            return [read_token(each) for each in document["tokens"]]

    def revoke_token(self, token_id: str, tenant: str | None = None) -> None:
        """Revoke a token of the caller, or, as an administrator, of a tenant."""
        self._confirmed("DELETE", f"/v1/tokens/{quote(token_id, safe='')}", query=_tenant(tenant))

    def _confirmed(self, method: str, path: str, **request: Any) -> None:
        """Send a request whose response has no body. Raises ServiceError if it has one, e.g. a proxy's page."""
        if self._service.call(method, path, **request).body:
            raise ServiceError("unexpected response (expected: confirmation)")

    def _image(self, method: str, path: str, **request: Any) -> Image:
        document = self._service.call(method, path, **request).json
        with reading("image"):
            return read_image(document["image"])

    def _upload(self, method: str, path: str, **request: Any) -> Upload:
        document = self._service.call(method, path, **request).json
        with reading("upload"):
            return read_upload(document["upload"])


def _path(*segments: str) -> str:
    return "/v1/images/" + "/".join(quote(segment, safe="") for segment in segments)


def _tenant(tenant: str | None) -> dict[str, str]:
    return {} if tenant is None else {"tenant": tenant}


def _parts(parts: Mapping[int, str], name: str) -> list[dict[str, str | int]]:
    return [{"number": number, name: value} for number, value in parts.items()]


def _headers(
    fields: Fields, properties: Properties, content: bytes | None = None, copy_from: str | None = None
) -> dict[str, str]:
    """The headers for fields and properties, percent-encoded."""
    headers = {f"x-image-meta-{name}": _value(value) for name, value in fields.items() if value is not None}
    headers |= {
        f"x-image-meta-property-{quote(name, safe='')}": _value(value or "") for name, value in properties.items()
    }
    if copy_from is not None:
        headers["x-glance-api-copy-from"] = _value(copy_from)
    if content is not None:
        headers["Content-Type"] = "application/octet-stream"
    return headers


def _value(value: str | int | bool) -> str:  # noqa: FBT001  # a value of a field
    return quote(str(value), safe="/~:")
