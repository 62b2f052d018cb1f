"""The expected responses, by dialect, operation and caller, written from the pages in docs/dialects.

Nothing of the product is imported here: the tables are independent of the code.
"""

from collections.abc import Mapping

from tests.permissions.expected import (
    devops_service,
    foreman,
    glance_v1,
    glance_v2,
    health,
    keystone,
    qingcloud,
    scaleway,
)
from tests.permissions.expected.notation import Listing, Rule

EXPECTED: Mapping[str, Mapping[str, Rule | Listing]] = {
    "devops_service": devops_service.TABLES,
    "foreman": foreman.TABLES,
    "glance_v1": glance_v1.TABLES,
    "glance_v2": glance_v2.TABLES,
    "health": health.TABLES,
    "keystone": keystone.TABLES,
    "qingcloud": qingcloud.TABLES,
    "scaleway": scaleway.TABLES,
}
