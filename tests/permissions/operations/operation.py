"""Operations: templates of requests, filled in for a caller and a thing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from tests.api import Answer, Caller
from tests.credentials import Scheme
from tests.permissions.callers import TENANTS
from tests.permissions.expected.notation import Who
from tests.permissions.things import MD5, Thing

READING = ("GET", "HEAD", "OPTIONS")
_new = count(1)


@dataclass(frozen=True)
class Operation:
    """A request to a route of a dialect.

    `table` is the name of the rule that it follows. `target`, `headers` and `body` may contain `{id}` and `{upload}` of
    the thing that it is `about`, the tenants of callers such as `{owner}`, `{own}` for the caller's tenant, `{user}`
    and `{secret}` for credentials sent `in_body`, and `{new}` for a new name.
    `stores`: a success changes what is stored; `creates`: the change is a new image. A `body` of type str is sent
    unchanged. `shown_by` sends credentials in another way than the dialect's usual one.
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
        """The name in the test's id and in messages."""
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
