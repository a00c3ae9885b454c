"""No version is published before those below it, whoever made them.

Events of one order come by several partitions: its placement by one, its payments by others; a subscription's invoices
likewise. So one process may make version 3 and die, or just be slower, while another makes version 4 and publishes it.
Whoever publishes a version therefore publishes with it what stands below it, unless it knows that it did so itself.
Readers drop what they have passed: a version that is published twice costs a record and nothing else.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from order_service import store, subscription_store
from order_service.postgres import Pool
from order_service.store import Change
from order_service.subscription_store import SubscriptionChange

AnyChange = Change | SubscriptionChange
Whose = tuple[type[Change | SubscriptionChange], str]
Spans = dict[Whose, tuple[int, int]]
REMEMBERED: Final = 100_000
MOST_AGAIN: Final = 100
"""So many versions below one are published with it at the most; what is below those has long been."""
BELOW: Final = """
    SELECT {columns} FROM {table}
    JOIN unnest($1::text[], $2::int[], $3::int[]) AS wanted(id, since, until)
        ON {key} = wanted.id AND version > wanted.since AND version < wanted.until"""
OF_ORDERS: Final = BELOW.format(columns=store.CHANGES, table="order_changes", key="order_id")
OF_SUBSCRIPTIONS: Final = BELOW.format(
    columns=subscription_store.CHANGES, table="subscription_changes", key="subscription_id"
)


class Predecessors:
    """What this process has published of late: of each order and subscription the highest version."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._published: OrderedDict[Whose, int] = OrderedDict()

    async def joined(self, changes: Sequence[AnyChange]) -> list[AnyChange]:
        """These changes and those below them that this process has not published, each one's in rising versions."""
        spans = self._spans(changes)
        found: list[AnyChange] = [
            *[Change(**row) for row in await self._below(OF_ORDERS, Change, spans)],
            *[SubscriptionChange(**row) for row in await self._below(OF_SUBSCRIPTIONS, SubscriptionChange, spans)],
        ]
        whole: dict[tuple[Whose, int], AnyChange] = {
            (_whose(change), change.version): change for change in (*found, *changes)
        }
        return sorted(whole.values(), key=lambda change: (_whose(change)[1], change.version))

    def note(self, changes: Iterable[AnyChange]) -> None:
        """All of these are published."""
        for change in changes:
            whose = _whose(change)
            self._published[whose] = max(change.version, self._published.pop(whose, 0))
        while len(self._published) > REMEMBERED:
            self._published.popitem(last=False)

    def _spans(self, changes: Iterable[AnyChange]) -> Spans:
        """Above and below which versions something may be missing that has to be published first."""
        versions: dict[Whose, set[int]] = defaultdict(set)
        for change in changes:
            versions[_whose(change)].add(change.version)
        spans: Spans = {}
        for whose, made in versions.items():
            since = max(self._published.get(whose, 0), max(made) - MOST_AGAIN)
            if not set(range(since + 1, max(made))) <= made:
                spans[whose] = since, max(made)
        return spans

    async def _below(self, question: str, kind: type[AnyChange], spans: Spans) -> Sequence[Any]:
        asked = [(key, *span) for (of, key), span in spans.items() if of is kind]
        if not asked:
            return []
        async with self._pool.acquire() as connection:
            rows: Sequence[Any] = await connection.fetch(question, *zip(*asked, strict=True))
            return rows


def _whose(change: AnyChange) -> Whose:
    return type(change), change.order_id if isinstance(change, Change) else change.subscription_id
