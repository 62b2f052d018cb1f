"""Express 42's devops-service: images, and the other resources that its command reads."""

from chalicelib.dialects.devops_service.errors import render_error
from chalicelib.dialects.devops_service.options import authenticate, read_options
from chalicelib.dialects.devops_service.routes import ROUTES, sight
from chalicelib.http.dialect import Dialect, described_in

DIALECT = Dialect(
    name="devops_service",
    roots=("/v3/images", "/v3/image", "/v3/providers", "/v3/templates"),
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-u '{user}:{secret}' {url}/v3/images",
    read_options=read_options,
    describe=described_in(f"{__name__}.openapi"),
    sight=sight,
)
