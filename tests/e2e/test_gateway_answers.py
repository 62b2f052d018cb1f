"""What API Gateway says by itself, heard by the published clients: each takes it for a refusal with its status."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploy.files import read
from tests.e2e.clients import install
from tests.e2e.devops import ATTEMPTS, Command
from tests.http_server import HttpServer, QuietHandler
from tests.processes import PATIENCE, ROOT

pytestmark = pytest.mark.e2e

API = read("resources.json")["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
ANSWERS: dict[str, Any] = API["x-amazon-apigateway-gateway-responses"]
REASONS = ["DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED", "REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT"]
GLANCE = """
from glanceclient import Client, exc
def ask(url):
    try:
        list(Client("1", url, token="secret").images.list())
    except exc.HTTPException as error:
        return error.code, error.details
"""
LIBCLOUD = """
from libcloud.common.exceptions import BaseHTTPError
from tests.e2e.drivers.libcloud import driver
def ask(url):
    try:
        driver(url, "an organization", "secret").list_images()
    except BaseHTTPError as error:
        return error.code, error.message if isinstance(error.message, str) else error.message["text"]
"""
SCALEWAY = """
from slumber.exceptions import HttpClientError, HttpServerError
from tests.e2e.drivers.scaleway_sdk import client
def ask(url):
    try:
        client(url, "secret").images.get()
    except (HttpClientError, HttpServerError) as error:
        return error.response.status_code, error.response.json()["error"]["message"]
"""
APYPIE = """
import apypie, requests
def ask(url):
    try:
        apypie.Api(uri=url + "/", username="ann", password="secret", api_version=2).http_call("get", "api/status")
    except requests.HTTPError as error:
        return error.response.status_code, error.response.json()["error"]["message"]
"""
CLIENTS = {
    "glanceclient-4.13.0": GLANCE,
    "glanceclient-2.8.1": GLANCE,
    "libcloud-3.9.1": LIBCLOUD,
    "scaleway_sdk-1.15.0": SCALEWAY,
    "apypie-0.8.0": APYPIE,
}
ASK_ALL = """
import json, sys
print(json.dumps({url: ask(url) for url in sys.argv[1:]}))
"""


NAMELESS = "N/A"
"""What glanceclient keeps of a status that it has no class for."""
OWN_WORDS = "429 Rate limit exceeded"
"""What Libcloud says whatever it was told."""


def body(reason: str) -> Any:
    """What is said for a reason."""
    [text] = ANSWERS[reason]["responseTemplates"].values()
    return json.loads(text.replace("$context.error.messageString", '"as it is said"'))


class Gateway(QuietHandler):
    """Answers everything below `/<reason>` as API Gateway would for that reason."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        reason = self.path.removeprefix("/v3").split("/")[1].partition("?")[0]
        told = body(reason)
        content = json.dumps(told).encode()
        self.send_response(told["error"]["code"])
        for name, value in ANSWERS[reason].get("responseParameters", {}).items():
            self.send_header(name.removeprefix("gatewayresponse.header."), value.strip("'"))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def gateway() -> Iterator[HttpServer]:
    with HttpServer(Gateway) as server, server.running():
        yield server


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_takes_it_for_a_refusal(gateway: HttpServer, client: str) -> None:
    installation = install(*client.split("-"))
    urls = [f"http://{gateway.netloc}/{reason}" for reason in REASONS]
    words = [installation.program("python"), "-c", CLIENTS[client] + ASK_ALL, *urls]

    done = subprocess.run(  # noqa: S603  # our own words
        words, cwd=ROOT, env=installation.environment, check=True, stdout=subprocess.PIPE, timeout=PATIENCE
    )

    heard = {url.rpartition("/")[2]: answer for url, answer in json.loads(done.stdout).items()}
    said = {reason: body(reason)["error"] for reason in REASONS}
    for reason, (status, text) in heard.items():
        assert status in {said[reason]["code"], NAMELESS}
        assert text in {said[reason]["message"], OWN_WORDS}


def test_who_waits_for_a_challenge_gets_one(gateway: HttpServer) -> None:
    command = Command(("127.0.0.1", gateway.port), "ann", "secret")

    reply = command.get("/UNAUTHORIZED")

    assert reply.statuses == [401] * ATTEMPTS
