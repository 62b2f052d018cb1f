"""Whose certificates are believed: Amazon's own roots where AWS is asked, all of Mozilla's where they do not do.

To read all of them takes a cold start longer than the rest of its first connection.
"""

import ssl
from functools import cache
from pathlib import Path

import botocore

AMAZON = Path(__file__).with_name("amazon.pem")
"""In the bundle alone, which takes them from the file below."""
ALL = Path(botocore.__file__).with_name("cacert.pem")
"""What botocore believes as well."""
HOSTS = (".amazonaws.com", ".amazonaws.com.cn")


def narrowest(host: str) -> ssl.SSLContext:
    """What to try first with a host."""
    return _context(AMAZON if host.endswith(HOSTS) and AMAZON.exists() else ALL)


def wider(context: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """What to try where a context did not do; None if there is nothing else to believe."""
    return None if context is _context(ALL) else _context(ALL)


@cache
def _context(roots: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(roots))
