"""OpenStack's Image API v2."""

from chalicelib.dialects.glance_v2.errors import render_error
from chalicelib.dialects.glance_v2.options import authenticate, read_options
from chalicelib.dialects.glance_v2.routes import ROUTES, sight
from chalicelib.dialects.glance_v2.versions import ROOTS, is_addressed, resolve
from chalicelib.http.dialect import Dialect, described_in
from chalicelib.http.request_ids import with_request_id

DIALECT = Dialect(
    name="glance_v2",
    roots=ROOTS,
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-H 'X-Auth-Token: {secret}' {url}/v2/images",
    blank_ids=True,
    read_options=read_options,
    claims=is_addressed,
    resolve=resolve,
    finish=with_request_id,
    describe=described_in(f"{__name__}.openapi"),
    sight=sight,
)
