"""Foreman: images are below their tenant's parents, so those of other tenants do not exist (§3.1).

An administrator has every permission, but only the parents of its own tenant (§9).
"""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, listing, rule

TABLES: Mapping[str, Rule | Listing] = {
    "description": rule("§9: /apidoc/... needs no credentials; F02, F07", everybody="200"),
    "status": rule("§9: Basic on every /api call; no permission is asked for", others="200"),
    "ping": rule("§1: beside what it lays down, for hammer, which sends no credentials", everybody="200"),
    "show": rule(
        "§3.1: showing an image through a parent that it does not belong to is 404, like an unknown id",
        # private shared public protected deactivated deleted
        reader="   200 200 200 200 200 -",
        owner="    200 200 200 200 200 -",
        others="   -",
    ),
    "update": rule(
        "§9: a missing permission is 403 before anything is looked up, A09; §3.1",
        reader="   !",
        owner="    200 200 200 200 200 -",
        others="   -",
    ),
    "delete": rule(
        "§9: as for an update, A10; a protected image is 403",
        reader="   !",
        owner="    200 200 200 403 200 -",
        others="   -",
    ),
    "create": rule("§9: create_images, A08; below parents of the caller's own", others="201", reader="403"),
    "create below the owner's": rule(
        "§3.1, §9: permission 403, then a parent that one may not see is 404, on POST too; A08, P06",
        reader="!",
        owner="201",
        others="-",
    ),
    "the owner's parent": rule(
        "§8.2, §9: a parent that one may not see is like one that is missing", reader="200", owner="200", others="-"
    ),
    "create a parent": rule(
        "§3.3, §9: whoever may create images may create parents of its tenant", others="201", reader="403"
    ),
    "change a parent": rule(
        "§3.3, §9: edit_<parents>; whoever may create parents may change them", reader="!", owner="200", others="-"
    ),
    "delete a parent": rule(
        "§3.3, §9: destroy_<parents>; whoever may delete images may delete parents that no image refers to",
        reader="!",
        owner="200",
        others="-",
    ),
    "images": listing("§3.1, §9: the tenant's own", reader="+++++-", owner="+++++-"),
    "parents": listing("§9: the tenant's own", reader="+", owner="+"),
}
