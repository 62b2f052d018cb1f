"""One registry for all cases of a module, which leave each other's images alone."""

from chalicelib.bootstrap import Aws
from tests.api import Api
from tests.moto_state import empty


def an_api(aws: Aws, **environ: str) -> Api:
    """An application over tables and a bucket that are empty when the module is entered, be it once more."""
    empty(aws)
    return Api(environ, aws)
