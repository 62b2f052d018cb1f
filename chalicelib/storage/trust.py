"""Whose certificates are believed: Amazon's own roots where AWS is asked, all of Mozilla's where they do not do.

To read all of them takes a cold start longer than the rest of its first connection.
"""

import ssl
from functools import cache
from os import path

import botocore

AMAZON = path.join(path.dirname(__file__), "amazon.pem")  # noqa: PTH118, PTH120  # pathlib is slow
"""In the bundle alone, which takes them from the file below."""
ALL = path.join(path.dirname(botocore.__file__), "cacert.pem")  # noqa: PTH118, PTH120  # as above
"""What botocore believes as well."""
HOSTS = (".amazonaws.com", ".amazonaws.com.cn")


def narrowest(host: str) -> ssl.SSLContext:
    """What to try first with a host."""
    return _context(AMAZON if host.endswith(HOSTS) and path.exists(AMAZON) else ALL)  # noqa: PTH110  # as above


def roots(file: str | None) -> ssl.SSLContext:
    """What to believe of a server that is not AWS's: the certificates of a file, or all that botocore believes.

    Raises OSError for a file that has none.
    """
    return _context(file or ALL)


def wider(context: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """What to try where a context did not do; None if there is nothing else to believe."""
    return None if context is _context(ALL) else _context(ALL)


@cache
def _context(roots: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=roots)
