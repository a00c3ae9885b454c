"""What the contracts' models say today, as JSON Schema."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

import tillstream_contracts
from tillstream_contracts import Event

Schema = dict[str, Any]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas_today() -> Mapping[str, Schema]:
    """The schema of every event of the contracts, by its type."""
    events = (event for event in _subclasses(Event) if event.__module__.startswith(tillstream_contracts.__name__))
    return {event.TYPE: schema_of(event) for event in sorted(events, key=lambda event: event.TYPE)}


def schema_of(model: type[BaseModel]) -> Schema:
    """A model's schema as its readers need it: a field with a default may be missing."""
    return {"$schema": DIALECT, **model.model_json_schema(mode="validation")}


def _subclasses(event: type[Event]) -> Iterator[type[Event]]:
    for subclass in event.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
