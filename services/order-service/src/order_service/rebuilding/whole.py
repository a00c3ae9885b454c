"""What differs of whole orders and subscriptions at one moment, however little of it a comparison could keep.

An order renewed with only some of its facts put right would publish what it never was.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from order_service.postgres import Connection
from order_service.rebuilding.differences import (
    COMPARED,
    KNOWN_SINCE,
    Difference,
    Row,
    can_be_compared,
    difference,
    key_of,
)
from order_service.rebuilding.schema import REBUILD, quoted
from order_service.tables import Base

OWNERS: Final = ("order_id", "stripe_subscription_id")

Key = tuple[str, ...]


async def differing(
    connection: Connection, schema: str, some: Sequence[Difference], since: datetime | None
) -> list[Difference]:
    """These rows, and all others of the orders and subscriptions that they are of; `schema` is the live one's."""
    found = list(some)
    while True:
        owners = {column: named(found, column) for column in OWNERS}
        wanted = [*some, *found]
        found = [
            one
            for table in COMPARED
            for one in await _of_table(connection, schema, table, await _keys(connection, schema, table, wanted), since)
        ]
        if all(set(named(found, column)) <= set(owners[column]) for column in OWNERS):
            return found


def named(differences: Iterable[Difference], column: str) -> list[str]:
    """The orders, or subscriptions, that these rows are of on either side; not one that no record tells of."""
    found = {
        side[column]
        for one in differences
        for side in (one.live, one.rebuilt)
        if one.rebuilt is not None and side is not None and side.get(column)
    }
    return sorted(found)


def among(table: str, keys: Collection[Key]) -> tuple[str, list[list[str]]]:
    """The condition that a row has one of these keys, and what it is given."""
    names, given = COMPARED[table].key, [list(column) for column in zip(*sorted(keys), strict=True)]
    arrays = ", ".join(f"${number}::text[]" for number in range(1, len(names) + 1))
    return f"({', '.join(names)}) IN (SELECT * FROM unnest({arrays}))", given  # noqa: S608  # our own names


async def _keys(connection: Connection, schema: str, table: str, some: Sequence[Difference]) -> set[Key]:
    """Of these rows, and of all that have the same owners on either side."""
    keys = {one.key for one in some if one.table == table}
    columns = Base.metadata.tables[table].columns
    for owner in OWNERS:
        if owner not in columns or not (owners := named(some, owner)):
            continue
        for side in (schema, REBUILD):
            query = f"SELECT * FROM {quoted(side)}.{table} WHERE {owner} = ANY($1::text[])"  # noqa: S608  # our own names
            keys |= {key_of(table, row) for row in await connection.fetch(query, owners)}
    return keys


async def _of_table(
    connection: Connection, schema: str, table: str, keys: Collection[Key], since: datetime | None
) -> list[Difference]:
    if not keys:
        return []
    live, rebuilt = [await _rows(connection, side, table, keys) for side in (schema, REBUILD)]
    compared = [(live.get(key), rebuilt.get(key)) for key in sorted(keys)]
    found = [difference(table, left, right) for left, right in compared if can_be_compared(left, since)]
    return [one for one in found if one]


async def _rows(connection: Connection, schema: str, table: str, keys: Collection[Key]) -> dict[Key, Row]:
    """By key; since when a row is known is told by the tables of the search path."""
    condition, given = among(table, keys)
    known = f"SELECT t.*, {COMPARED[table].since} AS {KNOWN_SINCE} FROM {quoted(schema)}.{table} AS t WHERE {condition}"  # noqa: S608  # our own names
    return {key_of(table, row): dict(row) for row in await connection.fetch(known, *given)}
