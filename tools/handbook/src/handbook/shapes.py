"""JSON Schema in words and tables: what a body or an event is made of. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from handbook.tables import code, table

Schema = Mapping[str, Any]
DEEPEST: Final = 6
"""An object within so many others is shown by its name alone."""
LIMITS: Final[Mapping[str, str]] = {
    "minimum": "≥\N{NO-BREAK SPACE}{}",
    "exclusiveMinimum": ">\N{NO-BREAK SPACE}{}",
    "maximum": "≤\N{NO-BREAK SPACE}{}",
    "exclusiveMaximum": "<\N{NO-BREAK SPACE}{}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "maxProperties": "at most {} entries",
    "pattern": "`{}`",
}


def fields(schema: Schema, root: Schema, always: str = "always") -> str:
    """A row for each field, at any depth; nothing for what has no fields. `always` heads what has to be there."""
    rows = [
        (code(path), kind(field, root), "yes" if needed else "", meaning(field, root))
        for path, field, needed in _fields(schema, root, "", 0)
    ]
    return table(("field", "type", always, "meaning"), rows)


def limits(schema: Schema) -> str:
    """The bounds that a schema sets, in words."""
    found = [words.format(_whole(schema[key])) for key, words in LIMITS.items() if key in schema]
    return ", ".join(found).replace("at least 1 characters", "not empty")


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema with its reference followed; `#/…` within the root."""
    target: Any = root
    reference = schema.get("$ref")
    if reference is None:
        return schema
    for step in reference.removeprefix("#/").split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return {**resolved(target, root), **{key: value for key, value in schema.items() if key != "$ref"}}


def kind(schema: Schema, root: Schema) -> str:
    """What a value may be: its type or format, its choices, its bounds."""
    whole = resolved(schema, root)
    for key in ("anyOf", "oneOf"):
        if key in whole:
            return " or ".join(dict.fromkeys(kind(choice, root) for choice in whole[key]))
    if "const" in whole:
        return code(whole["const"])
    if "enum" in whole:
        return ", ".join(code(choice) for choice in whole["enum"])
    if "items" in whole:
        return ", ".join(told for told in (f"list of {kind(whole['items'], root)}", limits(whole)) if told)
    told = whole.get("type", "anything")
    name = whole.get("format") or (" or ".join(told) if isinstance(told, list) else told)
    return f"{name}, {bounds}" if (bounds := limits(whole)) else str(name)


def meaning(schema: Schema, root: Schema) -> str:
    """The first paragraph of what is said of it."""
    description = resolved(schema, root).get("description") or ""
    return description.split("\n\n")[0]


def _whole(limit: object) -> object:
    """OpenAPI's numbers have a point even where they count."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _fields(schema: Schema, root: Schema, path: str, depth: int) -> Iterator[tuple[str, Schema, bool]]:
    whole = _without_null(resolved(schema, root), root)
    if "items" in whole:
        yield from _fields(whole["items"], root, f"{path}[]", depth)
    for name, field in whole.get("properties", {}).items():
        where = f"{path}.{name}" if path else name
        yield where, field, name in whole.get("required", ())
        if depth < DEEPEST:
            yield from _fields(field, root, where, depth + 1)


def _without_null(schema: Schema, root: Schema) -> Schema:
    """The one thing that an optional field may hold."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return resolved(choices[0], root) if len(choices) == 1 else schema
