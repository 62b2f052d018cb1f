"""devops-service: images of other tenants do not exist, not even public and shared ones or for administrators (§2)."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, listing, rule

TABLES: Mapping[str, Rule | Listing] = {
    "show": rule(
        "§2, DS-03, DS-05: 403 for known and unknown ids alike without the policy; DS-34, DS-57",
        # private shared public protected deactivated deleted
        reader="   200 200 200 200 200 -",
        owner="    200 200 200 200 200 -",
        others="   -",
    ),
    "update": rule(
        "§2: policy before existence, DS-07; DS-42, DS-57",
        reader="   !",
        owner="    200 200 200 200 200 -",
        others="   -",
    ),
    "delete": rule(
        "§2, DS-08, DS-49, DS-57; a protected image is 400 (§5)",
        reader="   !",
        owner="    200 200 200 400 200 -",
        others="   -",
    ),
    "create": rule("§2, DS-06: create_image; any tenant may hold any id", others="200", reader="403"),
    "create again": rule(
        "§2, DS-13, DS-57: a taken id is 400 in its own tenant, free in all others; a deleted one is free (DS-51)",
        # private shared public protected deactivated deleted
        reader="   !",
        owner="    400 400 400 400 400 200",
        others="   200",
    ),
    "lists of words": rule("§6: under read_images", others="200"),
    "images": listing("§2: the tenant's own", reader="+++++-", owner="+++++-"),
    "choices": listing(
        "§6: what the operator lets users pick is what they may see, whoever has registered it",
        # private shared public protected deactivated deleted
        reader="   +++++-",
        stranger=" --+---",
        member="   -++++-",
        sharer="   -++++-",
        owner="    +++++-",
        admin="    --+---",
    ),
}
