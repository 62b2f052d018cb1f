"""Operations: both served and described to clients."""

from typing import NamedTuple

from chalicelib.catalog.reference import Kind
from chalicelib.dialects.foreman import parents, schema
from chalicelib.dialects.foreman.parents import field
from chalicelib.dialects.foreman.providers import FLAGS
from chalicelib.http.dialect import Handler, Route


class Parameter(NamedTuple):
    """A parameter in the description; `inside` are the members of a hash."""

    name: str
    kind: str = "string"
    required: bool = False
    allow_nil: bool = False
    inside: "tuple[Parameter, ...]" = ()


class Operation(NamedTuple):
    """An action on a resource. If not `described`, it is served but left out of the description."""

    resource: str
    action: str
    method: str
    path: str
    handler: Handler
    summary: str
    parameters: tuple[Parameter, ...] = ()
    described: bool = True
    open: bool = False

    @property
    def route(self) -> Route:
        """The route that serves it."""
        return Route(self.method, self.path, self.handler, self.open)


ID = Parameter("id", required=True)
PARENT_ID = Parameter(field(Kind.COMPUTE_RESOURCE), required=True)
PARENT_IDS = tuple(Parameter(field(kind)) for kind in Kind)
TAXONOMIES = (Parameter("location_id", "numeric"), Parameter("organization_id", "numeric"))
LIST = (Parameter("search"), Parameter("order"), Parameter("page", "numeric"), Parameter("per_page"))


def parent_parameter(kind: Kind, *, required: bool) -> Parameter:
    """The hash of a parent's attributes; some are required on creation."""
    inside = (
        Parameter(name, required=required)
        if name in parents.REQUIRED[kind]
        else Parameter(name, "boolean" if name in FLAGS else "string", allow_nil=True)
        for name in parents.ATTRIBUTES[kind]
    )
    return Parameter(kind.value, "hash", required=True, inside=tuple(inside))


def image_parameter(*, required: bool) -> Parameter:
    """The hash of attributes; some are required on creation."""
    texts = [name for name in schema.ATTRIBUTES if name not in (*schema.REQUIRED, "user_data")]
    inside = (
        *(Parameter(name, required=required) for name in schema.REQUIRED),
        *(Parameter(name, allow_nil=True) for name in texts),
        Parameter("user_data", "boolean", allow_nil=True),
    )
    return Parameter("image", "hash", required=True, inside=inside)
