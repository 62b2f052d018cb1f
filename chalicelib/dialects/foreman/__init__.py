"""Foreman's API v2: images, their parents, and the API description that clients load first."""

from chalicelib.dialects.foreman.errors import render_error
from chalicelib.dialects.foreman.providers import read_options
from chalicelib.dialects.foreman.routes import ROUTES, authenticate, finish, negotiate, sight
from chalicelib.http.dialect import Dialect, described_in

DIALECT = Dialect(
    name="foreman",
    roots=("/api", "/apidoc"),
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-u '{user}:{secret}' {url}/api/compute_resources",
    read_options=read_options,
    resolve=negotiate,
    finish=finish,
    describe=described_in(f"{__name__}.openapi"),
    sight=sight,
)
