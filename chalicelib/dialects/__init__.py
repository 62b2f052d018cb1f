"""The dialects, one folder each."""

from chalicelib.dialects import devops_service, foreman, glance_v1, glance_v2, keystone, qingcloud, scaleway

CATALOGUES = (
    glance_v1.DIALECT,
    glance_v2.DIALECT,
    scaleway.DIALECT,
    devops_service.DIALECT,
    foreman.DIALECT,
    qingcloud.DIALECT,
)
"""The dialects for images."""
DIALECTS = (*CATALOGUES, keystone.DIALECT)
"""All dialects, including Keystone's for signing in."""
