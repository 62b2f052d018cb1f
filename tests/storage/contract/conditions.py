"""Conditions have the same meaning in DynamoDB's filters and in the catalogue."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.bootstrap import World
from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.position import SortKey
from chalicelib.catalog.query import Condition, ImageQuery, Operator, Order, Predicate
from tests.factories import a_principal, an_image
from tests.storage.contract.faults import Reply, Request, answering
from tests.storage.contract.shelf import listed, shelve, unshelve

EQUALITY = (Operator.EQUAL, Operator.UNEQUAL)
COMPARISON = (Operator.AT_LEAST, Operator.AT_MOST)
TEXTS = st.sampled_from(["", "a", "A", "a[0]", "é\U0001f600", "%", "None"])
NUMBERS = st.sampled_from([-1, 0, 1, 9, 10, 2**63 - 1])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.none() | TEXTS,
    "description": st.none() | TEXTS,
    "architecture": st.none() | TEXTS,
    "size": st.none() | NUMBERS,
    "virtual_size": st.none() | NUMBERS,
    "compute_resource": st.none() | NUMBERS,
    "min_disk": NUMBERS,
    "protected": st.booleans(),
    "status": st.sampled_from([Status.QUEUED, Status.ACTIVE, Status.KILLED, Status.DEPRECATED]),
    "visibility": st.sampled_from(Visibility),
}
NUMERIC = ("size", "virtual_size", "compute_resource", "min_disk")
TEXTUAL = ("name", "description", "architecture")
PROPERTIES = st.sampled_from(["a", "a.b", "a-b", "_", "0", "a[0]", "A", "é", "a b", ":x", "#x"])
ANY_RUN = settings(
    max_examples=30,
    # Each example removes the items that it added, and each engine runs all examples.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


def images() -> st.SearchStrategy[list[Image]]:
    """A few images of one owner."""
    texts = st.dictionaries(PROPERTIES, st.none() | TEXTS, max_size=3)
    return st.lists(st.builds(an_image, properties=texts, **VALUES), min_size=1, max_size=4)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """A condition on a field or a property; its value may be null."""
    field: Any = draw(st.sampled_from(list(VALUES)) | st.tuples(st.just("properties"), PROPERTIES))
    values = VALUES.get(field, st.none() | TEXTS)
    operator = draw(st.sampled_from((*EQUALITY, Operator.IN, *_special(field))))
    if operator is Operator.IN:
        return Condition(field, operator, tuple(draw(st.lists(values, max_size=3))))
    return Condition(field, operator, draw(values if operator in EQUALITY else values.filter(_is_some)))


def _special(field: Any) -> tuple[Operator, ...]:
    """The operators that only some fields have."""
    if field in NUMERIC:
        return COMPARISON
    return (Operator.CONTAINS,) if field in TEXTUAL or isinstance(field, tuple) else ()


def _is_some(value: object) -> bool:
    return value is not None


class Conditions:
    """A list has exactly the images that meet all its conditions."""

    @ANY_RUN
    @given(data=st.data())
    @pytest.mark.parametrize("order", [Order(), Order(SortKey.STATUS)], ids=["indexed", "sorted"])
    def test_a_list_has_the_images_that_meet_its_conditions(
        self, world: World, order: Order, data: st.DataObject
    ) -> None:
        shelved = data.draw(images())
        asked = tuple(data.draw(st.lists(conditions(), min_size=1, max_size=3)))
        shelve(shelved)

        try:
            found = listed(world, ImageQuery(conditions=asked, order=order))
        finally:
            unshelve(shelved)

        expected = [image.id for image in shelved if all(condition.holds(image) for condition in asked)]
        assert sorted(found) == sorted(expected)

    def test_every_text_and_null_contain_the_empty_text(self, world: World) -> None:
        shelved = [an_image(name=name) for name in (None, "", "a")]
        shelve(shelved)
        empty = Condition("name", Operator.CONTAINS, "")

        assert len(listed(world, ImageQuery(conditions=(empty,)))) == 3
        assert world.images.count(a_principal(), ImageQuery(conditions=(empty,))) == 3

    def test_a_predicate_decides_by_the_whole_image(self, world: World) -> None:
        image, other = an_image(name="a", description="a"), an_image(name="a", description="b")
        shelve([image, other])
        same = Predicate(lambda image: image.name == image.description)

        assert listed(world, ImageQuery(conditions=(same,))) == [image.id]

    @pytest.mark.parametrize("operator", EQUALITY)
    @pytest.mark.parametrize("field", ["name", "size", ("properties", "a")], ids=str)
    def test_null_equals_null_only(self, world: World, field: Any, operator: Operator) -> None:
        null = an_image(properties={"a": None})
        some = an_image(name="", size=0, properties={"a": ""})
        shelve([null, some])

        found = listed(world, ImageQuery(conditions=(Condition(field, operator, None),)))

        assert found == [null.id if operator is Operator.EQUAL else some.id]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", ("a", None)), ("size", (None, 1)), (("properties", "x"), ("a", "b")), (("properties", "x"), (None,))],
        ids=str,
    )
    def test_a_value_can_be_compared_with_several(self, world: World, field: Any, value: tuple[Any, ...]) -> None:
        shelved = [an_image(name=x, size=y, properties={"x": x}) for x, y in (("a", 1), (None, None), ("c", 2))]
        shelve(shelved)
        condition = Condition(field, Operator.IN, value)

        found = listed(world, ImageQuery(conditions=(condition,)))

        assert sorted(found) == sorted(image.id for image in shelved if condition.holds(image))
        assert found

    def test_no_value_is_in_an_empty_set(self, world: World) -> None:
        shelve([an_image()])

        assert listed(world, ImageQuery(conditions=(Condition("status", Operator.IN, ()),))) == []

    def test_a_value_can_be_compared_with_more_values_than_a_filter_holds(self, world: World) -> None:
        image, other = an_image(name="150"), an_image(name="other")
        shelve([image, other])
        condition = Condition("name", Operator.IN, tuple(str(number) for number in range(200)))
        operands: list[int] = []

        def note(request: Request) -> Reply | None:
            operands.append(len(request.get("ExpressionAttributeValues", ())))
            return None

        with answering("Query", note):
            found = listed(world, ImageQuery(conditions=(condition,)))

        assert found == [image.id]
        # DynamoDB refuses more than a hundred operands of IN; other engines accept them.
        assert max(operands) <= 100

    def test_with_any_number_of_conditions_an_image_is_listed_once(self, world: World) -> None:
        properties = {f"p{number}": "x" for number in range(30)}
        image = an_image(visibility=Visibility.PUBLIC, properties=properties)
        shelve([image])
        asked = tuple(Condition(("properties", name), Operator.EQUAL, "x") for name in properties)
        query = ImageQuery(conditions=asked)

        assert listed(world, query) == [image.id]
        assert world.images.count(a_principal(), query) == 1

    def test_more_conditions_than_a_filter_can_hold_are_all_applied(self, world: World) -> None:
        names = [f"p{number}" for number in range(30)]
        image, other = (
            an_image(properties=dict.fromkeys(names, "x")),
            an_image(properties=dict.fromkeys(names[:-1], "x")),
        )
        shelve([image, other])
        asked = tuple(Condition(("properties", name), Operator.EQUAL, "x") for name in names)

        assert listed(world, ImageQuery(conditions=asked)) == [image.id]

    @pytest.mark.parametrize("name", ["a[0]", "[0]", "a.b", "a.b[1].c", "a b", "é", "#a", ":a", "size", "\U0001f600"])
    def test_properties_may_have_any_name(self, world: World, name: str) -> None:
        image, other = an_image(properties={name: "x"}), an_image(properties={"a": "x", name + "x": "x"})
        shelve([image, other])

        found = listed(world, ImageQuery(conditions=(Condition(("properties", name), Operator.EQUAL, "x"),)))

        assert found == [image.id]
