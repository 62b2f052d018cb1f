"""Direct uploads and jobs: an extension of the original, for images that do not fit into a request."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.catalog.image import Image
from chalicelib.catalog.job import Job
from chalicelib.catalog.ports import PartLink
from chalicelib.catalog.query import instant_text
from chalicelib.catalog.service import Catalog
from chalicelib.catalog.upload import Upload
from chalicelib.dialects.glance_v1 import schema
from chalicelib.dialects.glance_v1.options import enforce, refuse_readers
from chalicelib.http import fields
from chalicelib.http.dialect import Route
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request, Response


def begin_upload(catalog: Catalog, request: Request, image_id: str) -> Response:
    document = _document(catalog, request)
    size, part_size = _number(document, "size"), _number(document, "part_size") if "part_size" in document else None
    md5s = _texts(document, "md5")
    upload = catalog.uploads.begin(schema.known(image_id), size, part_size, md5s)
    return Response({"upload": render_upload(upload, catalog.uploads.links_of(upload, md5s))}, status=201)


def list_uploads(catalog: Catalog, request: Request, image_id: str) -> Response:
    enforce(catalog.principal, request, "upload_image")
    return Response({"uploads": [render_upload(upload) for upload in catalog.uploads.of(schema.known(image_id))]})


def show_upload(catalog: Catalog, request: Request, image_id: str, upload_id: str) -> Response:
    enforce(catalog.principal, request, "upload_image")
    return Response({"upload": render_upload(catalog.uploads.upload(schema.known(image_id), upload_id))})


def link_parts(catalog: Catalog, request: Request, image_id: str, upload_id: str) -> Response:
    md5s = _texts(_document(catalog, request), "md5")
    links = catalog.uploads.links(schema.known(image_id), upload_id, md5s)
    return Response({"links": [_render_link(link) for link in links]})


def complete_upload(catalog: Catalog, request: Request, image_id: str, upload_id: str) -> Response:
    etags = _texts(_document(catalog, request), "etag")
    image: Image = catalog.uploads.complete(schema.known(image_id), upload_id, etags)
    return Response({"image": schema.render_image(image)}, status=202)


def abort_upload(catalog: Catalog, request: Request, image_id: str, upload_id: str) -> Response:
    enforce(catalog.principal, request, "upload_image")
    refuse_readers(catalog.principal)
    catalog.uploads.abort(schema.known(image_id), upload_id)
    return Response(status=204, headers=schema.HTML)


def list_jobs(catalog: Catalog, request: Request) -> Response:
    limit = fields.integer("limit", request.query["limit"][-1]) if "limit" in request.query else None
    if limit is not None and limit < 0:
        raise BadMessage("limit", "limit param must be positive")
    return Response({"jobs": [render_job(job) for job in catalog.jobs.all()[:limit]]})


def show_job(catalog: Catalog, _request: Request, job_id: str) -> Response:
    return Response({"job": render_job(catalog.jobs.job(job_id))})


def _document(catalog: Catalog, request: Request) -> Mapping[str, Any]:
    """Parse the body of a caller that may upload."""
    refuse_readers(catalog.principal)
    enforce(catalog.principal, request, "upload_image")
    document = fields.json_body(request.body)
    if not isinstance(document, dict):
        raise BadMessage("body", "Malformed JSON in the request body: not an object")
    return document


def _number(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # to JSON Schema 1.0 is an integer
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadMessage(name, f"'{name}' must be an integer")
    return value


def _texts(document: Mapping[str, Any], name: str) -> dict[int, str]:
    """Parse one text of each part, by number."""
    entries = document.get("parts", [])
    if not isinstance(entries, list):
        raise BadMessage("parts", "'parts' must be a list")
    found: dict[int, str] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get(name), str):
            raise BadMessage("parts", f"each of 'parts' must have a 'number' and a text '{name}'")
        found[_number(entry, "number")] = entry[name].strip('"').lower()
    return found


def render_upload(upload: Upload, links: Sequence[PartLink] = ()) -> dict[str, Any]:
    """Render an upload, with its received parts and the requested links."""
    return {
        "id": upload.id,
        "image_id": upload.image_id,
        "size": upload.size,
        "part_size": upload.part_size,
        "part_count": upload.part_count,
        "created_at": instant_text(upload.created_at),
        "expires_at": instant_text(upload.expires_at),
        "received": [part._asdict() for part in upload.received],
        "links": [_render_link(link) for link in links],
    }


def _render_link(link: PartLink) -> dict[str, Any]:
    return {"number": link.number, "url": link.url, "headers": dict(link.headers)}


def render_job(job: Job) -> dict[str, Any]:
    """Render a job, with its progress in bytes if it moves data."""
    done, size = (job.facts.get(name) for name in ("done", "size"))
    return {
        "id": job.id,
        "action": job.action.value,
        "status": job.status.value,
        "images": list(job.images),
        "done": None if done is None else int(done),
        "size": None if size is None else int(size),
        "reason": job.info,
        "created_at": instant_text(job.created_at),
        "began_at": None if job.began_at is None else instant_text(job.began_at),
        "finished_at": None if job.finished_at is None else instant_text(job.finished_at),
    }


ROUTES = (
    Route("GET", "/v1/images/{image_id}/uploads", list_uploads),
    Route("POST", "/v1/images/{image_id}/uploads", begin_upload),
    Route("GET", "/v1/images/{image_id}/uploads/{upload_id}", show_upload),
    Route("POST", "/v1/images/{image_id}/uploads/{upload_id}", complete_upload),
    Route("DELETE", "/v1/images/{image_id}/uploads/{upload_id}", abort_upload),
    Route("POST", "/v1/images/{image_id}/uploads/{upload_id}/links", link_parts),
    Route("GET", "/v1/jobs", list_jobs),
    Route("GET", "/v1/jobs/{job_id}", show_job),
)
