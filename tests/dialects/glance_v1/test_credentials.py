"""Who callers are: a token, or a user and its secret, as clients without a Keystone show them."""

import pytest

from tests.api import ORDINARY, Api, Caller, a_caller, basic
from tests.conftest import MakeApi
from tests.dialects.glance_v1.glance import create

LIST = "/v1/images"


@pytest.fixture
def secret(api: Api) -> str:
    """The secret of the user ann, in the tenant t1."""
    return api.world.identities.issue(a_caller("t1", *ORDINARY, user="ann"))


def test_a_user_and_its_secret_do_as_well_as_a_token(api: Api, t1: Caller, secret: str) -> None:
    """The sign-in `http_basic` of keystoneauth, which needs no Keystone."""
    image = create(Caller(api, basic("ann", secret)))

    assert image["owner"] == "t1"
    assert t1.head(f"/v1/images/{image['id']}").status == 200


@pytest.mark.parametrize("user", ["ben", "", "Ann"])
def test_the_secret_of_somebody_else_is_unauthorized(api: Api, secret: str, user: str) -> None:
    answer = Caller(api, basic(user, secret)).get(LIST)

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Keystone uri=")


@pytest.mark.parametrize("shown", ["Basic", "Basic !", "Basic YW5u", "Bearer x"])
def test_what_cannot_be_read_is_unauthorized(api: Api, shown: str) -> None:
    assert Caller(api, {"Authorization": shown}).get(LIST).status == 401


def test_a_token_goes_before_user_and_secret(api: Api, secret: str) -> None:
    right = basic("ann", secret)

    assert Caller(api, {**right, "X-Auth-Token": "guessed"}).get(LIST).status == 401
    assert Caller(api, {**basic("ann", "wrong"), "X-Auth-Token": secret}).get(LIST).status == 200


def test_a_wrong_secret_makes_nobody_anonymous(make_api: MakeApi, secret: str) -> None:
    api = make_api(GLANCE_V1_ALLOW_ANONYMOUS_ACCESS="true")

    assert api.anonymous().get(LIST).status == 200
    assert Caller(api, basic("ann", "wrong")).get(LIST).status == 401
    assert create(Caller(api, basic("ann", secret)))["owner"] == "t1"


def test_users_own_images_by_their_secrets_too(make_api: MakeApi, secret: str) -> None:
    api = make_api(GLANCE_V1_OWNER_IS_TENANT="false")

    assert create(Caller(api, basic("ann", secret)))["owner"] == "ann"
