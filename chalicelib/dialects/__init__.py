"""The dialects, each a folder of its own."""

from chalicelib.dialects import devops_service, foreman, glance_v1, glance_v2, keystone, qingcloud, scaleway

CATALOGUES = (
    glance_v1.DIALECT,
    glance_v2.DIALECT,
    scaleway.DIALECT,
    devops_service.DIALECT,
    foreman.DIALECT,
    qingcloud.DIALECT,
)
"""Those over the catalogue of images."""
DIALECTS = (*CATALOGUES, keystone.DIALECT)
"""All of them, the sign-in of OpenStack's clients included."""
