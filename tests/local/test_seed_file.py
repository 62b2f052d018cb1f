"""A seed file says what it means, or which key does not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.catalog.image import Status, Visibility
from chalicelib.catalog.principal import Policy
from local.seed_file import DEMONSTRATION, SeedError, read_seed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seed.json"


def test_the_demonstration_holds_something_of_everything() -> None:
    seed = read_seed(DEMONSTRATION)

    assert {principal.tenant for principal in seed.principals.values()} >= {"t1", "t2"}
    assert {instance.state for instance in seed.instances.values()} == {"running", "stopped"}
    assert all(dict(seed.references).values())
    assert any(image.model_dump()["visibility"] is Visibility.PUBLIC for image in seed.images.values())


def test_an_empty_seed_is_one(file: Path) -> None:
    file.write_text("{}")

    seed = read_seed(file)

    assert not seed.principals
    assert not seed.images


def test_values_have_the_types_of_the_catalogue(file: Path) -> None:
    file.write_text(
        """{"principals": {"a": {"user": "a", "policies": ["admin"]}},
            "images": {"i": {"status": "active", "visibility": "public", "created_at": "2020-01-02T03:04:05Z",
                             "properties": {"k": null}, "dialect_facts": {"d": {"f": [1]}}}}}"""
    )

    seed = read_seed(file)

    assert seed.principals["a"].policies == frozenset({Policy.ADMIN})
    assert seed.images["i"].model_dump(exclude_unset=True) == {
        "status": Status.ACTIVE,
        "visibility": Visibility.PUBLIC,
        "created_at": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        "properties": {"k": None},
        "dialect_facts": {"d": {"f": [1]}},
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"images": {"i": {"disk_fromat": "raw"}}}', "images.i.disk_fromat: Extra inputs"),
        ('{"images": {"i": {"min_disk": "3"}}}', "images.i.min_disk: Input should be a valid integer"),
        ('{"images": {"i": {"protected": 1}}}', "images.i.protected: Input should be a valid boolean"),
        ('{"images": {"i": {"status": "fine"}}}', "images.i.status: Input should be 'queued'"),
        ('{"images": {"i": {"version": 3}}}', "images.i.version: Extra inputs"),
        ('{"images": []}', "images: Input should be an object"),
        ('{"principals": {"p": {"user": "u"}}}', "principals.p.policies: Field required"),
        ('{"principals": {"p": {"user": "u", "policies": ["fly"]}}}', "principals.p.policies.0: Input should"),
        ('{"instances": {"v": {"tenant": "t", "zone": "z", "state": "gone"}}}', "instances.v.state: Input"),
        ('{"references": {"planets": []}}', "references.planets: Extra inputs"),
        ('{"references": {"architectures": [{}]}}', "references.architectures.0.name: Field required"),
        ('{"image": {}}', "image: Extra inputs"),
        ("[]", "Input should be an object"),
        ('{"images": ', "Invalid JSON: "),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key(file: Path, text: str, complaint: str) -> None:
    file.write_text(text)

    with pytest.raises(SeedError) as raised:
        read_seed(file)

    assert str(raised.value).startswith(complaint)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_missing_is_a_mistake_too(file: Path) -> None:
    with pytest.raises(SeedError, match="No such file"):
        read_seed(file)
