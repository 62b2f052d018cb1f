"""The application that is fuzzed, which can be restored to its initial state."""

import base64
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.bootstrap import Aws
from chalicelib.catalog.image import Status
from local.events import proxy_event
from tests.api import Api, Caller, a_caller
from tests.credentials import SCHEMES, by_token
from tests.fuzz.catalogue import CALLERS, CONTENT, IMAGES, PASSWORD, SIGNATURE, STORED, UPLOAD, fill
from tests.fuzz.exchange import Got, Sent
from tests.fuzz.twists import TWISTS
from tests.fuzz.vocabulary import SECRET
from tests.moto_state import Items, buckets, restore, saved

MADE = re.compile('"secret": "([0-9a-f]{48})"')
"""The secret of a new token, which is shown once."""


@dataclass
class Stock:
    """The initial contents of the tables and the bucket, built once because that takes time."""

    secrets: dict[str, str] = field(default_factory=dict)
    upload: str = ""
    items: Items = field(default_factory=dict)
    multiparts: dict[str, Any] = field(default_factory=dict)


class Registry(Api):
    """The application over tables and a bucket with the initial contents, which `restore` brings back."""

    def __init__(self, aws: Aws, stock: Stock) -> None:
        super().__init__({}, aws)
        self._stock = stock
        if not stock.items:
            self._make()
        self.restore()

    def _make(self) -> None:
        stock = self._stock
        for name, (tenant, policies) in CALLERS.items():
            stock.secrets[name] = self.world.identities.issue(a_caller(tenant, *policies))
        fill(self)
        caller = Caller(self, dict([self.credentials("owner", "glance_v1")]))
        begun = caller.post(f"/v1/images/{IMAGES[Status.QUEUED]}/uploads", body=b'{"size": 6000000}')
        stock.upload = begun.json["upload"]["id"]
        stock.items = saved()
        stock.multiparts = dict(_bucket().multiparts)

    def restore(self) -> None:
        """Restore the initial contents of the tables and the bucket."""
        restore(self._stock.items)
        bucket = _bucket()
        bucket.multiparts = dict(self._stock.multiparts)
        if STORED not in bucket.keys:
            self.world.blobs.client().put_object(Bucket=self.world.blobs.bucket, Key=STORED, Body=CONTENT)

    def check_secrets(self, got: Got) -> None:
        """Assert that neither the response nor the log contains a secret."""
        basics = [self.credentials(name, "foreman")[1].removeprefix("Basic ") for name in CALLERS]
        told = replace(got, headers={**got.headers, "x-subject-token": ""})
        for secret in (*self._stock.secrets.values(), *basics, PASSWORD):
            text = told.text
            for shown in (f'"access_token": "{secret}"', f'"token": {{"id": "{secret}"'):
                text = text.replace(shown, "")  # a sign-in returns the caller's own secret
            assert secret not in text
            assert secret not in got.log
        assert SIGNATURE not in got.log
        for secret in MADE.findall(got.text) if got.status == 201 else ():
            assert secret not in got.log

    def credentials(self, caller: str, dialect: str) -> tuple[str, str]:
        """The header with a caller's credentials in this dialect."""
        secret = self._stock.secrets[caller]
        [header] = SCHEMES.get(dialect, by_token)(f"user-of-{CALLERS[caller][0]}", secret).items()
        return header

    def exchange(self, sent: Sent) -> Got:
        """Send a request, and return its response and what was logged meanwhile."""
        headers = [("Host", "registry.example"), *sent.headers]
        if sent.caller is not None:
            headers.append(self.credentials(sent.caller, "foreman" if sent.signs_in else sent.dialect))
        target = sent.target.replace(UPLOAD, self._stock.upload)
        body = sent.body.replace(SECRET.encode(), self._stock.secrets["owner"].encode())
        event = TWISTS[sent.twist](proxy_event(self._router, sent.method, target, headers, body))
        with recorded() as log:
            result = json.loads(json.dumps(self._app(json.loads(json.dumps(event)), None)))
        text = result["body"]
        return Got(
            status=result["statusCode"],
            headers={name.lower(): value for name, value in result["headers"].items()},
            body=base64.b64decode(text, validate=True) if result["isBase64Encoded"] else text.encode(),
            log=log.getvalue(),
        )


@contextmanager
def recorded() -> Iterator[io.StringIO]:
    """Record everything that is logged, tracebacks included."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        yield log
    finally:
        logging.getLogger().removeHandler(handler)


def _bucket() -> Any:
    [bucket] = buckets()
    return bucket
