"""The reference of all settings: every variable of every process, read from the settings classes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from annotated_types import BaseMetadata
from pydantic import AnyHttpUrl, HttpUrl, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from evidence.limits import settings_of
from handbook.tables import code, paragraphs, table
from tillstream_contracts.keys import KeyHash

HEAD: Final = """# Configuration

Every setting is an environment variable. This page is made from the settings classes, so it cannot be out of date.
A duration is in seconds (`2.5`) or ISO 8601 (`PT2.5S`); several words have commas between them. A variable without a
default has to be there, else the process ends at once and names it. A secret is never logged.

What bounds something, and what happens beyond it, stands together in [limits](../limits.md).
"""
SIGNS: Final = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
WORDS: Final = {"min_length": "at least {} characters", "max_length": "at most {} characters", "pattern": "`{}`"}
KINDS: Final = {
    bool: "`true` or `false`",
    int: "integer",
    float: "number",
    str: "text",
    timedelta: "duration",
    AnyHttpUrl: "URL",
    HttpUrl: "URL",
    KeyHash: "secret",
}


def page(root: Path) -> str:
    """A section for each process, a row for each setting."""
    return paragraphs(HEAD, *(part for kind in settings_of(root) for part in _section(kind)))


def _section(kind: type[BaseSettings]) -> Iterator[str]:
    yield f"## {_title(kind)}"
    head = ("variable", "default", "what it is", "values")
    yield table(head, [_row(kind, name, field) for name, field in kind.model_fields.items()])


def _row(kind: type[BaseSettings], name: str, field: FieldInfo) -> tuple[str, ...]:
    return (
        code(variable(kind, name, field)),
        default_of(field),
        field.description or "",
        ", ".join(told for told in (kind_of(field), limits_of(field)) if told),
    )


def variable(kind: type[BaseSettings], name: str, field: FieldInfo) -> str:
    """The environment variable that sets a field."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def kind_of(field: FieldInfo) -> str:
    """What a value is, as an operator would say it."""
    return _kind(field.annotation)


def default_of(field: FieldInfo) -> str:
    """What holds where nothing is set."""
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "**required**"
    if default is None or default in ("", ()):
        return "none"
    return _written(default) if isinstance(default, timedelta) else code(_written(default))


def limits_of(field: FieldInfo) -> str:
    """The bounds that are checked when the process starts."""
    return ", ".join(words for bound in field.metadata for words in _bounds(bound))


def _bounds(bound: object) -> Iterator[str]:
    for name, sign in SIGNS.items():
        if isinstance(bound, BaseMetadata) and (limit := getattr(bound, name, None)) is not None:
            yield f"{sign}\N{NO-BREAK SPACE}{_written(limit)}"
    for name, words in WORDS.items():
        if (limit := getattr(bound, name, None)) is not None:
            yield words.format(limit)


def _kind(annotation: Any) -> str:
    choices = getattr(annotation, "__args__", ())
    if annotation in KINDS:
        return KINDS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, SecretStr):
        return "secret"
    if getattr(annotation, "__origin__", None) is tuple:
        return "words"
    if choices and all(isinstance(choice, str) for choice in choices):
        return ", ".join(code(choice) for choice in choices)
    if choices:
        return " or ".join(dict.fromkeys(_kind(choice) for choice in choices if choice is not type(None)))
    return str(getattr(annotation, "__name__", annotation)).lower()


def _written(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return f"{value.total_seconds():.10g} s"
        case tuple():
            return ",".join(str(part) for part in value)
        case _:
            return str(value)


def _title(kind: type[BaseSettings]) -> str:
    return kind.__module__.removesuffix("settings").rstrip("._").replace(".", ", ").replace("_", "-")
