"""OpenStack Image API v1."""

from chalicelib.dialects.glance_v1.errors import render_error
from chalicelib.dialects.glance_v1.options import authenticate, read_options
from chalicelib.dialects.glance_v1.routes import ROUTES, with_request_id
from chalicelib.dialects.glance_v1.versions import is_addressed, negotiate
from chalicelib.http.dialect import Dialect, described_in

DIALECT = Dialect(
    name="glance_v1",
    roots=("/",),
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-H 'X-Auth-Token: {secret}' {url}/v1/images",
    blank_ids=True,
    read_options=read_options,
    claims=is_addressed,
    resolve=negotiate,
    finish=with_request_id,
    describe=described_in(f"{__name__}.openapi"),
)
