"""What is asked of the process itself, whoever asks."""

from collections.abc import Mapping

from tests.permissions.expected.notation import Listing, Rule, rule

TABLES: Mapping[str, Rule | Listing] = {
    "open": rule("docs/operate.md, § Health: load balancers and monitors have no credentials", everybody="200"),
}
