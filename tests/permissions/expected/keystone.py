"""Keystone: a valid secret signs in, and tokens show only themselves; versions are public."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, rule

TABLES: Mapping[str, Rule | Listing] = {
    "versions": rule("§2: clients look for them before they sign in, never 401", everybody="300"),
    "version": rule("§2, as above", everybody="200"),
    "sign in": rule("§3 and §6", others="201"),
    "sign in by v2.0": rule("§4 and §6", others="200"),
    "own token": rule("§6: the token is the secret, and tells its bearer what it is good for", others="200"),
    "other token": rule("§6: of others there is none, for administrators neither", others="404"),
    "withheld": rule(
        "§6: clients take a tenant's name for its id if projects are withheld, as Keystone does", others="403"
    ),
    "told": rule("§3: the catalogue and the project of the token", others="200"),
}
