"""Our own HTTP over TLS: whom it believes, what it takes for an answer, and which connections it keeps."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.catalog.outages import OutcomeUnknown, TablesUnavailable
from chalicelib.storage import trust
from chalicelib.storage.turns import run
from chalicelib.storage.wire import Gone, Reply, Wire
from tests.storage.rivals import ACTIONS, BOTH, TRANSACTION, Make, connected, prepare
from tests.storage.scripted import CLOSED, RESET, SILENCE, Act, answer, chunked, cut, error, exactly, scripted
from tests.storage.web import self_signed

SECONDS, SHORT = 2.0, 0.2
"""How long a server is waited for: one that answers, and one that does not."""
WELL = answer(b'{"a": 1}')
HEAD = b"HTTP/1.1 200 OK\r\n"
TAMPERED = Act(b"\x17\x03\x03\x00\x20" + bytes(32), is_raw=True)
"""A record of TLS that nobody has encrypted."""
AWS = "dynamodb.eu-west-1.amazonaws.com"


@dataclass(frozen=True)
class Authority:
    """Somebody who vouches for certificates."""

    key: ec.EllipticCurvePrivateKey
    name: x509.Name
    roots: Path

    def server(self, path: Path, *hosts: str, days: int = 1) -> ssl.SSLContext:
        """A server that has a certificate for these hosts, valid for some days from yesterday on."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "server")])
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        certificate = _certificate(key, subject, self.name, days).add_extension(names, critical=False)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + certificate.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return context_of(path)


def authority(path: Path, called: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, called)])
    root = _certificate(key, name, name, 1).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    path.write_bytes(root.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return Authority(key, name, path)


def _certificate(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, days: int
) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days, hours=1))
    )


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def amazon(folder: Path) -> Authority:
    return authority(folder / "amazon.pem", "Amazon")


@pytest.fixture(scope="module")
def others(folder: Path) -> Authority:
    return authority(folder / "all.pem", "somebody else")


@pytest.fixture(scope="module")
def server_of(folder: Path, amazon: Authority, others: Authority) -> dict[str, ssl.SSLContext]:
    """Servers by what is the matter with their certificates."""
    return {
        "amazon": amazon.server(folder / "1.pem", "localhost", AWS),
        "others": others.server(folder / "2.pem", "localhost", AWS),
        "other-host": others.server(folder / "3.pem", "elsewhere.test"),
        "expired": others.server(folder / "4.pem", "localhost", days=0),
        "self-signed": context_of(self_signed(folder / "5.pem")),
    }


@pytest.fixture(autouse=True)
def roots(monkeypatch: pytest.MonkeyPatch, amazon: Authority, others: Authority) -> Iterator[None]:
    """Roots of the test; every host is this machine."""
    monkeypatch.setattr(trust, "AMAZON", amazon.roots)
    monkeypatch.setattr(trust, "ALL", others.roots)
    usual = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, *more, **flags: usual("127.0.0.1", port, *more, **flags))
    trust._context.cache_clear()  # noqa: SLF001  # the roots are others now
    yield
    trust._context.cache_clear()  # noqa: SLF001  # as above


def wire_to(url: str, seconds: float = SECONDS) -> closing[Wire]:
    return closing(Wire(url, seconds, seconds))


def ask(wire: Wire, body: bytes = b"{}") -> Reply:
    return run(wire.exchange({"host": "example"}, body))


def test_a_server_is_believed_whose_certificate_is_vouched_for(server_of: dict[str, ssl.SSLContext]) -> None:
    with scripted(WELL, context=server_of["others"]) as server, wire_to(server.named("localhost")) as wire:
        assert ask(wire).body == b'{"a": 1}'


@pytest.mark.parametrize("what", ["amazon", "other-host", "expired", "self-signed"])
def test_a_server_is_not_believed_whose_certificate_is_not(what: str, server_of: dict[str, ssl.SSLContext]) -> None:
    """Amazon is believed at its own hosts, and where everybody believes it."""
    with scripted(WELL, context=server_of[what]) as server, wire_to(server.named("localhost")) as wire:
        for _ in range(2):
            with pytest.raises(SSLError):
                ask(wire)

    assert server.asked == []


