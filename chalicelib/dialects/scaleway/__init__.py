"""The early Scaleway (Online Labs) compute API: only images."""

from chalicelib.dialects.scaleway.errors import render_error
from chalicelib.dialects.scaleway.routes import ROUTES, authenticate, sight
from chalicelib.http.dialect import Dialect, described_in

DIALECT = Dialect(
    name="scaleway",
    roots=("/images",),
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-H 'X-Auth-Token: {secret}' {url}/images",
    describe=described_in(f"{__name__}.openapi"),
    sight=sight,
)
