"""`docs/limits.md`: every timeout, pool and queue of every service, read from its settings and constants."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from evidence.fixed import FIXED

HEAD: Final = """# Limits

Every wait, pool and queue has a bound: what it is by default, the variable that sets it, and what it is for, with what
happens beyond it. Generated from the settings by `make fmt`; `make check` fails when it is out of date. Durations are
seconds, also in the variables, or ISO 8601. What has no variable is a constant of the code.
"""
NO_LIMITS: Final = ("port", "trusted_proxies")
MEASURED: Final = (int, float, timedelta)
KIBI: Final = 1024


def page(root: Path) -> str:
    """The page as Markdown: a section for each process, a row for each limit."""
    sections = [_section(kind) for kind in settings_of(root)]
    return "\n".join([HEAD, *sections, _fixed()])


def settings_of(root: Path) -> list[type[BaseSettings]]:
    """The settings of each process of the services; a class without a prefix is only what others have in common."""
    files = sorted(root.glob("services/*/src/**/*settings.py"))
    return [kind for file in files for kind in _classes(file) if kind.model_config.get("env_prefix")]


def limits_of(kind: type[BaseSettings]) -> dict[str, FieldInfo]:
    """The settings that bound something, by their variables."""
    return {
        _variable(kind, name, field): field
        for name, field in kind.model_fields.items()
        if name not in NO_LIMITS and type(field.default) in MEASURED
    }


def written(limit: Any) -> str:
    """A bound as people read it: `0.5 s`, `16 MiB`, `2,000`."""
    if isinstance(limit, timedelta):
        return f"{limit.total_seconds():,g} s"
    for size, unit in ((KIBI**2, "MiB"), (KIBI, "KiB")):
        if isinstance(limit, int) and limit >= size and limit % size == 0:
            return f"{limit // size:,} {unit}"
    return f"{limit:,}"


def _classes(file: Path) -> Iterator[type[BaseSettings]]:
    name = ".".join(file.with_suffix("").parts[file.parts.index("src") + 1 :])
    for kind in vars(import_module(name)).values():
        if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind.__module__ == name:
            yield kind


def _section(kind: type[BaseSettings]) -> str:
    rows = [(f"`{name}`", written(field.default), field.description) for name, field in limits_of(kind).items()]
    return _table(f"## {_title(kind)}", ("variable", "default", "what it bounds"), rows)


def _fixed() -> str:
    rows = [
        (f"`{module}.{name}`", _with_unit(getattr(import_module(module), name), unit), what)
        for module, limits in FIXED.items()
        for name, unit, what in limits
    ]
    return _table("## Constants", ("constant", "value", "what it bounds"), rows)


def _with_unit(value: Any, unit: str) -> str:
    return f"{value:,g} {unit}" if unit else written(value)


def _table(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [" | ".join(str(cell).replace("\n", " ") for cell in row) for row in rows]
    return "\n".join([title, "", f"| {' | '.join(head)} |", "|---|---|---|", *(f"| {line} |" for line in lines), ""])


def _title(kind: type[BaseSettings]) -> str:
    return kind.__module__.removesuffix("settings").rstrip("._").replace(".", ", ").replace("_", "-")


def _variable(kind: type[BaseSettings], name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{kind.model_config.get('env_prefix', '')}{name}".upper()
