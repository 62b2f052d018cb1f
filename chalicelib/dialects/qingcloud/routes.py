"""The route table of this dialect and its handlers (wire §9)."""

from urllib.parse import quote
from uuid import uuid4

from chalicelib.catalog.errors import ImageNotFound, WrongStatus
from chalicelib.catalog.image import Changes, Image, Status
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.jobs import JobRequest
from chalicelib.catalog.ports import Identities
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.qingcloud import listing, parameters, schema, tokens
from chalicelib.dialects.qingcloud.parameters import Filters
from chalicelib.dialects.qingcloud.schema import Viewer
from chalicelib.http import auth
from chalicelib.http.dialect import Route, Sight
from chalicelib.http.errors import BadMessage, Unauthorized
from chalicelib.http.message import Request, Response


def authenticate(request: Request, identities: Identities) -> Principal:
    """Authenticate by a Bearer token or Basic credentials."""
    secret = auth.bearer(request)
    principal = identities.authenticate(secret) if secret else auth.basic_principal(request, identities)
    if principal is None:
        raise Unauthorized("Bearer", "the credentials are missing, or not known")
    return principal


def list_images(catalog: Catalog, request: Request, zone: str) -> Response:
    catalog.jobs.check_zone(zone)
    catalog.require(Policy.READ_IMAGES)
    filters, viewer = Filters.of(request), _viewer(catalog)
    images, total = listing.page_of(catalog, zone, filters, viewer)
    return Response({"images": [schema.render_image(image, viewer) for image in images], "total_count": total})


def capture_instance(catalog: Catalog, request: Request, zone: str) -> Response:
    catalog.jobs.check_zone(zone)
    catalog.require(Policy.CREATE_IMAGE)
    document = parameters.parse_object(request.body)
    instance = parameters.required(document, "instance")
    name = parameters.name(document, "image_name", schema.LONGEST_NAME) or ""
    return _answer(catalog.jobs.capture(instance, name, _order(request, zone), schema.new_alias))


def modify_image(catalog: Catalog, request: Request, zone: str) -> Response:
    catalog.jobs.check_zone(zone)
    catalog.require(Policy.CREATE_IMAGE)
    document = parameters.parse_object(request.body)
    image_id = parameters.required(document, "image")
    if "," in image_id:
        raise BadMessage("image", "parameter [image] should be one id")
    for name in ("image_name", "description"):
        parameters.text(document, name)

    def change(image: Image) -> Changes:
        if image.zone not in (None, zone):
            raise ImageNotFound(image_id)
        if image.status is Status.DELETED:
            raise WrongStatus(f"image [{image_id}]", "ceased")
        return schema.parse_changes(document, image)

    image = catalog.update(schema.alias_of(image_id), change, gone=True)
    return _answer(catalog.jobs.record(Action.MODIFY, image, image_id, _order(request, zone)))


def delete_images(catalog: Catalog, request: Request, zone: str, image_ids: str) -> Response:
    catalog.jobs.check_zone(zone)
    catalog.require(Policy.DELETE_IMAGE)
    names = [schema.alias_of(image_id) for image_id in _checked(parameters.items([image_ids]))]
    return _answer(catalog.jobs.delete(names, _order(request, zone)))


def recover_images(catalog: Catalog, request: Request, zone: str) -> Response:
    catalog.jobs.check_zone(zone)
    catalog.require(Policy.CREATE_IMAGE)
    document = parameters.parse_object(request.body)
    given = parameters.texts_of("resources", document.get("resources", []))
    names = [schema.alias_of(image_id) for image_id in _checked(parameters.items(given))]
    since = catalog.now() - schema.RECOVERABLE
    return _answer(catalog.jobs.recover(names, _order(request, zone), since))


def _checked(image_ids: tuple[str, ...]) -> tuple[str, ...]:
    if not 0 < len(image_ids) <= schema.MAX_IDS:
        raise BadMessage("images", f"there should be between 1 and {schema.MAX_IDS} ids")
    return image_ids


def show_job(catalog: Catalog, request: Request, zone: str, job_id: str) -> Response:
    catalog.jobs.check_zone(zone)
    parameters.parse_object(request.body)
    return _answer(catalog.jobs.job(job_id))


def list_jobs(catalog: Catalog, request: Request, zone: str) -> Response:
    catalog.jobs.check_zone(zone)
    catalog.require(Policy.READ_IMAGES)
    filters = Filters.of(request)
    page = filters.page()
    jobs = listing.jobs_of(catalog, filters)
    return Response({"jobs": [schema.render_job(job) for job in jobs[page]], "total_count": len(jobs)})


def list_unfinished_jobs(catalog: Catalog, request: Request, zone: str) -> Response:
    catalog.jobs.check_zone(zone)
    parameters.parse_object(request.body)
    return Response([schema.render_job(job) for job in catalog.jobs.all() if not job.finished])


def _viewer(catalog: Catalog) -> Viewer:
    return Viewer(catalog.principal.tenant, catalog.limits.operator_tenant, catalog.now())


def _order(request: Request, zone: str) -> JobRequest:
    return JobRequest(zone, request.request_id or str(uuid4()))


def _answer(job: Job) -> Response:
    return Response(schema.render_job(job))


def sight(catalog: Catalog, image: Image) -> Sight:
    """A list of one image, as there is no operation for a single one; an image without a zone is in every zone."""
    zone = image.zone or catalog.jobs.zones[0]
    return Sight(f"/v2/zone/{quote(zone, safe='')}/images?images={quote(schema.shown_id(image), safe='')}", "bearer")


ROUTES = (
    Route("POST", tokens.PATH, tokens.sign_in),
    Route("GET", "/v2/zone/{zone}/images", list_images),
    Route("POST", "/v2/zone/{zone}/images", capture_instance),
    Route("PUT", "/v2/zone/{zone}/images", modify_image),
    Route("DELETE", "/v2/zone/{zone}/images/{image_ids}", delete_images),
    Route("POST", "/v2/zone/{zone}/lease", recover_images),
    Route("GET", "/v2/zone/{zone}/job/{job_id}", show_job),
    Route("GET", "/v2/zone/{zone}/jobs", list_jobs),
    Route("GET", "/v2/zone/{zone}/unfinished_jobs", list_unfinished_jobs),
)
