"""All operations of all dialects, some of them in several variants."""

from tests.permissions.operations import (
    devops_service,
    foreman,
    glance_v1,
    glance_v2,
    health,
    keystone,
    qingcloud,
    scaleway,
)

OPERATIONS = (
    *devops_service.OPERATIONS,
    *foreman.OPERATIONS,
    *glance_v1.OPERATIONS,
    *glance_v2.OPERATIONS,
    *health.OPERATIONS,
    *keystone.OPERATIONS,
    *qingcloud.OPERATIONS,
    *scaleway.OPERATIONS,
)
