"""What the Foreman dialect reads in documents is what its description allows."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalog.reference import Kind, Reference
from chalicelib.dialects.foreman import parents, providers, schema, values
from chalicelib.dialects.foreman.errors import MalformedBody, Unprocessable
from chalicelib.dialects.foreman.openapi_schemas import NAMES, SCHEMAS
from chalicelib.dialects.foreman.parents import Parents
from tests.factories import START
from tests.openapi.checking import is_valid

TEXTS: st.SearchStrategy[Any] = st.sampled_from(
    [*(None, True, False, 0, -1.5, "", " ", "a", "x" * values.LONGEST, "x" * (values.LONGEST + 1)), [], ["a"], {}]
)
NUMBERS: st.SearchStrategy[Any] = st.sampled_from([None, "", 1, "1", True, 1.5, "one", "-1", [1], {}])
PROVIDERS = st.sampled_from([*providers.PROVIDERS, "ec2", "proxmox", "", " ", None, ["EC2"]])
PLUGINS = ("Proxmox",)
GIVEN = ["name", "description", "url", "minor", "region", "use_v4", "password"]
IMAGE = {
    "name": "a",
    "username": "a",
    "uuid": "a",
    "architecture_name": "x86_64",
    "operatingsystem_name": "x86_64",
    "compute_resource_id": 1,
    "operatingsystem_id": 1,
}
REFERENCES = Parents(
    {
        kind: [Reference(kind=kind, owner="t1", number=1, facts={"name": "x86_64"}, created_at=START, updated_at=START)]
        for kind in Kind
    }
)


@settings(derandomize=True, database=None, max_examples=200)
@given(
    st.dictionaries(st.sampled_from([*schema.TEXTS, "user_data", "colour"]), TEXTS, max_size=2),
    st.dictionaries(st.sampled_from(["operatingsystem_id", "architecture_id"]), NUMBERS, max_size=1),
    st.booleans(),
)
def test_a_new_image_is_read_if_and_only_if_the_description_allows_it(
    texts: dict[str, Any], numbers: dict[str, Any], wrapped: bool
) -> None:
    attributes = {**IMAGE, **texts, **numbers}
    sent = {"image": attributes} if wrapped else attributes

    def read() -> None:
        found = values.attributes(json.dumps(sent).encode(), "image", schema.ATTRIBUTES)
        schema.parse_new_image(found, REFERENCES.known[Kind.COMPUTE_RESOURCE], REFERENCES)

    assert is_valid(SCHEMAS["ForemanNewImageBody"], sent) is is_read(read)


@settings(derandomize=True, database=None, max_examples=200)
@given(st.sampled_from(Kind), st.dictionaries(st.sampled_from(GIVEN), TEXTS, max_size=4), PROVIDERS)
def test_a_new_parent_is_read_if_and_only_if_the_description_allows_it(
    kind: Kind, texts: dict[str, Any], provider: object
) -> None:
    known = {name: text for name, text in texts.items() if name in parents.ATTRIBUTES[kind]}
    sent = {kind.value: {"name": "a", "provider": provider, **known}}

    def read() -> None:
        parents.parse(kind, values.attributes(json.dumps(sent).encode(), kind, parents.ATTRIBUTES[kind]), PLUGINS)

    assert is_valid(SCHEMAS[f"{NAMES[kind]}Body"], sent) is is_read(read)


def is_read(read: Callable[[], None]) -> bool:
    """Whether there is nothing to complain of."""
    try:
        read()
    except (MalformedBody, Unprocessable):
        return False
    return True
