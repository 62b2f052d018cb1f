"""Trusted root certificates: Amazon's own for AWS, and all of Mozilla's where those do not suffice.

Loading all of them takes longer than the rest of a cold start's first connection.
"""

import ssl
from functools import cache
from os import path

import botocore

AMAZON = path.join(path.dirname(__file__), "amazon.pem")  # noqa: PTH118, PTH120  # pathlib is slow
"""Exists only in the bundle, and is taken from the file below."""
ALL = path.join(path.dirname(botocore.__file__), "cacert.pem")  # noqa: PTH118, PTH120  # as above
"""The certificates that botocore trusts."""
HOSTS = (".amazonaws.com", ".amazonaws.com.cn")


def narrowest(host: str) -> ssl.SSLContext:
    """The context to try first with a host."""
    return _context(AMAZON if host.endswith(HOSTS) and path.exists(AMAZON) else ALL)  # noqa: PTH110  # as above


def roots(file: str | None) -> ssl.SSLContext:
    """The context for a server other than AWS's: it trusts the certificates in a file, or those that botocore trusts.

    Raises OSError for a file without certificates.
    """
    return _context(file or ALL)


def wider(context: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """The context to try when this one has failed; None if it is the widest."""
    return None if context is _context(ALL) else _context(ALL)


@cache
def _context(roots: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=roots)
