"""All requests for lists: each route, with each of its queries."""

from collections.abc import Iterator

from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect import Route

QUERIES = {
    "glance_v1": (
        "",
        "is_public=None",
        "is_public=False",
        "sort_key=status&limit=1",
        "sort_key=name&sort_dir=asc",
        "changes-since=2000-01-01",
        "changes-since=2000-01-01&sort_key=size",
        "name=theirs",
        "property-architecture=arm64",
        "owner={other}",
        "tenant={other}",
        "limit=0",
    ),
    "glance_v2": (
        "",
        "visibility=all&member_status=all",
        "visibility=community",
        "visibility=private&sort=status",
        "os_hidden=true",
        "member_status=rejected",
        "sort_key=name&sort_dir=asc",
        "sort=size:asc,name&limit=1",
        "name=theirs",
        "architecture=arm64",
        "owner={other}",
        "limit=0",
    ),
    "scaleway": (
        "",
        "organization={own}",
        "organization={other}",
        "name=theirs",
        "public=true",
        "public=false",
        "page=2&per_page=1",
        "arch=arm64",
    ),
    "devops_service": ("", "provider=ec2", "provider=static", "owner={other}"),
    "foreman": (
        "",
        "search=name~theirs&order=name",
        "search=id>0",
        "order=id%20DESC",
        "per_page=1&page=2",
        "architecture_id=arm64",
        "operatingsystem_id=1",
        "compute_resource_id=1",
        "owner={other}",
    ),
    "qingcloud": (
        "",
        "status=available",
        "status=pending,ceased",
        "images={known}",
        "jobs={job}",
        "provider=shared",
        "visibility=private",
        "search_word=theirs",
        "owner={other}",
        "offset=1&limit=1",
    ),
}
"""Queries of the lists of each dialect; a list ignores or refuses those of other lists."""
VARIABLES = {"zone": "ac1", "parent_id": "1", "provider": "ec2", "member": "{own}", "image_id": "{known}"}
"""Values of the variables in their paths."""
OF_ONE = (
    *("/{image_id}", "/{job_id}", "/{upload_id}", "/{token_id}", "/status", "/{parent_id}", "/providers", "/templates"),
    *("/v2/images/{image_id}/file", "/members/{member}", "/schemas/{name}", "/locations", "/v2/tasks"),
    *("/info/import", "/info/usage", "/info/stores", "/info/stores/detail", "/namespaces", "/resource_types"),
    *("/auth/tokens", "/auth/catalog", "/auth/projects", "/v3/projects", "/{project_id}"),
)
"""Endings of paths that are not lists: they show a single object, settings, or facts of the token."""


def routes() -> Iterator[tuple[str, Route]]:
    """The routes of lists, with their dialects."""
    for dialect in DIALECTS:
        for route in dialect.routes:
            if route.method in ("GET", "HEAD") and not route.open and not route.path.endswith(OF_ONE):
                yield dialect.name, route


def requests() -> Iterator[tuple[str, str, str]]:
    """Dialect, method and target of each request; placeholders such as `{own}` are still to be filled in."""
    for dialect, route in routes():
        for query in QUERIES.get(dialect, ()):
            path = route.path
            for name, value in VARIABLES.items():
                path = path.replace(f"{{{name}}}", value)
            yield dialect, route.method, f"{path}?{query}" if query else path
