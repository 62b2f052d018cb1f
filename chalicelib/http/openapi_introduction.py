"""What somebody reads first: where a token comes from, and how each dialect is asked with it."""

from collections.abc import Iterable

from chalicelib.http.dialect import Dialect
from chalicelib.http.openapi import Description

Described = tuple[Dialect, Description]

BEGINNING = """\
One catalogue of virtual-machine images, which speaks the HTTP APIs of several services, its dialects. An image that \
is registered in one of them is there in all the others. Use the one that your client speaks; each has a section below.

## Sign in

All that you need is a token. An administrator gives you the first one (`rosetta token issue`); with that one, make \
more by `POST /v1/tokens`. Dialects want its secret in different places: as `X-Auth-Token`, as a Bearer token, or as \
the password of your user name. At `/docs`, *Authorize* takes it and *Try it out* sends it; the page forgets it when \
you leave.

```sh
URL=https://images.example.org  NAME=alice  TOKEN=the-secret-of-your-token
"""
END = """\
```

## Errors

Each dialect refuses in the words of its original. In all of them, 401 means that the token is missing or unknown, \
403 that it may not do this, and 503 that something behind the API does not answer: try again after `Retry-After` \
seconds.
"""


def introduction(described: Iterable[Described]) -> str:
    """Markdown with a first request in each dialect."""
    requests = (f"\n# {description.title}\n{_request(dialect)}\n" for dialect, description in described)
    return f"{BEGINNING}{''.join(requests)}{END}"


def _request(dialect: Dialect) -> str:
    """For a shell that knows the address, the user and the secret."""
    filled = dialect.example.format(url="$URL", user="$NAME", secret="$TOKEN")  # noqa: S106  # nosec B106  # a variable
    return f"curl {filled}".replace("'", '"')
