"""QingCloud: what a caller may not see does not exist (§2); `deleted` images can still be recovered for two hours."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, listing, rule

TABLES: Mapping[str, Rule | Listing] = {
    "sign in": rule(
        "§3: key and secret, shown as Basic credentials, for a Bearer token, whatever its rights", others="200"
    ),
    "sign in by a token": rule("§3: nothing but key and secret is traded for a token", others="401"),
    "show": rule(
        "§2, §9.2: an id that is not visible is 404, QC-38, QC-48; a deleted image is there by its id; members see what"
        " is shared (§6, provider `shared`), administrators in lists no more than others (§2); ids filter"
        " the list, which has nothing of the community",
        # private shared public protected deactivated deleted community withdrawn
        reader="   200 200 200 200 200 200 200 200",
        stranger=" -   -   200 -   -   -   -   -",
        member="   -   200 200 200 200 200 -   -",
        sharer="   -   200 200 200 200 200 -   -",
        owner="    200 200 200 200 200 200 200 200",
        admin="    -   -   200 -   -   -   -   -",
    ),
    "modify": rule(
        "§3 order: rights, existence, ownership, state; visible but not owned is 403; QC-59 to QC-61, QC-72, QC-73",
        reader="   !",
        stranger=" -   -   403 -   -   -",
        member="   -   403 403 403 403 403",
        sharer="   -   403 403 403 403 403",
        owner="    200 200 200 200 200 200",
        admin="    200 200 200 200 200 200",
    ),
    "delete": rule(
        "§9.4: unknown 404, not owned 403, already deleted 409; QC-67 to QC-70, QC-73; protected is 403 (§5)",
        reader="   !",
        stranger=" -   -   403 -   -   -",
        member="   -   403 403 403 403 403",
        sharer="   -   403 403 403 403 403",
        owner="    200 200 200 403 200 409",
        admin="    200 200 200 403 200 409",
    ),
    "recover": rule(
        "§9.6: own images in `deleted`; §3 order, so another state is 409 after everything else",
        reader="   !",
        stranger=" -   -   403 -   -   -",
        member="   -   403 403 403 403 403",
        sharer="   -   403 403 403 403 403",
        owner="    409 409 409 409 409 200",
        admin="    409 409 409 409 409 200",
    ),
    "capture": rule(
        "§9.1: an instance of the caller's tenant, foreign ones are 404, QC-22, administrators' too; QC-73",
        reader="!",
        owner="200",
        others="-",
    ),
    "a job": rule("§2, §9.5: jobs belong to a tenant, another's is 404; QC-25", reader="200", owner="200", others="-"),
    "images": listing(
        "§2, §9.2: own and public ones, and those shared (§6); deleted ones are left out; QC-46 to QC-48, QC-63",
        # private shared public protected deactivated deleted
        reader="   +++++-",
        stranger=" --+---",
        member="   -++++-",
        sharer="   -++++-",
        owner="    +++++-",
        admin="    --+---",
    ),
    "deleted images": listing(
        "§9.2, QC-63: by their status they are there for whom they are visible",
        reader="   -----+",
        member="   -----+",
        sharer="   -----+",
        owner="    -----+",
    ),
    "jobs": listing("§9.5: the tenant's own; QC-26, QC-28", reader="+", owner="+"),
}
