"""What passes between the registry and a Keystone is told to nobody: neither callers' tokens nor the registry's own."""

import logging

import pytest

from tests.api import Answer, Api, Caller, basic
from tests.conftest import MakeApi
from tests.security.overheard import whole
from tests.storage.keystones import CREDENTIAL, USER, Fault, Keystone, a_token

SECRET = "gAAAAABof-nobodys-business"
WRONG = "gAAAAABof-never-issued"
FAULTS = {
    "none": [],
    "a connection that ends": [Fault(), Fault()],
    "an error that repeats the question": [Fault(500, SECRET.encode())] * 2,
    "nonsense that repeats the question": [Fault(200, f'["{SECRET}"'.encode())],
    "nonsense of another shape": [Fault(200, b'{"token": {"user": "%s"}}' % SECRET.encode())],
    "a redirect": [Fault(302, b"", {"Location": f"/{SECRET}"})],
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("by", ["password", "application credential"])
def test_no_secret_is_in_a_log_or_an_answer(
    make_api: MakeApi,
    keystone: Keystone,
    caplog: pytest.LogCaptureFixture,
    faults: list[Fault],
    method: str,
    by: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    credential = {"KEYSTONE_URL": keystone.url}
    credential |= {f"KEYSTONE_APPLICATION_CREDENTIAL_{name.upper()}": value for name, value in CREDENTIAL.items()}
    api = make_api(**(keystone.settings() if by == "password" else credential))
    keystone.clock = api.clock
    keystone.know(SECRET, a_token("member"))
    keystone.fail(*faults, method=method)

    answers = [ask(api, secret) for secret in (SECRET, WRONG, f"{WRONG}\r\nX-Other: 1", "é") for ask in (token, user)]

    hidden = [SECRET, WRONG, str(USER["password"]), CREDENTIAL["secret"], *keystone.signed_in]
    logged = [f"{record.getMessage()} {record.exc_text or ''} {record.args}" for record in caplog.records]
    assert len(logged) > len(answers)  # those of urllib3, too
    assert [line for line in logged if any(each in line for each in hidden)] == []
    assert [whole(answer) for answer in answers if any(each in whole(answer) for each in hidden)] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert keystone.signed_in


def token(api: Api, secret: str) -> Answer:
    return Caller(api, {"X-Auth-Token": secret}).get("/v1/images")


def user(api: Api, secret: str) -> Answer:
    return Caller(api, basic("ann", secret)).get("/v3/images")
