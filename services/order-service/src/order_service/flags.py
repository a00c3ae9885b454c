"""Which flags an order or a subscription has gained: somebody may have to look at it, so it is counted and logged."""

from collections.abc import Mapping
from typing import Final

import orjson

from order_service.postgres import Pool

Version = tuple[str, int]
"""Whose it is, and its number."""


def _before(changes: str, key: str) -> str:
    return f"""
        SELECT before.{key} AS id, before.version + 1 AS version, before.body ->> 'flags' AS flags
        FROM {changes} AS before
        JOIN unnest($1::text[], $2::int[]) AS given(id, version)
            ON before.{key} = given.id AND before.version = given.version - 1"""  # noqa: S608  # all names are our own


OF_ORDERS: Final = _before("order_changes", "order_id")
OF_SUBSCRIPTIONS: Final = _before("subscription_changes", "subscription_id")


async def gained_flags(pool: Pool, before: str, changes: Mapping[Version, str]) -> list[tuple[str, str]]:
    """Who gained it and the flag, for each flag that the version before had not; `changes` gives versions' bodies.

    A change that is published again gains its flags again: an alert may come twice, and is never missed.
    """
    flags = {version: orjson.loads(body)["flags"] for version, body in changes.items()}
    flagged = {version: raised for version, raised in flags.items() if raised}
    if not flagged:
        return []
    ids, versions = zip(*flagged, strict=True)
    rows = await pool.fetch(before, ids, versions)
    known = {(row["id"], row["version"]): orjson.loads(row["flags"]) for row in rows}
    return [(key[0], flag) for key, raised in flagged.items() for flag in raised if flag not in known.get(key, [])]
