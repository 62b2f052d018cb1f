"""A local AWS is the only one that botocore can find."""

import os

from local.environment import use_local_aws


def test_nothing_of_a_real_account_is_left() -> None:
    environ = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_ENDPOINT_URL_S3": "https://s3.example",
        "PATH": "/bin",
    }

    use_local_aws(environ, "http://127.0.0.1:5000")

    assert "real" not in environ.values()
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3"} & environ.keys()
    assert environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
    assert environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environ["PATH"] == "/bin"


def test_dynamodb_may_be_elsewhere() -> None:
    environ: dict[str, str] = {}

    use_local_aws(environ, "http://127.0.0.1:5000", "http://127.0.0.1:5001")

    assert environ["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:5001"


def test_no_proxy_stands_between() -> None:
    environ = {"no_proxy": "intranet"}

    use_local_aws(environ, "http://127.0.0.1:5000")

    assert environ["no_proxy"] == "intranet,127.0.0.1,localhost"
    assert environ["NO_PROXY"] == "127.0.0.1,localhost"
