"""The contracts of the ports, as test suites for any engine that stores the tables.

A module that runs them derives its test classes from the suites; its fixture `make_world` provides the engine.
"""

from tests.storage.contract.backlog import Backlog
from tests.storage.contract.conditions import Conditions
from tests.storage.contract.dialect_facts import DialectFacts
from tests.storage.contract.events import Events
from tests.storage.contract.faults import Faults
from tests.storage.contract.jobs import Jobs
from tests.storage.contract.keys import Keys
from tests.storage.contract.lists import Lists
from tests.storage.contract.references import References
from tests.storage.contract.referring import Referring
from tests.storage.contract.sharing import Sharing
from tests.storage.contract.tombstones import Tombstones
from tests.storage.contract.volume import Volume
from tests.storage.contract.writes import Claims, Writes

__all__ = [
    "Backlog",
    "Claims",
    "Conditions",
    "DialectFacts",
    "Events",
    "Faults",
    "Jobs",
    "Keys",
    "Lists",
    "References",
    "Referring",
    "Sharing",
    "Tombstones",
    "Volume",
    "Writes",
]
