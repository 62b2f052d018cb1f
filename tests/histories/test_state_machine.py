"""Sequential calls through all dialects: whoever writes and whoever reads, the application behaves like the model."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.api import Api
from tests.histories.machine import CatalogueMachine
from tests.histories.speaking import Speaker

NIGHTLY = os.environ.get("HISTORIES")
EXAMPLES = settings(
    max_examples=5 * int(NIGHTLY) if NIGHTLY else 8,
    stateful_step_count=25,
    derandomize=not NIGHTLY,
    phases=[Phase.generate],  # a failure prints its steps; shrinking them would take minutes
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_all_dialects_read_what_one_writes_as_the_model_does(api: Api) -> None:
    shared = Speaker(api)

    class Machine(CatalogueMachine):
        speaker = shared

    run_state_machine_as_test(Machine, settings=EXAMPLES)

    assert shared.asked > 0
