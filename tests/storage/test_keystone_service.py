"""What is asked of Keystone, with which credentials, and what becomes of each way in which it can fail."""

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import IdentitiesUnavailable
from chalicelib.storage.keystone_service import LONGEST_ANSWER, KeystoneService, Login, Reply, Timeouts
from tests.api import FakeClock
from tests.storage.keystones import (
    BY_CREDENTIAL,
    BY_PASSWORD,
    CREDENTIAL_LOGIN,
    LOGIN,
    Fault,
    Keystone,
    a_token,
    running_keystone,
)
from tests.storage.scripted import nobody
from tests.storage.web import self_signed

IMPATIENT = Timeouts(0.3, 0.3, 2.0)
TOKEN = a_token("reader")


def service(keystone: Keystone, url: str = "", login: Login = LOGIN, timeouts: Timeouts = IMPATIENT) -> KeystoneService:
    return KeystoneService(url or keystone.url, login, None, keystone.clock, timeouts)


def outage(asking: KeystoneService) -> Outage | None:
    with pytest.raises(IdentitiesUnavailable) as raised:
        asking.validate("token-1")
    return raised.value.outage


@pytest.mark.parametrize("end", ["", "/", "/v3", "/v3/", "/identity", "/identity/v3"])
def test_a_token_is_asked_for_wherever_keystone_is_mounted(keystone: Keystone, end: str) -> None:
    keystone.know("token-1", TOKEN)

    found = service(keystone, f"{keystone.url}{end}").validate("token-1")

    prefix = "/identity" if "identity" in end else ""
    assert found == keystone.tokens["token-1"]
    paths = [(each.method, each.path) for each in keystone.asked]
    assert paths == [("POST", f"{prefix}/v3/auth/tokens"), ("GET", f"{prefix}/v3/auth/tokens?nocatalog")]


@pytest.mark.parametrize(("login", "auth"), [(LOGIN, BY_PASSWORD), (CREDENTIAL_LOGIN, BY_CREDENTIAL)])
def test_the_registry_signs_in_by_password_or_application_credential(
    keystone: Keystone, login: Login, auth: object
) -> None:
    service(keystone, login=login).validate("token-1")

    signing_in, asking = keystone.asked
    assert json.loads(signing_in.body) == {"auth": auth}
    assert asking.headers["X-Auth-Token"] == keystone.signed_in[0]
    assert asking.headers["X-Subject-Token"] == "token-1"


def test_domains_are_those_that_are_named(keystone: Keystone) -> None:
    login = Login("rosetta", "correct-horse", "service", "Users", "Projects")

    assert outage(service(keystone, login=login)) is Outage.REFUSED
    auth = json.loads(keystone.asked[0].body)["auth"]
    assert auth["identity"]["password"]["user"]["domain"] == {"name": "Users"}
    assert auth["scope"]["project"]["domain"] == {"name": "Projects"}


def test_the_own_token_and_the_connection_are_kept(keystone: Keystone) -> None:
    asking = service(keystone)

    for secret in ("token-1", "token-2", "token-3"):
        asking.validate(secret)

    assert keystone.methods() == ["POST", "GET", "GET", "GET"]
    assert keystone.connections == 1


def test_the_own_token_is_replaced_shortly_before_its_end(keystone: Keystone) -> None:
    asking = service(keystone)
    asking.validate("token-1")
    asked = []

    for seconds in (3500, 38, 2):
        keystone.clock.advance(seconds)
        keystone.methods()
        asking.validate("token-1")
        asked.append(keystone.methods())

    assert asked == [["GET"], ["GET"], ["POST", "GET"]]


def test_a_new_own_token_is_got_once_if_the_old_one_is_no_good_any_more(keystone: Keystone) -> None:
    asking = service(keystone)
    asking.validate("token-1")
    keystone.signed_in.clear()
    keystone.know("token-1", TOKEN)
    keystone.methods()
    keystone.clock.advance(1)

    assert asking.validate("token-1") is not None
    assert keystone.methods() == ["GET", "POST", "GET"]


def test_own_tokens_that_are_never_any_good_are_an_outage(keystone: Keystone) -> None:
    keystone.fail(Fault(401), Fault(401))

    assert outage(service(keystone)) is Outage.REFUSED
    assert keystone.methods() == ["POST", "GET", "POST", "GET"]


