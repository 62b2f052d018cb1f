"""Run by the Python of apypie: a method is one of its `Api` or `ForemanApi`, or a property of theirs.

The `client` of a call says which of the two; `user`, `language` and `cache` are what it is made with. The text of a
refusal goes on with the answer's body, its keys sorted.
"""

import functools
import importlib
import json
from typing import Any

from tests.e2e.drivers.protocol import Call, serve

apypie = importlib.import_module("apypie")  # the other Python has none of it
requests = importlib.import_module("requests")


def perform(call: Call) -> Any:
    ours = client(call["client"], call["endpoint"], call["user"], call["token"], call["language"], call["cache"])
    found = getattr(ours, call["method"])
    try:
        return plain(found(*call["arguments"], **call["fields"]) if callable(found) else found)
    except requests.HTTPError as error:
        error.args = (f"{error}\n{json.dumps(error.response.json(), sort_keys=True)}",)
        raise


@functools.cache
def client(name: str, endpoint: str, user: str, password: str, language: str, cache: str) -> Any:
    """One client for each caller, so that descriptions and connections are kept from call to call.

    The Ansible modules give `ForemanApi` its credentials as bytes.
    """
    shared = {"uri": endpoint, "language": language or None, "apidoc_cache_dir": cache}
    if name == "ForemanApi":
        return apypie.ForemanApi(username=user.encode(), password=password.encode(), **shared)
    return apypie.Api(username=user, password=password, api_version=2, **shared)


def plain(result: Any) -> Any:
    """What `validate_payload` brings is a pair, of which the second is a set."""
    return [result[0], sorted(result[1])] if isinstance(result, tuple) else result


if __name__ == "__main__":
    serve(perform)
