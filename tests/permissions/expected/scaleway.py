"""The early Scaleway API: it documents 403 for private images of others, so it hides none; deleted ones are absent."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, listing, rule

READERS = "a token that may not write is refused before all else (design §5; the contract knows no such tokens)"

TABLES: Mapping[str, Rule | Listing] = {
    "show": rule(
        "§6 table of visibility, §11: members read; S046 to S053, S095; administrators see all (design §5)",
        # private shared public protected deactivated deleted
        reader="   200 200 200 200 200 -",
        stranger=" 403 403 200 403 403 -",
        member="   403 200 200 200 200 -",
        sharer="   403 200 200 200 200 -",
        owner="    200 200 200 200 200 -",
        admin="    200 200 200 200 200 -",
    ),
    "update": rule(
        f"§7: existence 404, ownership 403; S091 to S093; {READERS}",
        reader="   !",
        stranger=" 403 403 403 403 403 -",
        member="   403 403 403 403 403 -",
        sharer="   403 403 403 403 403 -",
        owner="    200 200 200 200 200 -",
        admin="    200 200 200 200 200 -",
    ),
    "make public": rule(
        f"publicize_image is a right of its own (design §5); a public image may stay so; {READERS}",
        # private shared public protected deactivated deleted community withdrawn
        reader="   !",
        stranger=" 403 403 403 403 403 - 403 403",
        member="   403 403 403 403 403 - 403 403",
        sharer="   403 403 403 403 403 - 403 403",
        owner="    403 403 200 403 403 - 403 403",
        admin="    200 200 200 200 200 - 200 200",
    ),
    "delete": rule(
        f"§7, §11: delete protection is 403; S097 to S100; {READERS}",
        reader="   !",
        stranger=" 403 403 403 403 403 -",
        member="   403 403 403 403 403 -",
        sharer="   403 403 403 403 403 -",
        owner="    204 204 204 403 204 -",
        admin="    204 204 204 403 204 -",
    ),
    "create": rule("§4: for the token's organization; create_image (design §5)", others="201", reader="403"),
    "create for the owner": rule(
        "§4, S032: another organization than the token's is 403, for administrators too", others="403", owner="201"
    ),
    "create public": rule("publicize_image is a right of its own (design §5)", others="403", admin="201"),
    "images": listing(
        "§6: own and public ones, §11: and those shared; S057; administrators list like others (design §4)",
        # private shared public protected deactivated deleted
        reader="   +++++-",
        stranger=" --+---",
        member="   -++++-",
        sharer="   -++++-",
        owner="    +++++-",
        admin="    --+---",
    ),
    "images of the owner": listing(
        "§6: of a foreign organization the public images, S059, and those shared (§11)",
        reader="   +++++-",
        stranger=" --+---",
        member="   -++++-",
        sharer="   -++++-",
        owner="    +++++-",
        admin="    --+---",
    ),
    "private images": listing(
        "§6: filters come after visibility, S063",
        reader="   ++-++-",
        member="   -+-++-",
        sharer="   -+-++-",
        owner="    ++-++-",
    ),
}
