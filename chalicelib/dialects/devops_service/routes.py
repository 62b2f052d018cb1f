"""The route table of this dialect and its handlers (wire §4)."""

from functools import wraps
from urllib.parse import quote

from chalicelib.catalog.errors import ClaimTaken
from chalicelib.catalog.image import Image
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Policy
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Predicate, Scope
from chalicelib.catalog.service import Catalog
from chalicelib.dialects.devops_service import schema
from chalicelib.dialects.devops_service.errors import NotAcceptable, ProviderUnknown, UnsupportedMediaType
from chalicelib.dialects.devops_service.options import NO_PROVIDER, Options, options_of
from chalicelib.http import media
from chalicelib.http.dialect import Handler, Route, Sight
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request, Response

JSON = "application/json"


def list_images(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.READ_IMAGES)
    provider, options = request.parameter("provider"), options_of(request)
    images = _images(catalog, Scope.OWN, options, None if provider is None else _known(provider, options))
    # An id that is also another image's chosen id means the latter.
    records = {schema.shown_id(image): image for image in sorted(images, key=schema.has_chosen_id)}
    return Response([schema.render_record(records[image_id], options) for image_id in sorted(records)])


def add_image(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.CREATE_IMAGE)
    new = schema.parse_new_image(schema.parse_document(request.body), options_of(request))
    image_id = new.tenant_aliases[schema.NAMESPACE]
    try:
        catalog.register(new)
    except ClaimTaken as error:
        raise BadMessage("id", f"Duplicate key error: image with id '{image_id}'") from error
    return Response({"id": image_id, "message": "Created"})


def show_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    return Response(schema.render_record(catalog.image(schema.alias_of(image_id)), options_of(request)))


def update_image(catalog: Catalog, request: Request, image_id: str) -> Response:
    options = options_of(request)
    image = catalog.update(
        schema.alias_of(image_id),
        lambda image: schema.parse_update(schema.parse_document(request.body), image, options),
    )
    return Response({"image": schema.render_record(image, options), "message": "Updated"})


def delete_image(catalog: Catalog, _request: Request, image_id: str) -> Response:
    catalog.delete(schema.alias_of(image_id))
    return Response({"id": image_id, "message": "Deleted"})


def list_providers(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.READ_IMAGES)
    return Response(list(options_of(request).providers))


def list_templates(catalog: Catalog, request: Request) -> Response:
    catalog.require(Policy.READ_IMAGES)
    return Response(list(options_of(request).templates))


def list_choices(catalog: Catalog, request: Request, provider: str) -> Response:
    catalog.require(Policy.READ_IMAGES)
    options = options_of(request)
    choices = map(schema.render_choice, _images(catalog, Scope.VISIBLE, options, _known(provider, options)))
    found = {choice["id"]: choice for choice in choices}
    return Response([found[image_id] for image_id in sorted(found)])


def _images(catalog: Catalog, scope: Scope, options: Options, provider: str | None) -> list[Image]:
    """The images shown with this provider, or all."""
    conditions: tuple[Condition | Predicate, ...] = ()
    if provider == NO_PROVIDER:
        conditions = (Predicate(lambda image: schema.shown_provider(image, options) == provider),)
    elif provider is not None:
        conditions = (Condition("provider", Operator.EQUAL, provider),)
    return list(catalog.images(ImageQuery(scope, conditions, Order(SortKey.ID), expected=None)))


def _known(provider: str, options: Options) -> str:
    if provider not in options.providers:
        known = schema.quoted(options.providers)
        raise ProviderUnknown(f"Invalid provider '{provider}', available providers: {known}")
    return provider


def _negotiated(route: Route) -> Route:
    """Add the checks of `Accept` and `Content-Type`, which come first (wire §2)."""

    @wraps(route.handler)
    def negotiated(catalog: Catalog, request: Request, **variables: str) -> Response:
        if not media.accepts(request, JSON):
            raise NotAcceptable(f"Accept header should contain '{JSON}' type")
        if media.content_type(request) not in CONTENT_TYPES.get(request.method, {media.content_type(request)}):
            raise UnsupportedMediaType(f"Content-Type should be '{JSON}'")
        return route.handler(catalog, request, **variables)

    handler: Handler = negotiated
    return Route(route.method, route.path, handler)


CONTENT_TYPES: dict[str, set[str | None]] = {"POST": {JSON}, "PUT": {JSON, None}}
"""Accepted media types by method; other methods' bodies are ignored."""


def sight(_catalog: Catalog, image: Image) -> Sight:
    return Sight(f"/v3/image/{quote(schema.shown_id(image), safe='')}", "basic")


ROUTES = tuple(
    _negotiated(route)
    for route in (
        Route("GET", "/v3/images", list_images),
        Route("POST", "/v3/image", add_image),
        Route("GET", "/v3/image/{image_id}", show_image),
        Route("PUT", "/v3/image/{image_id}", update_image),
        Route("DELETE", "/v3/image/{image_id}", delete_image),
        Route("GET", "/v3/providers", list_providers),
        Route("GET", "/v3/images/provider/{provider}", list_choices),
        Route("GET", "/v3/templates", list_templates),
    )
)
