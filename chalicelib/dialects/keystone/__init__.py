"""Keystone's v3 and v2.0 for the sign-in of OpenStack's clients, with the registry's own tokens."""

from chalicelib.dialects.keystone.errors import render_error
from chalicelib.dialects.keystone.options import read_options
from chalicelib.dialects.keystone.paths import ROOTS, resolve
from chalicelib.dialects.keystone.routes import ROUTES
from chalicelib.dialects.keystone.sign_in import authenticate
from chalicelib.http.dialect import Dialect, described_in

DIALECT = Dialect(
    name="keystone",
    roots=ROOTS,
    routes=ROUTES,
    authenticate=authenticate,
    render_error=render_error,
    example="-H 'X-Auth-Token: {secret}' {url}/identity/v3/auth/catalog",
    read_options=read_options,
    resolve=resolve,
    describe=described_in(f"{__name__}.openapi"),
)
