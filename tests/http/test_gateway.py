"""The application: finding a dialect and a handler, and answering."""

import importlib
import logging
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.bootstrap import build_app, build_world
from chalicelib.http.dialect import Dialect, Route
from chalicelib.http.errors import ServerError
from chalicelib.http.message import Request, Response
from local.events import Router, proxy_event
from tests.api import Api
from tests.conftest import MakeApi
from tests.http.conftest import Client, token
from tests.http.echo import WITHHELD, authenticate, echo, echoing, gateway, render_error

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def test_the_environment_of_the_process_stays_as_it_is(make_api: MakeApi) -> None:
    before = dict(os.environ)

    make_api()

    assert dict(os.environ) == before


def test_a_handler_gets_request_variables_and_principal(api: Api, client: Client) -> None:
    answer = client.request("GET", "/echo/me", token(api, "t1", user="alice"))

    assert answer.status == 200
    assert (answer.json["user"], answer.json["tenant"]) == ("alice", "t1")
    assert answer.json["path"] == "/echo/me"


def test_an_open_route_knows_nobody_even_with_credentials(api: Api, client: Client) -> None:
    answer = client.request("GET", "/echo/open", token(api, "t1"))

    assert (answer.json["user"], answer.json["tenant"]) == ("", None)


def test_variables_are_unquoted_once(client: Client) -> None:
    answer = client.get("/echo/a%2Fb/of/%2525%C3%A9+")

    assert answer.json["variables"] == {"name": "a/b", "owner": "%25é+"}
    assert answer.json["path"] == "/echo/a%2Fb/of/%2525%C3%A9+"


def test_every_path_and_method_leads_to_the_application(client: Client) -> None:
    routes = client.app.routes

    assert {"/", "/{proxy+}", "/echo/{name}"} <= set(routes)
    assert {path: set(methods) for path, methods in routes.items()} == dict.fromkeys(routes, METHODS)


@pytest.mark.parametrize(
    ("method", "target", "status", "problem"),
    [
        ("GET", "/echo", 404, "could not be found"),
        ("GET", "/echo/one/two/three", 404, "could not be found"),
        ("GET", "/elsewhere", 404, "could not be found"),
        ("GET", "/", 404, "could not be found"),
        ("DELETE", "/echo/one", 405, "method is not allowed"),
        ("GET", "/echo/refused", 400, "makes no sense"),
        ("GET", "/echo/missing/x", 404, "x not found"),
    ],
)
def test_a_refusal_has_the_shape_of_its_dialect(
    api: Api, client: Client, method: str, target: str, status: int, problem: str
) -> None:
    answer = client.request(method, target, token(api, "t1"))

    assert answer.status == status
    assert list(answer.json) == ["problem"]
    assert problem in answer.json["problem"]


@pytest.mark.parametrize(("method", "target"), [("GET", "/echo/me"), ("GET", "/elsewhere"), ("DELETE", "/echo/one")])
def test_who_shows_no_credentials_learns_of_no_path(client: Client, method: str, target: str) -> None:
    answer = client.request(method, target)

    assert (answer.status, answer.json) == (401, {"problem": "who is there?"})


def test_a_method_that_is_not_there_is_answered_with_those_that_are(api: Api, client: Client) -> None:
    answer = client.request("OPTIONS", "/echo/one", token(api, "t1"))

    assert answer.headers["allow"] == "GET, POST, PUT, PATCH"


