"""A request of the matrix, as a template that is filled in for a caller and a thing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from tests.api import Answer, Caller
from tests.permissions.callers import TENANTS, Scheme
from tests.permissions.expected.notation import Who
from tests.permissions.things import MD5, Thing

READING = ("GET", "HEAD", "OPTIONS")
_new = count(1)


@dataclass(frozen=True)
class Operation:
    """A route of a dialect, asked for in one way.

    `table` is the name of the rule it follows. `target`, `headers` and `body` may hold `{id}` and `{upload}` of the
    thing it is `about`, tenants by the callers that act for them, `{own}` for that of whoever asks, `{user}` and
    `{secret}` for credentials that are shown `in_body`, and `{new}`.
    `stores` says whether a success leaves anything behind, and `creates` that this is a new image. A body of text is
    sent as it is, and `shown_by` is how callers show their credentials, if not as usual in the dialect.
    """

    dialect: str
    method: str
    pattern: str
    table: str
    target: str
    about: str = "nothing"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    stores: bool = False
    creates: bool = False
    variant: str = ""
    shown_by: Scheme | None = None

    @property
    def name(self) -> str:
        """For a person."""
        return f"{self.dialect}: {self.method} {self.pattern}" + (f" ({self.variant})" if self.variant else "")

    def ask(self, caller: Caller, who: Who, thing: Thing) -> Answer:
        """Send the request."""
        values = {
            "id": thing.alias_of,
            "upload": thing.upload,
            "own": TENANTS[who],
            "new": f"new-{next(_new)}",
            "md5": MD5,
            "user": caller.shown("X-Own-User") or "nobody",
            "secret": caller.shown("X-Own-Secret"),
            **{name.value: tenant for name, tenant in TENANTS.items()},
        }
        headers = {name: filled(text, values) for name, text in self.headers.items()}
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        body = b"" if self.body is None else filled(text, values).encode()
        return caller.request(self.method, filled(self.target, values), headers, body)


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each `{name}` replaced by its value."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template
