"""Clients of S3, SQS and EC2: made once, from one session, with nobody waiting long for a probe."""

from typing import Any

import botocore.session
import pytest

from chalicelib.bootstrap import Aws
from chalicelib.storage.clients import PROBING_SECONDS, Clients
from tests.threads import at_once


@pytest.fixture
def clients(aws: Aws) -> Clients:  # whose environment they take their credentials from
    return Clients("eu-west-1", "virtual")


def test_all_clients_are_made_by_one_session_when_first_asked_for(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions: list[botocore.session.Session] = []

    def opened() -> botocore.session.Session:
        sessions.append(botocore.session.Session())
        return sessions[-1]

    monkeypatch.setattr(botocore.session, "get_session", opened)
    before = len(sessions)

    for _ in range(2):
        clients.s3()
        clients.sqs()
        clients.ec2(None)
        clients.probing("dynamodb")

    assert (before, len(sessions)) == (0, 1)


def test_threads_that_come_together_are_given_one_client(clients: Clients) -> None:
    made = at_once(*[clients.s3, clients.sqs] * 4)

    assert {id(client) for client in made} == {id(clients.s3()), id(clients.sqs())}


@pytest.mark.parametrize(
    ("asked", "region"), [(None, "eu-west-1"), ("eu-west-1", "eu-west-1"), ("us-east-2", "us-east-2")]
)
def test_machines_may_be_in_another_region(clients: Clients, asked: str | None, region: str) -> None:
    client = clients.ec2(asked)

    assert client.meta.region_name == region
    assert client is clients.ec2(asked)


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_a_probe_does_not_wait_long_and_tries_once(clients: Clients, service: str) -> None:
    config: Any = clients.probing(service).meta.config

    assert (config.connect_timeout, config.read_timeout) == (PROBING_SECONDS, PROBING_SECONDS)
    assert config.retries["total_max_attempts"] == 1


def test_what_probes_is_not_what_works(clients: Clients) -> None:
    assert clients.probing("s3") is not clients.s3()
    assert clients.probing("s3") is clients.probing("s3")
