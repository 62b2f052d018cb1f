"""What can be asked with a token: about itself, where services are, and for whom it acts."""

import pytest

from tests.api import ORDINARY, Api, Caller, a_caller
from tests.dialects.keystone.keystone import URL, V3, by_token, issued, project, refusal, shown, signing_in

ANN = a_caller("team", *ORDINARY, user="ann")
UNKNOWN = (404, "There is no such token, or it is not the one in X-Auth-Token")


@pytest.fixture
def secret(api: Api) -> str:
    return issued(api, ANN)[0]


@pytest.fixture
def ann(api: Api, secret: str) -> Caller:
    return Caller(api, {"X-Auth-Token": secret})


@pytest.mark.parametrize("path", [V3, "/v3/auth/tokens"])
def test_a_token_is_told_about_itself(api: Api, ann: Caller, secret: str, path: str) -> None:
    signed_in = signing_in(api, by_token(secret, project(id="team"))).json["token"]

    answer = shown(ann, path, X_Subject_Token=secret)

    assert answer.status == 200
    assert answer.headers["x-subject-token"] == secret
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["token"] == {**signed_in, "issued_at": answer.json["token"]["issued_at"]}


def test_whether_a_token_is_good_is_told_without_a_body(ann: Caller, secret: str) -> None:
    answer = ann.head(V3, {"X-Subject-Token": secret})

    assert (answer.status, answer.body) == (200, b"")


def test_a_token_is_told_of_no_other(api: Api, ann: Caller) -> None:
    another = api.world.identities.issue(ANN)

    assert refusal(shown(ann, X_Subject_Token=another)) == UNKNOWN
    assert refusal(shown(ann, X_Subject_Token="wrong")) == UNKNOWN
    assert refusal(shown(ann)) == UNKNOWN


@pytest.mark.parametrize("path", ["/identity/v3/auth/catalog", "/v3/auth/catalog"])
def test_the_catalogue_is_that_of_the_token(api: Api, ann: Caller, secret: str, path: str) -> None:
    signed_in = signing_in(api, by_token(secret)).json["token"]

    answer = ann.get(path)

    assert answer.status == 200
    assert answer.json == {"catalog": signed_in["catalog"], "links": {"self": f"{URL}/identity/v3/auth/catalog"}}


def test_projects_are_the_tenant_of_the_token(ann: Caller) -> None:
    answer = ann.get("/v3/auth/projects")

    [found] = answer.json["projects"]
    assert (found["id"], found["name"], found["domain_id"], found["enabled"]) == ("team", "team", "default", True)
    assert answer.json["links"] == {"self": f"{URL}/identity/v3/auth/projects", "next": None, "previous": None}


def test_the_project_of_the_token_is_shown_and_no_other(api: Api, ann: Caller) -> None:
    """Clients that look up a tenant to share an image with take its name for its id if they may not know it."""
    shown, withheld = ann.get("/v3/projects/team"), (403, "Only the project of the token is shown")

    assert (shown.status, shown.json["project"]) == (200, ann.get("/v3/auth/projects").json["projects"][0])
    for path in ("/v3/projects/other", "/v3/projects?name=team", "/v3/projects"):
        assert refusal(ann.get(path)) == withheld
    assert refusal(api.caller(None, "read_images").get("/v3/projects/team")) == withheld


def test_a_token_without_a_tenant_has_no_projects_and_no_catalogue(api: Api) -> None:
    caller = api.caller(None, "read_images")

    assert caller.get("/v3/auth/projects").json["projects"] == []
    assert refusal(caller.get("/v3/auth/catalog")) == (403, "This token acts for no tenant")
