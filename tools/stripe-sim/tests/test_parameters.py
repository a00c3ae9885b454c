"""Parameters are read strictly, and refused in Stripe's words."""

from typing import Any

import pytest

from stripe_sim.http.errors import StripeError
from stripe_sim.http.metadata import merged
from stripe_sim.http.parameters import Boolean, Created, Integer, Kind, ListOf, Metadata, OneOf, Shape, Text


def refusal(kind: Kind, value: Any) -> StripeError:
    with pytest.raises(StripeError) as refused:
        kind.read(value, "it")
    return refused.value


def test_a_shape_reads_types_in_depth() -> None:
    shape = Shape({"n": Integer(), "on": Boolean(), "list": ListOf(Shape({"name": Text()})), "how": OneOf("a", "b")})
    asked = {"n": "12", "on": "true", "list": [{"name": "x"}], "how": "b"}
    assert shape.read(asked) == {"n": 12, "on": True, "list": [{"name": "x"}], "how": "b"}


def test_an_unknown_parameter_is_named_with_its_path() -> None:
    with pytest.raises(StripeError) as refused:
        Shape({"a": Shape({"b": Text()})}).read({"a": {"c": "1"}})
    assert (refused.value.code, refused.value.facts["param"]) == ("parameter_unknown", "a[c]")


def test_a_missing_parameter_is_named_with_its_path() -> None:
    with pytest.raises(StripeError) as refused:
        Shape({"a": ListOf(Shape({"b": Text()}, required=("b",)))}).read({"a": [{}]})
    assert (refused.value.code, refused.value.facts["param"]) == ("parameter_missing", "a[0][b]")


@pytest.mark.parametrize("value", ["1.5", "x", "1e3", "--1", "٣", "9" * 30, " 1"])
def test_what_is_no_integer_is_refused(value: str) -> None:
    assert refusal(Integer(), value).code == "parameter_invalid_integer"


@pytest.mark.parametrize(("kind", "value"), [
    (Integer(minimum=1), "0"), (Integer(minimum=1), "-5"), (Integer(), ["1"]), (Boolean(), "yes"), (OneOf("a"), "b"),
    (ListOf(Text()), "x"), (Shape({}), "x"), (Text(), {"a": "b"}), (Text(3), "abcd"), (Created(), {"around": "1"}),
])  # fmt: skip
def test_wrong_values_are_refused(kind: Kind, value: Any) -> None:
    assert refusal(kind, value).status == 400


def test_an_empty_text_is_refused_unless_it_may_be_unset() -> None:
    assert refusal(Text(), "").code == "parameter_invalid_empty"
    assert Text(clearable=True).read("", "it") is None


@pytest.mark.parametrize("value", [
    {"k" * 41: "v"}, {"k": "v" * 501}, {f"k{number}": "v" for number in range(51)}, {"k": {"deep": "v"}}, "text",
])  # fmt: skip
def test_metadata_beyond_stripes_limits_is_refused(value: Any) -> None:
    assert refusal(Metadata(), value).status == 400


def test_metadata_is_merged_name_by_name() -> None:
    assert merged({"a": "1", "b": "2"}, {"metadata": {"b": "", "c": "3"}}) == {"a": "1", "c": "3"}
    assert merged({"a": "1"}, {"metadata": None}) == {}
    assert merged({"a": "1"}, {}) == {"a": "1"}