def test_who_loses_the_own_token_does_not_take_it_from_who_has_got_a_new_one(keystone: Keystone) -> None:
    asking = service(keystone)
    asking.validate("token-1")
    [old] = keystone.signed_in
    keystone.signed_in.clear()
    asking.validate("token-1")
    keystone.methods()

    asking._forget(old)  # noqa: SLF001  # as a thread does that was refused before the other one had signed in
    asking.validate("token-1")

    assert keystone.methods() == ["GET"]


def test_threads_share_one_own_token(keystone: Keystone) -> None:
    asking = service(keystone)
    threads = [threading.Thread(target=asking.validate, args=(f"token-{number}",)) for number in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(keystone.methods()) == ["GET"] * 4 + ["POST"]


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_an_outage_and_are_left_alone_for_a_while(keystone: Keystone, status: int) -> None:
    asking = service(keystone)
    keystone.fail(Fault(status), method="POST")

    found = [outage(asking), outage(asking)]
    asked = keystone.methods()
    keystone.clock.advance(10)

    assert found == [Outage.REFUSED] * 2
    assert asked == ["POST"]
    assert asking.validate("unknown") is None


def test_a_registry_that_may_not_ask_is_an_outage(keystone: Keystone) -> None:
    keystone.fail(Fault(403))

    assert outage(service(keystone)) is Outage.REFUSED
    assert keystone.methods() == ["POST", "GET"]


SHAPELESS = {
    "empty": "",
    "blank": "a token",
    "at its end": "token\n",
    "a header": "token\r\nX-Auth-Token: other",
    "tab": "a\ttoken",
    "beyond ASCII": "tökén",
    "half a character": "\ud800",
    "a control character": "a\x00token",
    "too long": "x" * 4097,
}


@pytest.mark.parametrize("secret", SHAPELESS.values(), ids=SHAPELESS)
def test_what_cannot_be_a_token_is_not_sent(keystone: Keystone, secret: str) -> None:
    assert service(keystone).validate(secret) is None
    assert keystone.methods() == []


def test_the_longest_token_is_sent(keystone: Keystone) -> None:
    secret = keystone.know("~" * 4096, TOKEN)

    assert service(keystone).validate(secret) is not None


FAULTS = {
    "nothing": (Fault(), Outage.UNREACHABLE),
    "silence": (Fault(silent=True), Outage.TIMED_OUT),
    "an error": (Fault(500), Outage.FAILING),
    "a bad gateway": (Fault(502, b"<html>"), Outage.FAILING),
    "unavailable": (Fault(503), Outage.BUSY),
    "another error": (Fault(599), Outage.FAILING),
    "too long": (Fault(200, b" " * (LONGEST_ANSWER + 1)), Outage.FAILING),
}
"""Those that may pass."""
NONSENSE = {
    "too many requests": (Fault(429), Outage.BUSY),
    "a bad request": (Fault(400), Outage.FAILING),
    "a redirect": (Fault(302, b"", {"Location": "/identity/v3/auth/tokens"}), Outage.FAILING),
    "no content": (Fault(204, b""), Outage.FAILING),
    "no JSON": (Fault(200, b"<html>"), Outage.FAILING),
    "no text": (Fault(200, b"\xff\xfe"), Outage.FAILING),
    "nothing at all": (Fault(200, b""), Outage.FAILING),
    "null": (Fault(200, b"null"), Outage.FAILING),
    "too deep": (Fault(200, b"[" * 100_000), Outage.FAILING),
    "packed": (Fault(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}), Outage.FAILING),
}


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_question_is_asked_again_once(keystone: Keystone, fault: Fault, expected: Outage) -> None:
    asking = service(keystone)
    keystone.know("token-1", TOKEN)
    keystone.fail(fault)

    found = asking.validate("token-1")
    keystone.fail(fault, fault)

    assert found is not None
    assert outage(asking) is expected
    assert keystone.methods() == ["POST", "GET", "GET", "GET", "GET"]


