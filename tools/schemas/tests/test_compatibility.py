"""Every kind of change, and whether it may follow what was there."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from schemas.compatibility import breaks
from schemas.models import Schema, schema_of


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Line(BaseModel):
    """One line."""

    sku: Annotated[str, Field(max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=100)]


FIELDS: dict[str, Any] = {
    "id": (Annotated[str, Field(pattern=r"^[a-z]+$", min_length=1, max_length=10)], ...),
    "amount": (Annotated[int, Field(ge=0, le=100)], ...),
    "at": (datetime, ...),
    "color": (Color, ...),
    "reference": (Annotated[str, Field(max_length=20)] | None, ...),
    "lines": (Annotated[tuple[Line, ...], Field(max_length=5)], ...),
    "metadata": (dict[str, Annotated[str, Field(max_length=50)]], ...),
    "note": (str | None, None),
}


def schema(without: str = "", base: type[BaseModel] | None = None, **changes: Any) -> Schema:
    """The schema of the event with some fields changed, added or left out."""
    fields = {name: field for name, field in FIELDS.items() if name != without}
    return schema_of(create_model("Happened", __base__=base, **(fields | changes)))


def lines_of(**fields: Any) -> tuple[Any, Any]:
    """A field `lines` whose lines have these fields."""
    line: Any = create_model("Line", **fields)
    return (Annotated[tuple[line, ...], Field(max_length=5)], ...)


SKU: Any = (Annotated[str, Field(max_length=64)], ...)
QUANTITY: Any = (Annotated[int, Field(ge=1, le=100)], ...)
LONGER = StrEnum("LONGER", {"RED": "red", "BLUE": "blue", "GREEN": "green"})
SHORTER = StrEnum("SHORTER", {"RED": "red"})


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")


BREAKING: dict[str, tuple[Schema, str]] = {
    "removed": (schema(without="amount"), "amount: was removed"),
    "optional one removed": (schema(without="note"), "note: was removed"),
    "renamed": (schema(without="amount", total=FIELDS["amount"]), "amount: was removed"),
    "required one added": (schema(total=(int, ...)), "total: is new and required"),
    "nullable but required one added": (schema(total=(int | None, ...)), "total: is new and required"),
    "became optional": (schema(amount=(Annotated[int, Field(ge=0, le=100)], 0)), "amount: became optional"),
    "became required": (schema(note=(str | None, ...)), "note: became required"),
    "became nullable": (schema(at=(datetime | None, ...)), "at: "),
    "no longer nullable": (schema(reference=(Annotated[str, Field(max_length=20)], ...)), "reference: "),
    "another type": (schema(amount=(str, ...)), "amount: `type` was integer, is string"),
    "integer to number": (schema(amount=(Annotated[float, Field(ge=0, le=100)], ...)), "`type` was integer, is number"),
    "a type more": (schema(at=(datetime | int, ...)), "at: "),
    "another format": (schema(at=(str, ...)), "at: `format` was date-time, is not there"),
    "another pattern": (
        schema(id=(Annotated[str, Field(pattern="^[a-f]+$", min_length=1, max_length=10)], ...)),
        "id: `pattern` was",
    ),
    "pattern gone": (schema(id=(Annotated[str, Field(min_length=1, max_length=10)], ...)), "id: `pattern` was"),
    "higher maximum": (schema(amount=(Annotated[int, Field(ge=0, le=101)], ...)), "readers from before refuse"),
    "lower maximum": (schema(amount=(Annotated[int, Field(ge=0, le=99)], ...)), "data written before"),
    "higher minimum": (schema(amount=(Annotated[int, Field(ge=1, le=100)], ...)), "data written before"),
    "lower minimum": (schema(amount=(Annotated[int, Field(ge=-1, le=100)], ...)), "readers from before refuse"),
    "bound gone": (schema(amount=(Annotated[int, Field(ge=0)], ...)), "`maximum` was 100, is not there; readers"),
    "bound new": (schema(note=(Annotated[str, Field(max_length=9)] | None, None)), "was not there, is 9; data written"),
    "longer text": (schema(reference=(Annotated[str, Field(max_length=21)] | None, ...)), "readers from before refuse"),
    "shorter list": (schema(lines=(Annotated[tuple[Line, ...], Field(max_length=4)], ...)), "`maxItems` was 5, is 4"),
    "value added": (schema(color=(LONGER, ...)), "color: the values ['green'] are new; readers from before"),
    "value gone": (schema(color=(SHORTER, ...)), "color: "),
    "enum to text": (schema(color=(str, ...)), "color: the values ['red', 'blue'] are gone"),
    "const": (schema(color=(Literal["red"], ...)), "color: "),
    "in a list, removed": (schema(lines=lines_of(sku=SKU)), "lines[].quantity: was removed"),
    "in a list, required": (
        schema(lines=lines_of(sku=SKU, quantity=QUANTITY, price=(int, ...))),
        "lines[].price: is new and required",
    ),
    "in a list, bound": (
        schema(lines=lines_of(sku=SKU, quantity=(Annotated[int, Field(ge=1, le=99)], ...))),
        "lines[].quantity: `maximum` was 100, is 99",
    ),
    "in a map": (schema(metadata=(dict[str, Annotated[str, Field(max_length=49)]], ...)), "metadata.*: `maxLength`"),
    "another default": (schema(note=(str | None, "none")), "note: `default` was not there, is none"),
    "no more unknown fields": (schema(base=Forbidding), "the event: `additionalProperties` was not there, is False"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_found_and_explained(name: str) -> None:
    changed, reason = BREAKING[name]
    found = [str(item) for item in breaks(schema(), changed)]
    assert any(reason in line for line in found), found


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_cannot_be_taken_back_either(name: str) -> None:
    changed, _ = BREAKING[name]
    back = breaks(changed, schema())
    assert back or name == "optional one removed"


@pytest.mark.parametrize(
    "changed",
    [
        schema(),
        schema(added=(str | None, None)),
        schema(added=(Annotated[int, Field(ge=1)], 5)),
        schema(added=(tuple[Line, ...], ())),
        schema(lines=lines_of(sku=SKU, quantity=QUANTITY, color=(str | None, None))),
    ],
    ids=["nothing", "optional", "with a default", "optional list", "optional in a list"],
)
def test_an_optional_addition_may_follow(changed: Schema) -> None:
    assert breaks(schema(), changed) == []


def test_other_words_and_another_class_name_are_no_change() -> None:
    other: Any = create_model("Position", __doc__="Told anew.", sku=SKU, quantity=QUANTITY)
    assert breaks(schema(), schema(lines=(Annotated[tuple[other, ...], Field(max_length=5)], ...))) == []
