"""Health checks."""

from functools import partial

from tests.permissions.operations.operation import Operation

_op = partial(Operation, "health")

OPERATIONS = (_op("GET", "/healthz", "open", "/healthz"), _op("GET", "/readyz", "open", "/readyz"))
