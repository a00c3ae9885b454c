"""What an operation takes: a shape of named kinds, read strictly, refused in Stripe's words.

CREATE = Shape({"amount": Integer(minimum=1), "currency": Text(), "metadata": Metadata()}, required=("amount",))
CREATE.read({"amount": "1999"})   ->  {"amount": 1999}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from stripe_sim.http.errors import StripeError, invalid

MAX_METADATA_KEYS = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500
MAX_INTEGER = 2**53


class Kind(Protocol):
    """One sort of parameter."""

    def read(self, value: Any, param: str) -> Any:
        """The value, typed. Raises StripeError with the parameter's name."""


def _text(value: Any, param: str) -> str:
    if not isinstance(value, str):
        raise invalid("Invalid string: expected a plain value.", param)
    return value


@dataclass(frozen=True)
class Text:
    """A string; empty means unset where `clearable`."""

    longest: int = 5000
    clearable: bool = False

    def read(self, value: Any, param: str) -> str | None:
        """The text."""
        text = _text(value, param)
        if not text and self.clearable:
            return None
        if not text:
            raise _empty(param)
        if len(text) > self.longest:
            raise invalid(f"Invalid string: must be at most {self.longest} characters", param)
        return text


@dataclass(frozen=True)
class OrUnset:
    """A kind that an empty string unsets."""

    kind: Kind

    def read(self, value: Any, param: str) -> Any:
        """The value, or None."""
        return None if value == "" else self.kind.read(value, param)


@dataclass(frozen=True)
class Integer:
    """A whole number."""

    minimum: int = 0
    maximum: int = MAX_INTEGER

    def read(self, value: Any, param: str) -> int:
        """The number."""
        text = _text(value, param)
        if not text:
            raise _empty(param)
        if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal()) or len(text) > 19:
            raise invalid(f"Invalid integer: {text[:100]}", param, "parameter_invalid_integer")
        number = int(text)
        if number < self.minimum:
            message = f"This value must be greater than or equal to {self.minimum}."
            raise invalid(message, param, "parameter_invalid_integer")
        if number > self.maximum:
            raise invalid(
                f"This value must be less than or equal to {self.maximum}.", param, "parameter_invalid_integer"
            )
        return number


@dataclass(frozen=True)
class Boolean:
    """`true` or `false`."""

    def read(self, value: Any, param: str) -> bool:
        """The truth."""
        text = _text(value, param)
        if text not in ("true", "false"):
            raise invalid(f"Invalid boolean: {text[:100]}", param)
        return text == "true"


class OneOf:
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, value: Any, param: str) -> str:
        """The word."""
        text = _text(value, param)
        if text not in self.words:
            listed = f"{', '.join(self.words[:-1])} or {self.words[-1]}" if len(self.words) > 1 else self.words[0]
            raise invalid(f"Invalid {param}: must be one of {listed}", param)
        return text


@dataclass(frozen=True)
class Metadata:
    """Up to 50 names of 40 characters with values of 500; an empty value takes the name away, `""` takes all."""

    def read(self, value: Any, param: str) -> dict[str, str] | None:
        """The names and values; None to clear."""
        if value == "":
            return None
        if not isinstance(value, Mapping):
            raise invalid("Invalid object", param)
        if len(value) > MAX_METADATA_KEYS:
            raise invalid(f"Metadata can have up to {MAX_METADATA_KEYS} keys, but you passed in {len(value)}.", param)
        for name, text in value.items():
            _check_metadata(name, _text(text, f"{param}[{name}]"), param)
        return dict(value)


def _check_metadata(name: str, text: str, param: str) -> None:
    for what, word, longest, place in (
        ("keys", name, MAX_METADATA_KEY, param),
        ("values", text, MAX_METADATA_VALUE, f"{param}[{name}]"),
    ):
        if len(word) > longest:
            raise invalid(
                f"Metadata {what} can have up to {longest} characters, but you passed in a {what[:-1]} that is "
                f"{len(word)} characters. Invalid {what[:-1]}: {word[:longest]}",
                place,
            )


@dataclass(frozen=True)
class ListOf:
    """A list of one kind."""

    kind: Kind
    longest: int = 100

    def read(self, value: Any, param: str) -> list[Any]:
        """The items."""
        items = [] if value == "" else value
        if not isinstance(items, list):
            raise invalid("Invalid array", param)
        if len(items) > self.longest:
            raise invalid(f"Array must have at most {self.longest} elements", param)
        return [self.kind.read(item, f"{param}[{index}]") for index, item in enumerate(items)]


@dataclass(frozen=True)
class Anything:
    """Accepted as Stripe accepts it, and passed on unread."""

    def read(self, value: Any, param: str) -> Any:  # noqa: ARG002 - a Kind
        """The value as it came."""
        return value


@dataclass(frozen=True)
class Shape:
    """An object of named kinds; a name that is not among them is refused."""

    kinds: Mapping[str, Kind]
    required: tuple[str, ...] = ()

    def read(self, value: Any, param: str = "") -> dict[str, Any]:
        """The object with typed values."""
        if not isinstance(value, Mapping):
            raise invalid("Invalid object", param or None)
        self._check_names(value, param)
        return {name: self.kinds[name].read(item, _within(param, name)) for name, item in value.items()}

    def _check_names(self, value: Mapping[str, Any], param: str) -> None:
        unknown = [_within(param, name) for name in value if name not in self.kinds]
        if unknown:
            plural = "s" if len(unknown) > 1 else ""
            message = f"Received unknown parameter{plural}: {', '.join(unknown)[:500]}"
            raise invalid(message, unknown[0][:100], "parameter_unknown")
        for name in self.required:
            if name not in value:
                raise _lacking(_within(param, name))


def _within(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name


def _empty(param: str) -> StripeError:
    return invalid(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty "
        "value.",
        param,
        "parameter_invalid_empty",
    )


def _lacking(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


EXPAND = ListOf(Text(), longest=20)
LIST: dict[str, Kind] = {
    "limit": Integer(minimum=1, maximum=100),
    "starting_after": Text(),
    "ending_before": Text(),
    "expand": EXPAND,
}


class Created:
    """`created=1700000000`, or `created[gte]=…` and its kin."""

    _RANGE = Shape({bound: Integer() for bound in ("gt", "gte", "lt", "lte")})

    def read(self, value: Any, param: str) -> dict[str, int]:
        """The bounds, by their names."""
        if isinstance(value, str):
            at = Integer().read(value, param)
            return {"gte": at, "lte": at}
        return self._RANGE.read(value, param)
