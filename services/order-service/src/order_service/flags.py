"""Which flags an order has gained: somebody has to look at it, so it is counted and told in the log."""

from collections.abc import Sequence

import orjson

from order_service.postgres import Pool
from order_service.store import Change

BEFORE = """
    SELECT before.order_id, before.version + 1 AS version, before.body ->> 'flags' AS flags
    FROM order_changes AS before
    JOIN unnest($1::text[], $2::int[]) AS given(order_id, version)
        ON before.order_id = given.order_id AND before.version = given.version - 1"""


async def gained_flags(pool: Pool, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """The order and the flag, for each flag that the version before had not.

    A change that is published again gains its flags again: an alert may come twice, and is never missed.
    """
    flags = {(change.order_id, change.version): orjson.loads(change.body)["flags"] for change in changes}
    flagged = {version: raised for version, raised in flags.items() if raised}
    if not flagged:
        return []
    order_ids, versions = zip(*flagged, strict=True)
    rows = await pool.fetch(BEFORE, order_ids, versions)
    before = {(row["order_id"], row["version"]): orjson.loads(row["flags"]) for row in rows}
    return [(key[0], flag) for key, raised in flagged.items() for flag in raised if flag not in before.get(key, [])]
