"""What API Gateway says by itself is something that the clients of all dialects understand."""

import json
from http import HTTPStatus
from typing import Any

import pytest

from tests.deploy.files import read

MESSAGE = '"as API Gateway says it"'


def answers() -> dict[str, dict[str, Any]]:
    """What API Gateway says by itself, by the reason."""
    api = read("resources.json")["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    told: dict[str, dict[str, Any]] = api["x-amazon-apigateway-gateway-responses"]
    return told


@pytest.mark.parametrize("reason", answers())
def test_what_the_gateway_says_is_what_all_clients_survive(reason: str) -> None:
    [(media, text)] = answers()[reason]["responseTemplates"].items()

    body = json.loads(text.replace("$context.error.messageString", MESSAGE))

    assert media == "application/json"
    assert all(isinstance(value, dict) for value in body.values())  # python-glanceclient asks each for a message
    assert body["error"].keys() == {"code", "title", "message"}
    assert body["error"]["title"] == HTTPStatus(body["error"]["code"]).phrase.replace("Request Entity", "Content")
    assert body["message"] == {"text": body["error"]["message"]}  # Libcloud asks for a message at the top
    assert answers()[reason].get("statusCode", str(body["error"]["code"])) == str(body["error"]["code"])


def test_every_kind_of_answer_has_that_shape_and_a_refused_caller_is_challenged() -> None:
    told = answers()

    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= told.keys()
    assert told["UNAUTHORIZED"]["responseParameters"] == {
        "gatewayresponse.header.WWW-Authenticate": "'Basic realm=\"rosetta\"'"
    }
    assert "uploads" in told["REQUEST_TOO_LARGE"]["responseTemplates"]["application/json"]
