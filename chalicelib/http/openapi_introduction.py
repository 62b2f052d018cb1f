"""The introduction of the OpenAPI document: how to get a token, and a first request in each dialect."""

from collections.abc import Iterable

from chalicelib.http.dialect import Dialect
from chalicelib.http.openapi import Description

Described = tuple[Dialect, Description]

BEGINNING = """\
One catalogue of virtual-machine images, which speaks the HTTP APIs of several services, its dialects. An image \
registered through one of them is available in all others. Use the one that your client speaks; each has a section \
below.

## Sign in

You need a token. An administrator gives you the first one (`rosetta token create`); with that, make more by \
`POST /v1/tokens`. Dialects expect its secret in different places: as `X-Auth-Token`, as a Bearer token, or as the \
password of your user name. At `/docs`, enter it under *Authorize*, and send requests with *Try it out*; the page \
forgets it when you leave.

```sh
URL=https://images.example.org  NAME=alice  TOKEN=the-secret-of-your-token
"""
END = """\
```

## Errors

The error messages of each dialect are those of its original. In all of them, 401 means that the token is missing or \
unknown, 403 that it lacks permission, and 503 that a service behind the API does not answer: retry after \
`Retry-After` seconds.
"""


def introduction(described: Iterable[Described]) -> str:
    """Markdown with a first request in each dialect."""
    requests = (f"\n# {description.title}\n{_request(dialect)}\n" for dialect, description in described)
    return f"{BEGINNING}{''.join(requests)}{END}"


def _request(dialect: Dialect) -> str:
    """A curl command for a shell with `URL`, `NAME` and `TOKEN` set."""
    filled = dialect.example.format(url="$URL", user="$NAME", secret="$TOKEN")  # noqa: S106  # nosec B106  # a variable
    return f"curl {filled}".replace("'", '"')
