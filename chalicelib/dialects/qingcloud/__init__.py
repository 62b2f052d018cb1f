"""51idc's front end of the QingCloud platform: images and their jobs."""

from chalicelib.dialects.qingcloud import tokens
from chalicelib.dialects.qingcloud.errors import render_error
from chalicelib.dialects.qingcloud.routes import ROUTES, authenticate, sight
from chalicelib.http.dialect import Dialect, described_in

DIALECT = Dialect(
    name="qingcloud",
    roots=("/v2/zone", tokens.PATH),
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-H 'Authorization: Bearer {secret}' {url}/v2/zone/ac1/images",
    describe=described_in(f"{__name__}.openapi"),
    sight=sight,
)
