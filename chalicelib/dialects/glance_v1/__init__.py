"""OpenStack's Image API v1."""

from chalicelib.dialects.glance_v1.errors import render_error
from chalicelib.dialects.glance_v1.options import authenticate, read_options
from chalicelib.dialects.glance_v1.routes import ROUTES, sight
from chalicelib.dialects.glance_v1.versions import ROOTS, is_addressed, resolve
from chalicelib.http.dialect import Dialect, described_in
from chalicelib.http.request_ids import with_request_id

DIALECT = Dialect(
    name="glance_v1",
    roots=ROOTS,
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-H 'X-Auth-Token: {secret}' {url}/v1/images",
    blank_ids=True,
    read_options=read_options,
    claims=is_addressed,
    resolve=resolve,
    finish=with_request_id,
    describe=described_in(f"{__name__}.openapi"),
    sight=sight,
)
