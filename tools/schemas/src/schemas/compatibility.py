"""Whether one schema may follow another, full and both ways.

Old readers must read new data and new readers old data. Both at once leave one change: a new field that need not be
there, at any depth. All else that means something to a reader is a break; titles and descriptions are not compared.
The question is answered by comparing, not by proof: a schema that only says the same in other words is a break too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from schemas.models import Schema

PROSE: Final = {"$schema", "$defs", "$comment", "title", "description", "examples", "deprecated"}
FIELDS: Final = {"properties", "required"}
OLD_DATA: Final = "data written before may not satisfy it"
OLD_READERS: Final = "readers from before refuse what is allowed now"


@dataclass(frozen=True)
class Break:
    """One change that old readers or old data do not survive, and where it is."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path or 'the event'}: {self.reason}"


@dataclass(frozen=True)
class _Node:
    """A part of a schema, with the whole that its references point into."""

    schema: Schema
    root: Schema

    def at(self, part: Any) -> "_Node":
        return _Node(part, self.root)

    def resolved(self) -> Schema:
        reference = self.schema.get("$ref")
        if reference is None:
            return self.schema
        definition = self.root["$defs"][reference.removeprefix("#/$defs/")]
        return {**definition, **{keyword: value for keyword, value in self.schema.items() if keyword != "$ref"}}


def breaks(old: Schema, new: Schema) -> list[Break]:
    """What keeps `new` from following `old`; nothing if it may."""
    return list(_compare("", _Node(old, old), _Node(new, new)))


def _compare(path: str, old: _Node, new: _Node) -> Iterator[Break]:
    was, now = old.resolved(), new.resolved()
    yield from _fields(path, old, new)
    for keyword in sorted((was.keys() | now.keys()) - PROSE - FIELDS):
        yield from _keyword(path, keyword, old.at(was.get(keyword)), new.at(now.get(keyword)))


def _fields(path: str, old: _Node, new: _Node) -> Iterator[Break]:
    was, now = old.resolved().get("properties", {}), new.resolved().get("properties", {})
    needed, needed_now = set(old.resolved().get("required", ())), set(new.resolved().get("required", ()))
    for name in sorted(was.keys() | now.keys()):
        at = f"{path}.{name}".lstrip(".")
        if name not in now:
            yield Break(at, "was removed or renamed; readers from before expect it")
        elif name not in was:
            if name in needed_now:
                yield Break(at, f"is new and required; {OLD_DATA}")
        else:
            if name in needed_now - needed:
                yield Break(at, f"became required; {OLD_DATA}")
            if name in needed - needed_now:
                yield Break(at, "became optional; readers from before require it")
            yield from _compare(at, old.at(was[name]), new.at(now[name]))


def _keyword(path: str, keyword: str, old: _Node, new: _Node) -> Iterator[Break]:
    was: Any = old.schema
    now: Any = new.schema
    if isinstance(was, dict) and isinstance(now, dict) and keyword != "default":
        yield from _compare(f"{path}[]" if keyword == "items" else f"{path}.*", old, new)
    elif keyword in {"anyOf", "oneOf", "allOf", "prefixItems"} and _same_length(was, now):
        for part, part_now in zip(was, now, strict=True):
            yield from _compare(path, old.at(part), new.at(part_now))
    elif keyword == "enum":
        yield from _values(path, was, now)
    elif was != now:
        yield Break(path, f"`{keyword}` {_change(keyword, was, now)}")


def _values(path: str, was: list[Any] | None, now: list[Any] | None) -> Iterator[Break]:
    if gone := [value for value in was or () if value not in (now or ())]:
        yield Break(path, f"the values {gone} are gone; {OLD_DATA}")
    if added := [value for value in now or () if value not in (was or ())]:
        yield Break(path, f"the values {added} are new; {OLD_READERS}")


def _change(keyword: str, was: Any, now: Any) -> str:
    if keyword.startswith(("max", "min", "exclusiveM")):
        return f"{_told(was)}, {_told(now, 'is')}; {OLD_DATA if _is_narrower(keyword, was, now) else OLD_READERS}"
    return f"{_told(was)}, {_told(now, 'is')}; one of the two sides cannot read the other's data"


def _told(value: Any, verb: str = "was") -> str:
    return f"{verb} {'not there' if value is None else value}"


def _is_narrower(bound: str, was: Any, now: Any) -> bool:
    if was is None or now is None:
        return was is None
    return bool(now < was if "max" in bound.lower() else now > was)


def _same_length(was: object, now: object) -> bool:
    return isinstance(was, list) and isinstance(now, list) and len(was) == len(now)