def test_a_defect_is_answered_in_the_shape_of_the_dialect_with_its_text_withheld(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/echo/broken")

    assert answer.status == 500
    assert answer.json == {"problem": str(ServerError())}
    assert WITHHELD not in answer.text + str(answer.headers)
    (defect,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert defect.exc_info is not None
    assert WITHHELD in str(defect.exc_info[1])


def test_a_defect_of_a_dialect_before_its_routes_is_answered_too(api: Api) -> None:
    def confused(_request: object) -> None:
        raise KeyError(WITHHELD)

    answer = Client(gateway(api, echoing(resolve=confused))).get("/echo/one")

    assert (answer.status, answer.json) == (500, {"problem": str(ServerError())})


def test_a_dialect_may_give_a_request_another_path(api: Api) -> None:
    def resolve(request: Request) -> Request:
        return request._replace(path="/echo/moved")

    answer = Client(gateway(api, echoing(resolve=resolve))).get("/echo/one/of/two")

    assert answer.json["path"] == "/echo/moved"
    assert answer.json["variables"] == {"name": "moved"}


def test_a_dialect_sees_every_response_before_it_leaves(api: Api) -> None:
    def finish(_request: Request, response: Response) -> Response:
        return response._replace(headers={**response.headers, "X-Stamp": str(response.status)})

    client = Client(gateway(api, echoing(finish=finish)))

    answers = [client.get(target) for target in ("/echo/one", "/echo/broken", "/echo/missing/x", "/echo/me")]

    assert [answer.headers["x-stamp"] for answer in answers] == ["200", "500", "404", "401"]


def test_a_handler_sees_the_options_of_its_dialect(api: Api) -> None:
    client = Client(gateway(api, colour="red"))

    assert client.get("/echo/one").json["options"] == {"colour": "red"}


def test_a_dialect_without_options_has_none(api: Api) -> None:
    plain = Dialect("plain", ("/",), (Route("GET", "/plain", echo, open=True),), authenticate, render_error, "")

    assert Client(gateway(api, plain, colour="red")).get("/plain").json["options"] is None


def test_a_thread_has_a_lambda_context_of_its_own(api: Api) -> None:
    contexts: list[object] = []

    def note(_catalog: object, _request: object) -> Response:
        contexts.append(app.lambda_context)
        return Response()

    app = gateway(api, echoing(routes=(Route("GET", "/echo/context", note, open=True),)))
    event = proxy_event(Router(app.routes), "GET", "/echo/context", [("Host", "x")], b"")

    with ThreadPoolExecutor(1) as other_thread:
        other_thread.submit(app, event, "theirs").result()
    app(event, "ours")

    assert contexts == ["theirs", "ours"]
    assert app.lambda_context == "ours"


def test_a_request_goes_to_the_dialect_with_the_longest_root_above_it(api: Api) -> None:
    deeper = echoing(
        name="deeper", roots=("/echo/deep", "/other"), routes=(Route("GET", "/echo/deep/{x}", echo, open=True),)
    )
    client = Client(gateway(api, echoing(), deeper))

    assert client.get("/echo/deep/one").json["variables"] == {"x": "one"}
    assert client.get("/echo/deeper").json["variables"] == {"name": "deeper"}
    assert client.get("/echo/deep", X_Auth_Token="unknown").json == {"problem": "who is there?"}


def test_a_dialect_may_claim_a_request_wherever_it_goes(api: Api) -> None:
    def claims(request: Request) -> bool:
        return request.header("accept") == "claimed"

    everywhere = echoing(
        name="claiming", roots=("/claimed",), routes=(Route("GET", "/echo/{mine}", echo, open=True),), claims=claims
    )
    client = Client(gateway(api, echoing(), everywhere))

    assert client.get("/echo/one", Accept="claimed").json["variables"] == {"mine": "one"}
    assert client.get("/echo/one").json["variables"] == {"name": "one"}


def test_a_head_request_is_answered_without_a_body(api: Api) -> None:
    client = Client(gateway(api, echoing(lambda: Response(b"bytes", headers={"X-Kept": "yes"}))))

    got, head = client.get("/echo/response"), client.request("HEAD", "/echo/response")

    assert (got.body, head.body) == (b"bytes", b"")
    assert head.headers["x-kept"] == "yes"
    assert head.status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_that_could_not_leave_is_refused_by_the_dialect(api: Api, method: str) -> None:
    answers = [Response({"a": "x" * 90}), Response({"a": "x" * 91}, 201), Response(b"x" * 101)]
    small, large, data = (Client(gateway(api, echoing(lambda it=it: it), max_response_bytes=105)) for it in answers)  # type: ignore[misc]

    found = [client.request(method, "/echo/response").status for client in (small, large, data)]

    assert found == [200, 400, 200]
    if method == "GET":
        assert "too large" in large.get("/echo/response").json["problem"]


@pytest.mark.parametrize(
    ("text", "size"), [("x" * 48, 50), ("\\" * 24, 50), ('"' * 24, 50), ("é" * 24, 50), ("\x00" * 8, 50)], ids=repr
)
def test_an_answer_is_measured_in_the_bytes_that_lambda_sends_on(api: Api, text: str, size: int) -> None:
    def status(body: str, largest: int) -> int:
        return (
            Client(gateway(api, echoing(lambda: Response(body)), max_response_bytes=largest))
            .get("/echo/response")
            .status
        )

    assert status(text, size) == 200
    assert status(text, size - 1) == 400
    assert status(text + "x", size) == 400


@pytest.mark.parametrize("body", [{"a": 1}, [], "text", b"bytes", None], ids=repr)
def test_the_headers_of_a_head_answer_are_those_of_the_answer(api: Api, body: Any) -> None:
    headers = {"Content-Type": "text/x"} if isinstance(body, str | bytes) else {}
    client = Client(gateway(api, echoing(lambda: Response(body, headers=headers))))

    got, head = client.get("/echo/response"), client.request("HEAD", "/echo/response")

    assert head.headers == got.headers
    assert head.body == b""


@pytest.mark.parametrize("accept", [None, "image/png", "application/json", "*/*"])
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/octet-stream", "nonsense"])
def test_no_media_type_is_refused_by_the_gateway(api: Api, accept: str | None, content_type: str | None) -> None:
    client = Client(gateway(api, echoing(lambda: Response(b"\xff", headers={"Content-Type": "image/gif"}))))
    sent = {name: value for name, value in (("Accept", accept), ("Content-Type", content_type)) if value}

    answer = client.request("GET", "/echo/response", sent)
    heard = client.request("POST", "/echo/one", sent, b"x").json["headers"]

    assert (answer.status, answer.body) == (200, b"\xff")
    assert (heard.get("accept"), heard.get("content-type")) == (accept, content_type)


def test_threads_do_not_mix_requests(api: Api, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="rosetta.access")
    callers = [token(api, f"t{number}", user=f"user-{number}") for number in range(16)]
    together = threading.Barrier(len(callers))

    def converse(number: int) -> list[bool]:
        together.wait()
        found = []
        for turn in range(10):
            heard = client.request("GET", "/echo/me", {**callers[number], "X-Turn": f"{number}.{turn}"}).json
            found.append((heard["user"], heard["headers"]["x-turn"]) == (f"user-{number}", f"{number}.{turn}"))
            found.append(client.request("GET", "/echo/images", callers[number]).json["tenant"] == f"t{number}")
        return found

    with ThreadPoolExecutor(len(callers)) as pool:
        answers = [right for found in pool.map(converse, range(len(callers))) for right in found]

    assert Counter(answers) == {True: 16 * 10 * 2}


def test_the_real_application_is_built_from_the_environment(api: Api) -> None:
    client = Client(build_app({"PUBLIC_ENDPOINT": "https://images.example/"}))

    assert "https://images.example/v1/" in client.get("/versions").text


def test_the_deployment_has_the_application_under_the_name_that_lambda_calls(api: Api) -> None:
    client = Client(importlib.import_module("app").app)

    assert client.get("/versions").status == 200


def test_a_world_tells_the_time(api: Api) -> None:
    clock = build_world().clock

    assert clock.now() <= clock.now()
    assert clock.now().utcoffset() is not None
