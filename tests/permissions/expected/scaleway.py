"""The early Scaleway API: it documents 403 for private images of others, so it hides none; deleted ones are absent."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, listing, rule

READERS = "a token that may not write is refused before all else (§2)"

TABLES: Mapping[str, Rule | Listing] = {
    "show": rule(
        "wire §6, table of visibility, §11: members read; cases 46 to 53 and 95; §2: administrators see all",
        # private shared public protected deactivated deleted
        reader="   200 200 200 200 200 -",
        stranger=" 403 403 200 403 403 -",
        member="   403 200 200 200 200 -",
        sharer="   403 200 200 200 200 -",
        owner="    200 200 200 200 200 -",
        admin="    200 200 200 200 200 -",
    ),
    "update": rule(
        f"wire §7: existence 404, ownership 403; cases 91 to 93; {READERS}",
        reader="   !",
        stranger=" 403 403 403 403 403 -",
        member="   403 403 403 403 403 -",
        sharer="   403 403 403 403 403 -",
        owner="    200 200 200 200 200 -",
        admin="    200 200 200 200 200 -",
    ),
    "make public": rule(
        f"wire §2: publicize_image is a right of its own; a public image may stay so; {READERS}",
        # private shared public protected deactivated deleted community withdrawn
        reader="   !",
        stranger=" 403 403 403 403 403 - 403 403",
        member="   403 403 403 403 403 - 403 403",
        sharer="   403 403 403 403 403 - 403 403",
        owner="    403 403 200 403 403 - 403 403",
        admin="    200 200 200 200 200 - 200 200",
    ),
    "delete": rule(
        f"wire §7, §11: delete protection is 403; cases 97 to 100; {READERS}",
        reader="   !",
        stranger=" 403 403 403 403 403 -",
        member="   403 403 403 403 403 -",
        sharer="   403 403 403 403 403 -",
        owner="    204 204 204 403 204 -",
        admin="    204 204 204 403 204 -",
    ),
    "create": rule("wire §4: for the token's organization; §2: create_image", others="201", reader="403"),
    "create for the owner": rule(
        "wire §4, case 32: another organization than the token's is 403, for administrators too",
        others="403",
        owner="201",
    ),
    "create public": rule("wire §2: publicize_image is a right of its own", others="403", admin="201"),
    "images": listing(
        "wire §6: own and public ones, and those shared; case 57; §2: administrators list like others",
        # private shared public protected deactivated deleted
        reader="   +++++-",
        stranger=" --+---",
        member="   -++++-",
        sharer="   -++++-",
        owner="    +++++-",
        admin="    --+---",
    ),
    "images of the owner": listing(
        "wire §6: of a foreign organization the public images, case 59, and those shared",
        reader="   +++++-",
        stranger=" --+---",
        member="   -++++-",
        sharer="   -++++-",
        owner="    +++++-",
        admin="    --+---",
    ),
    "private images": listing(
        "wire §6: filters come after visibility, case 63",
        reader="   ++-++-",
        member="   -+-++-",
        sharer="   -+-++-",
        owner="    ++-++-",
    ),
}