@pytest.mark.parametrize(("fault", "expected"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_an_outage(keystone: Keystone, fault: Fault, expected: Outage) -> None:
    keystone.fail(fault)

    assert outage(service(keystone)) is expected
    assert keystone.methods() == ["POST", "GET"]


SIGNING_IN = {
    **FAULTS,
    **{name: found for name, found in NONSENSE.items() if found[0].status != 200},
    "a path that is none": (Fault(404), Outage.FAILING),
    "no token": (Fault(201, b'{"token": {"expires_at": "2026-01-02T04:00:00Z"}}'), Outage.FAILING),
    "a token that is none": (
        Fault(201, b'{"token": {"expires_at": "2026-01-02T04:00:00Z"}}', {"X-Subject-Token": "a b"}),
        Outage.FAILING,
    ),
    "no end": (Fault(201, b'{"token": {}}', {"X-Subject-Token": "own"}), Outage.FAILING),
}


@pytest.mark.parametrize(("fault", "expected"), SIGNING_IN.values(), ids=SIGNING_IN)
def test_signing_in_that_fails_is_an_outage_and_is_tried_again_by_the_next(
    keystone: Keystone, fault: Fault, expected: Outage
) -> None:
    asking = service(keystone)
    keystone.fail(fault, method="POST")

    assert outage(asking) is expected
    assert keystone.methods() == ["POST"]
    assert asking.validate("unknown") is None


def test_an_answer_that_is_cut_short_is_asked_for_again(keystone: Keystone) -> None:
    cut = Fault(200, b'{"token": ', length=100)
    keystone.know("token-1", TOKEN)
    keystone.fail(cut)
    asking = service(keystone)

    found = asking.validate("token-1")
    keystone.fail(cut, cut)

    assert found is not None
    assert outage(asking) is Outage.UNREACHABLE


def test_nobody_waits_longer_than_for_all_attempts_together(keystone: Keystone) -> None:
    asking = service(keystone, timeouts=Timeouts(0.3, 0.3, 0.5))
    asking.validate("unknown")
    keystone.fail(Fault(silent=True), Fault(200, b" " * 100, drips=True))
    started = time.monotonic()

    assert outage(asking) is Outage.TIMED_OUT
    assert time.monotonic() - started < 2


def test_no_attempt_begins_when_time_is_up(keystone: Keystone) -> None:
    asking = service(keystone, timeouts=Timeouts(whole=0.0))

    assert outage(asking) is Outage.TIMED_OUT
    assert keystone.methods() == []


def test_all_attempts_together_fit_into_a_request_of_api_gateway() -> None:
    timeouts = Timeouts()

    assert timeouts.whole + timeouts.connect + timeouts.read < 29


def test_a_server_that_is_not_there_is_unreachable(keystone: Keystone) -> None:
    assert outage(service(keystone, nobody())) is Outage.UNREACHABLE
    assert outage(service(keystone, "http://nobody.invalid")) is Outage.UNREACHABLE


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path / "keystone.pem")


def test_a_certificate_that_nobody_vouches_for_is_refused_before_a_secret_is_sent(certificate: Path) -> None:
    with running_keystone(FakeClock(), certificate) as keystone:
        assert outage(service(keystone)) is Outage.UNREACHABLE
        assert keystone.methods() == []


def test_certificates_of_ones_own_are_believed(certificate: Path) -> None:
    with running_keystone(FakeClock(), certificate) as keystone:
        keystone.know("token-1", TOKEN)
        asking = KeystoneService(keystone.url, LOGIN, str(certificate), keystone.clock)

        assert asking.validate("token-1") is not None


def test_a_certificate_for_another_name_is_refused(certificate: Path) -> None:
    with running_keystone(FakeClock(), certificate) as keystone:
        url = keystone.url.replace("localhost", "127.0.0.1")

        assert outage(KeystoneService(url, LOGIN, str(certificate), keystone.clock)) is Outage.UNREACHABLE
        assert keystone.methods() == []


def test_a_file_without_certificates_is_an_outage(keystone: Keystone, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("none")

    asking = KeystoneService(keystone.url, LOGIN, str(tmp_path / "empty.pem"), keystone.clock)

    assert outage(asking) is Outage.UNREACHABLE


def test_no_secret_is_shown() -> None:
    shown = repr([LOGIN, CREDENTIAL_LOGIN, Reply(201, "own-token", b"document")])

    assert shown == "[Login('rosetta'), Login('credential-1'), Reply(201)]"


def test_lifetimes_shorter_than_the_margin_are_no_trouble(keystone: Keystone) -> None:
    keystone.lifetime = timedelta(seconds=30)
    asking = service(keystone)

    for secret in ("token-1", "token-2"):
        assert asking.validate(secret) is None

    assert keystone.methods() == ["POST", "GET"] * 2


def test_without_a_keystone_nothing_of_this_is_imported() -> None:
    named = "[name for name in sys.modules if 'storage.keystone' in name]"
    code = f"import sys, chalicelib.bootstrap as b; b.build_app({{}}); print({named})"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # ours

    assert done.stdout == "[]\n"
