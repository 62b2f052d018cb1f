"""The query of a list (wire §3)."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from chalicelib.catalog.facts import INSPECTION_PREFIX, PROPERTY_FIELDS, was_found
from chalicelib.catalog.image import Status, Visibility
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Predicate, Scope
from chalicelib.dialects.glance_v1.options import Options
from chalicelib.dialects.glance_v1.schema import HASH, MEASURED_FIELDS, STATUS_NAMES
from chalicelib.http import fields, paging
from chalicelib.http.errors import BadMessage
from chalicelib.http.message import Request

SORT_KEYS = {key.value: key for key in SortKey if key is not SortKey.NUMBER}
DIRECTIONS = {"asc": False, "desc": True}
BOOLEANS: dict[str, Any] = {"true": True, "1": True, "false": False, "0": False}
PROPERTY_PREFIX = "property-"
NOT_DELETED = Condition("status", Operator.UNEQUAL, Status.DELETED)
NOTHING = Condition("id", Operator.IN, ())
NOT_INLINE = Condition("inline", Operator.UNEQUAL, value=True)
"""Images whose data was sent inline show no `os_hash_*`."""


class Page(NamedTuple):
    """A page: the query, its size, and the id after which it begins."""

    query: ImageQuery
    limit: int
    marker: str | None


def parse_page(request: Request, principal: Principal, options: Options) -> Page:
    """Parse the query. Raises BadMessage for any invalid value."""
    limit = parse_limit(request, options)
    scope, conditions = _scope(request, principal)
    since = _since(request)
    if since is None:
        conditions.append(Condition("status", Operator.UNEQUAL, Status.KILLED))
    query = ImageQuery(
        scope=scope,
        conditions=(*conditions, *_conditions(request)),
        order=_order(request),
        changed_since=since,
    )
    return Page(query, limit, _marker(request))


def render_next(request: Request, last: str) -> dict[str, str]:
    """The link to the page after this entry: the SDK only requests pages to which it is given a link.

    Not as a `Link` header, which the SDK cannot read.
    """
    query = {**request.query, "marker": [last]}
    return {"next": f"{request.base_url}{request.path}?{urlencode(query, doseq=True)}"}


def parse_limit(request: Request, options: Options) -> int:
    """Parse the size of a page. Raises BadMessage."""
    return paging.limit(request, options.limit_param_default, options.api_limit_max)


def _order(request: Request) -> Order:
    key = request.parameter("sort_key")
    direction = request.parameter("sort_dir")
    if key is not None and key not in SORT_KEYS:
        raise BadMessage("sort_key", f"Unsupported sort_key: {key}")
    if direction is not None and direction not in DIRECTIONS:
        raise BadMessage("sort_dir", f"Unsupported sort_dir: {direction}")
    return Order(SORT_KEYS[key or "created_at"], DIRECTIONS[direction or "desc"])


def _marker(request: Request) -> str | None:
    text = request.parameter("marker")
    if text is None:
        return None
    marker = fields.uuid(text)
    if marker is None:
        raise BadMessage("marker", f"Invalid marker format: {text}")
    return marker


def _since(request: Request) -> Any:
    text = request.parameter("changes-since")
    if text is None:
        return None
    try:
        return fields.instant("changes-since", text)
    except BadMessage as error:
        raise BadMessage("changes-since", f"Unrecognized changes-since value: {text}") from error


def _scope(request: Request, principal: Principal) -> tuple[Scope, list[Condition]]:
    """Parse `is_public`: it selects the images that an administrator lists; for others it is only validated."""
    text = request.parameter("is_public")
    if text is None:
        return Scope.VISIBLE, []
    asked = _choice("is_public", text, {**BOOLEANS, "none": None})
    if asked is True or not principal.is_admin:
        return Scope.VISIBLE, []
    private = Condition("visibility", Operator.UNEQUAL, Visibility.PUBLIC)
    return Scope.EVERYTHING, [private] if asked is False else []


def _conditions(request: Request) -> list[Condition | Predicate]:
    found = []
    for name, field in TEXTS.items():
        text = request.parameter(name)
        if text is not None:
            found.append(Condition(field, Operator.EQUAL, text))
    status = request.parameter("status")
    if status is not None:
        named = tuple(member for member, shown in STATUS_NAMES.items() if shown == status)
        found.append(Condition("status", Operator.IN, named))
    for name, (field, operator) in NUMBERS.items():
        text = request.parameter(name)
        if text is not None:
            found.append(Condition(field, operator, _number(name, text)))
    protected = request.parameter("protected")
    if protected is not None:
        found.append(Condition("protected", Operator.EQUAL, _choice("protected", protected, BOOLEANS)))
    return [*found, *_property_conditions(request)]


TEXTS = {"name": "called", "container_format": "container_format", "disk_format": "disk_format"}
NUMBERS: Mapping[str, tuple[str, Operator]] = {
    "size_min": ("size", Operator.AT_LEAST),
    "size_max": ("size", Operator.AT_MOST),
    "min_ram": ("min_ram", Operator.EQUAL),
    "min_disk": ("min_disk", Operator.EQUAL),
}


def _property_conditions(request: Request) -> list[Condition | Predicate]:
    found: list[Condition | Predicate] = []
    for parameter in request.query:
        if parameter.lower().startswith(PROPERTY_PREFIX):
            name = parameter[len(PROPERTY_PREFIX) :].lower().replace("-", "_")
            found += _conditions_of(name, request.parameter(parameter))
    return found


def _conditions_of(name: str, value: str | None) -> list[Condition | Predicate]:
    """Conditions for a shown property of this name and value, wherever it is stored."""
    if name == "os_hash_algo":
        return [NOT_INLINE, Condition("sha256", Operator.UNEQUAL, None) if value == HASH else NOTHING]
    if name == "os_hash_value":
        return [NOT_INLINE, Condition("sha256", Operator.EQUAL, value)]
    if name.startswith(INSPECTION_PREFIX):
        return [NOT_DELETED, Predicate(lambda image: was_found(image, name, value))]
    known = {**PROPERTY_FIELDS, **MEASURED_FIELDS}.get(name)
    return [Condition(known or ("properties", name), Operator.EQUAL, value)]


def _number(name: str, text: str) -> int:
    try:
        number = fields.integer(name, text)
    except BadMessage as error:
        raise BadMessage(name, f"Bad value passed to filter {name} got {text}") from error
    if number < 0:
        raise BadMessage(name, f"Bad value passed to filter {name} got {text}")
    return number


def _choice(name: str, text: str, choices: dict[str, Any]) -> Any:
    try:
        return fields.choice(name, text, choices)
    except BadMessage as error:
        raise BadMessage(name, f"Bad value passed to filter {name} got {text}") from error
