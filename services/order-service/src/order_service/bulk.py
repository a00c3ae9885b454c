"""SQL for many rows at once, made from the tables' own columns: each column travels as one array (`unnest`).

On 500 rows this is some twenty times as fast as a statement a row, and a new column needs no new SQL.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSON, JSONB

Row = Sequence[Any]

_ARRAYS = {Text: "text[]", Integer: "int[]", BigInteger: "bigint[]", DateTime: "timestamptz[]"}


def insert(table: Table) -> str:
    """Insert rows, given as columns; a row whose key exists is left out and not among the keys returned."""
    key = _names(table.primary_key.columns)
    return f"{append(table)} ON CONFLICT ({key}) DO NOTHING RETURNING {key}"


def append(table: Table) -> str:
    """Insert rows, given as columns."""
    columns = _written(table)
    given = f"SELECT {_values(columns)} FROM {_unnested(columns)}"  # noqa: S608  # names from our own schema only
    return f"INSERT INTO {table.name} ({_names(columns)}) {given}"


def upsert(table: Table, *, keep: Iterable[str] = ()) -> str:
    """Insert rows, given as columns, or bring those that exist up to date, except for the columns to `keep`."""
    key = set(table.primary_key.columns.keys())
    updated = [column.name for column in _written(table) if column.name not in {*key, *keep}]
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in updated)
    return f"{append(table)} ON CONFLICT ({_names(table.primary_key.columns)}) DO UPDATE SET {changes}"


def columns(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows turned into the columns that the statements take."""
    return [list(column) for column in zip(*rows, strict=True)]


def _written(table: Table) -> list[Column[Any]]:
    """All columns but those that PostgreSQL numbers itself."""
    return [column for column in table.columns if column.identity is None]


def _names(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(column.name for column in columns)


def _unnested(columns: Sequence[Column[Any]]) -> str:
    arrays = ", ".join(f"${n}::{_array(column)}" for n, column in enumerate(columns, start=1))
    return f"unnest({arrays}) AS given({_names(columns)})"


def _array(column: Column[Any]) -> str:
    return "text[]" if _is_json(column) else _ARRAYS[type(column.type)]


def _values(columns: Iterable[Column[Any]]) -> str:
    """JSON travels as text: an array of arrays would be unnested twice."""
    return ", ".join(f"{c.name}::{_json_type(c)}" if _is_json(c) else c.name for c in columns)


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _json_type(column: Column[Any]) -> str:
    return "jsonb" if isinstance(column.type, JSONB) else "json"
