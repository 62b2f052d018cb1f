"""What is left of botocore's descriptions of AWS means what it meant."""

import json
from importlib.metadata import distribution
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.session import Session

from deploy.aws_data import FOLDER, SERVICES, chosen, is_needed, shrunk_endpoints, shrunk_service, spoken_names

REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-6", "us-gov-west-1", "cn-north-1", "xy-future-1")
CALLED = {
    "dynamodb": {"GetItem", "BatchGetItem", "Query", "TransactWriteItems", "Scan", "PutItem"},
    "ec2": {"CreateImage", "DescribeImages", "DescribeInstances", "DescribeSnapshots", "DeleteSnapshot"},
    "s3": {"GetObject", "ListParts", "UploadPartCopy", "ListObjectsV2", "DeleteObjects", "HeadBucket"},
    "sqs": {"GetQueueUrl", "SendMessage"},
    "sts": {"AssumeRole", "AssumeRoleWithWebIdentity"},
}
"""Some of what is called, of each service."""
MODEL = {
    "metadata": {"serviceId": "Example"},
    "documentation": "<p>for people</p>",
    "operations": {
        "GetThing": {"input": {"shape": "Asked"}, "errors": [{"shape": "Gone"}], "documentation": "<p>gets</p>"},
        "DropThing": {"input": {"shape": "Dropped"}},
    },
    "shapes": {
        "Asked": {"type": "structure", "members": {"documentation": {"shape": "Texts", "documentation": "<p>x</p>"}}},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Text": {"type": "string", "enum": ["a"], "documentation": "<p>text</p>"},
        "Gone": {"type": "structure", "members": {}, "exception": True},
        "Dropped": {"type": "structure", "members": {"again": {"shape": "Dropped"}}},
    },
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session over what is left when everything in CALLED is asked for."""
    files = distribution("botocore").files or []
    data = {str(path): path.read_binary() for path in files if is_needed(str(path))}
    folder = tmp_path_factory.mktemp("data")
    for path, content in chosen(data, frozenset[str]().union(*CALLED.values())).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    session = Session()
    loader = Loader(extra_search_paths=[str(folder / FOLDER)], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    return session


@pytest.mark.parametrize("service", SERVICES)
def test_operations_that_are_called_are_described_as_before(small: Session, service: str) -> None:
    before, after = Session().get_service_model(service), small.get_service_model(service)

    assert set(after.operation_names) == CALLED[service]
    assert after.metadata == before.metadata
    assert {name: _described(after, name) for name in CALLED[service]} == {
        name: _described(before, name) for name in CALLED[service]
    }


def _described(model: ServiceModel, operation: str) -> Any:
    described = model.operation_model(operation)
    shapes = [described.input_shape, described.output_shape, *described.error_shapes]
    return described.http, described.auth_type, [_shape(shape, ()) for shape in shapes if shape is not None]


def _shape(shape: Any, above: tuple[str, ...]) -> Any:
    """A shape with all that it is made of; one that is part of itself by its name."""
    if shape.name in above:
        return shape.name
    parts = getattr(shape, "members", {}) | {
        part: getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)
    }
    inner = {name: _shape(part, (*above, shape.name)) for name, part in parts.items()}
    return shape.name, shape.type_name, shape.serialization, shape.metadata, inner


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", SERVICES)
def test_services_are_found_where_they_were(small: Session, service: str, region: str) -> None:
    before, after = (_endpoint(session, service, region) for session in (Session(), small))

    assert after == before


def _endpoint(session: Session, service: str, region: str) -> str:
    client = session.create_client(service, region, aws_access_key_id="x", aws_secret_access_key="x")
    url: str = client.meta.endpoint_url
    return url


def test_pages_are_turned_as_before(small: Session) -> None:
    for service, operation in (("s3", "list_parts"), ("s3", "list_objects_v2"), ("ec2", "describe_snapshots")):
        clients = [
            session.create_client(service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
            for session in (Session(), small)
        ]

        before, after = (vars(client.get_paginator(operation))["_pagination_cfg"] for client in clients)

        assert after == before


def test_shapes_of_the_operations_stay_and_their_documentation_goes() -> None:
    left = shrunk_service(MODEL, {"get_thing"})

    assert left["operations"] == {"GetThing": {"input": {"shape": "Asked"}, "errors": [{"shape": "Gone"}]}}
    assert left["shapes"] == {
        "Asked": {"type": "structure", "members": {"documentation": {"shape": "Texts"}}},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Text": {"type": "string", "enum": ["a"]},
        "Gone": {"type": "structure", "members": {}, "exception": True},
    }


@pytest.mark.parametrize("name", ["GetThing", "get_thing"])
def test_an_operation_is_known_by_either_spelling(name: str) -> None:
    assert list(shrunk_service(MODEL, {name, "other"})["operations"]) == ["GetThing"]


def test_a_description_is_not_changed_but_copied() -> None:
    before = json.dumps(MODEL)

    shrunk_service(MODEL, {"DropThing"})

    assert json.dumps(MODEL) == before


def test_of_endpoints_those_of_our_services_stay() -> None:
    partition = {"partition": "aws", "services": {"acm": {}, "s3": {"endpoints": {}}}}

    left = shrunk_endpoints({"version": 3, "partitions": [partition]})

    assert left == {"version": 3, "partitions": [{"partition": "aws", "services": {"s3": {"endpoints": {}}}}]}


def test_operations_are_called_by_attributes_or_named_in_texts() -> None:
    source = b"client.get_item()\nclient.get_paginator('list_parts')\nput_item()"

    assert set(spoken_names(source, texts=True)) == {"get_item", "get_paginator", "list_parts"}
    assert set(spoken_names(source, texts=False)) == {"get_item", "get_paginator"}


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("botocore/data/s3/2006-03-01/service-2.json.gz", True),
        ("botocore/data/s3/2006-03-01/examples-1.json", False),
        ("botocore/data/s3/2006-03-01/waiters-2.json", False),
        ("botocore/data/acm/2015-12-08/service-2.json.gz", False),
        ("botocore/data/endpoints.json", True),
        ("botocore/data/service-2.json", False),
        ("boto3/data/s3/2006-03-01/service-2.json", False),
        ("botocore/session.py", False),
    ],
)
def test_few_files_are_needed(path: str, *, needed: bool) -> None:
    assert is_needed(path) is needed


def test_of_several_descriptions_the_latest_is_taken() -> None:
    files = {f"botocore/data/sqs/{date}/service-2.json": json.dumps(MODEL).encode() for date in ("2009", "2012")}

    assert list(chosen(files, {"GetThing"})) == ["botocore/data/sqs/2012/service-2.json"]