@pytest.mark.parametrize(("what", "connections"), [("amazon", 1), ("others", 2)])
def test_aws_is_believed_by_amazons_roots_and_else_by_all(
    what: str, connections: int, server_of: dict[str, ssl.SSLContext]
) -> None:
    with scripted(WELL, context=server_of[what]) as server, wire_to(server.named(AWS)) as wire:
        assert ask(wire).body == b'{"a": 1}'
        assert server.connections == connections

        wire.close()
        ask(wire)

        assert server.connections == connections + 1, "what did is tried first from then on"


@pytest.mark.parametrize("what", ["other-host", "self-signed", "expired"])
def test_aws_is_not_believed_if_neither_does(what: str, server_of: dict[str, ssl.SSLContext]) -> None:
    with scripted(WELL, context=server_of[what]) as server, wire_to(server.named(AWS)) as wire:
        with pytest.raises(SSLError):
            ask(wire)

        assert server.connections == 2

    assert server.asked == []


def test_threads_that_find_amazons_roots_wanting_all_get_on(server_of: dict[str, ssl.SSLContext]) -> None:
    """One of them has widened what is believed before the other one's handshake fails."""
    with scripted(WELL, context=server_of["others"]) as server, wire_to(server.named(AWS)) as wire:
        narrowest = wire._narrowest()  # noqa: SLF001  # what another thread has begun with
        ask(wire)

        wire._connected(narrowest).close()  # noqa: SLF001  # as above


def test_without_amazons_roots_all_are_asked_at_once(
    monkeypatch: pytest.MonkeyPatch, folder: Path, server_of: dict[str, ssl.SSLContext]
) -> None:
    monkeypatch.setattr(trust, "AMAZON", folder / "nothing.pem")

    with scripted(WELL, context=server_of["others"]) as server, wire_to(server.named(AWS)) as wire:
        ask(wire)

        assert server.connections == 1


@pytest.mark.parametrize("host", ["amazonaws.com.evil.test", "evilamazonaws.com", "localhost"])
def test_others_than_aws_are_not_asked_for_amazons_certificates(host: str) -> None:
    assert trust.wider(trust.narrowest(host)) is None


@pytest.mark.parametrize("host", [AWS, "dynamodb.cn-north-1.amazonaws.com.cn"])
def test_aws_is(host: str) -> None:
    assert trust.wider(trust.narrowest(host)) is not None


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tickets_do_not_cost_the_connection(version: ssl.TLSVersion, folder: Path, others: Authority) -> None:
    context = others.server(folder / "tickets.pem", "localhost")
    context.minimum_version = context.maximum_version = version

    with scripted(WELL, context=context) as server, wire_to(server.named("localhost")) as wire:
        for _ in range(5):
            ask(wire)

    assert [asked.connection for asked in server.asked] == [1] * 5


def test_old_versions_are_refused(folder: Path, others: Authority) -> None:
    context = others.server(folder / "old.pem", "localhost")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    with (
        scripted(WELL, context=context) as server,
        wire_to(server.named("localhost")) as wire,
        pytest.raises(SSLError),
    ):
        ask(wire)


@pytest.mark.parametrize(
    "act",
    [
        CLOSED,
        RESET,
        cut(HEAD),
        cut(HEAD + b'content-length: 8\r\n\r\n{"a"'),
        chunked(b'{"a": 1}', end=b"", ends=True),
        cut(HEAD + b'\r\n{"a": 1}'),
    ],
    ids=["closed", "reset", "head", "body", "chunk", "no-length"],
)
def test_an_answer_that_is_cut_off_is_none(act: Act, server_of: dict[str, ssl.SSLContext]) -> None:
    with (
        scripted(act, context=server_of["others"]) as server,
        wire_to(server.named("localhost")) as wire,
        pytest.raises(ConnectionClosedError),
    ):
        ask(wire)


