"""The dialects, each a folder of its own."""

from chalicelib.dialects import devops_service, foreman, glance_v1, qingcloud, scaleway

DIALECTS = (glance_v1.DIALECT, scaleway.DIALECT, devops_service.DIALECT, foreman.DIALECT, qingcloud.DIALECT)
