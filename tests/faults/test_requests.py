"""Any AWS call of a request may fail: the result is a success or an error to retry, and nothing is half done."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from chalicelib.dialects import DIALECTS
from chalicelib.http.dialect import Route, match
from tests import tally
from tests.api import Api
from tests.conftest import MakeApi
from tests.faults import crowds, glance_v2, store
from tests.faults.glance import SCENES as GLANCE
from tests.faults.others import DEVOPS, FOREMAN, KEYSTONE, QINGCLOUD, SCALEWAY
from tests.faults.report import report
from tests.faults.scenes import Scene
from tests.faults.trials import Trials

SCENES = (*GLANCE, *glance_v2.SCENES, *SCALEWAY, *DEVOPS, *FOREMAN, *QINGCLOUD, *KEYSTONE, *crowds.SCENES)


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_a_request_hit_by_a_fault_is_atomic_and_can_be_retried(scene: Scene, make_api: MakeApi) -> None:
    trials = Trials(scene, make_api)

    found = dict(trials.mismatches())

    tally.count("injected faults", len(found))
    assert not any(found.values()), report(found)
    assert trials.clean.status < 400 or trials.clean.status in (405, scene.refused)


def test_every_operation_has_a_scene(make_api: MakeApi) -> None:
    """The requests of the scenes use all routes."""
    tables = {dialect.name: dialect.routes for dialect in DIALECTS}
    routes = {(name, route.method, route.path) for name, table in tables.items() for route in table}

    found = {(scene.dialect, *taken(scene, tables[scene.dialect], make_api())) for scene in SCENES}

    assert routes - found == set()


def taken(scene: Scene, routes: Sequence[Route], api: Api) -> tuple[str, str]:
    """Method and path of the route of a scene's request."""
    store.clear()
    ask = scene.arrange(api)
    route, _ = match(routes, ask.method, urlsplit(ask.target).path)
    return route.method, route.path
