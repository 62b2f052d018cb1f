"""Health checks, which need no credentials."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, rule

TABLES: Mapping[str, Rule | Listing] = {
    "open": rule("docs/operate.md, § Health: load balancers and monitors have no credentials", everybody="200"),
}