@pytest.mark.parametrize("act", [SILENCE, exactly(HEAD + b"content-length: 8\r\n\r\n{")], ids=["all", "body"])
def test_silence_is_a_timeout(act: Act, server_of: dict[str, ssl.SSLContext]) -> None:
    with (
        scripted(act, context=server_of["others"]) as server,
        wire_to(server.named("localhost"), SHORT) as wire,
        pytest.raises(ReadTimeoutError),
    ):
        ask(wire)


def test_what_was_tampered_with_may_have_been_done(server_of: dict[str, ssl.SSLContext]) -> None:
    with (
        scripted(TAMPERED, context=server_of["others"]) as server,
        wire_to(server.named("localhost")) as wire,
        pytest.raises(HTTPClientError) as caught,
    ):
        ask(wire)

    assert type(caught.value) is ConnectionClosedError


def test_a_handshake_that_is_never_answered_has_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}"
        with wire_to(url, SHORT) as wire, pytest.raises(ConnectTimeoutError):
            ask(wire)


def test_a_server_that_speaks_no_tls_is_sent_nothing() -> None:
    asked: list[bytes] = []

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.settimeout(2)
            asked.append(client.recv(10_000))
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with wire_to(f"https://localhost:{listener.getsockname()[1]}") as wire, pytest.raises(SSLError):
            ask(wire)
        thread.join(2)

    assert b"POST" not in asked[0]


def test_an_idle_connection_that_was_closed_is_replaced(server_of: dict[str, ssl.SSLContext]) -> None:
    with scripted(WELL, context=server_of["others"]) as server, wire_to(server.named("localhost")) as wire:
        ask(wire)
        server.hang_up()

        assert ask(wire).body == b'{"a": 1}'


def test_a_connection_on_which_more_was_encrypted_than_asked_for_is_not_used_again(
    server_of: dict[str, ssl.SSLContext],
) -> None:
    extra = exactly(WELL.content + b"x" * 12_000)  # more than is read ahead, and yet one record of TLS

    with (
        scripted(extra, WELL, context=server_of["others"]) as server,
        wire_to(server.named("localhost")) as wire,
    ):
        ask(wire)

        assert ask(wire).body == b'{"a": 1}'
        assert [asked.connection for asked in server.asked] == [1, 2]


@pytest.mark.parametrize("end", [CLOSED, RESET], ids=["closed", "reset"])
def test_a_kept_connection_that_ends_as_it_is_used_is_gone(end: Act, server_of: dict[str, ssl.SSLContext]) -> None:
    with scripted(WELL, end, context=server_of["others"]) as server, wire_to(server.named("localhost")) as wire:
        ask(wire)
        with pytest.raises(Gone):
            ask(wire)


@BOTH
def test_a_transaction_whose_answer_was_tampered_with_is_open(
    make: Make, monkeypatch: pytest.MonkeyPatch, others: Authority, server_of: dict[str, ssl.SSLContext]
) -> None:
    prepare(monkeypatch)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(others.roots))

    with (
        scripted(TAMPERED, error("ThrottlingException"), context=server_of["others"]) as server,
        connected(server.named("localhost"), make) as tables,
        pytest.raises(OutcomeUnknown),
    ):
        tables.dispatch(TRANSACTION, dict(ACTIONS))


@BOTH
def test_a_transaction_that_was_sent_to_nobody_who_is_believed_was_not_made(
    make: Make, monkeypatch: pytest.MonkeyPatch, others: Authority, server_of: dict[str, ssl.SSLContext]
) -> None:
    prepare(monkeypatch)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(others.roots))

    with (
        scripted(WELL, context=server_of["self-signed"]) as server,
        connected(server.named("localhost"), make) as tables,
        pytest.raises(TablesUnavailable) as caught,
    ):
        tables.dispatch(TRANSACTION, dict(ACTIONS))

    assert type(caught.value) is TablesUnavailable
