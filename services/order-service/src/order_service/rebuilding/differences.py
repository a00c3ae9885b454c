"""What differs between two rows that ought to be equal: pure, in words that an operator can act upon."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

Row = Mapping[str, Any]
LONGEST: Final = 200
NOT_SHOWN: Final = "(not shown)"
KNOWN_SINCE: Final = "known_since"


class Compared(NamedTuple):
    """A table that is compared: its key, what is left out as it depends on the way, and since when a row is known."""

    key: tuple[str, ...]
    noun: str
    leave_out: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    since: str = "NULL::timestamptz"


_OF_ORDER: Final = "(SELECT o.created_at FROM orders AS o WHERE o.order_id = t.order_id)"
_OF_SUBSCRIPTION: Final = (
    "(SELECT s.created_at FROM subscriptions AS s WHERE s.stripe_subscription_id = t.stripe_subscription_id)"
)
_VERSION: Final = frozenset({"version", "previous_status", "created_at", "updated_at"})

COMPARED: Final[Mapping[str, Compared]] = MappingProxyType(
    {
        "orders": Compared(("order_id",), "order", _VERSION, frozenset({"customer_id", "reference"}), "t.created_at"),
        "placements": Compared(
            ("order_id",),
            "placement of order",
            personal=frozenset({"customer_id", "reference", "shop_metadata"}),
            since=_OF_ORDER,
        ),
        "mentions": Compared(
            ("order_id",), "mention of order", personal=frozenset({"customer_id", "reference"}), since=_OF_ORDER
        ),
        "payments": Compared(
            ("payment_id",),
            "payment",
            frozenset({"first_seen_at", "updated_at"}),
            frozenset({"customer_id"}),
            "t.first_seen_at",
        ),
        "checkout_sessions": Compared(("order_id", "session_id"), "checkout session", since=_OF_ORDER),
        "subscription_facts": Compared(
            ("stripe_subscription_id",),
            "facts of subscription",
            personal=frozenset({"tellings", "naming"}),
            since=_OF_SUBSCRIPTION,
        ),
        "subscriptions": Compared(
            ("stripe_subscription_id",),
            "subscription",
            _VERSION,
            frozenset({"customer_id", "stripe_customer_id"}),
            "t.created_at",
        ),
        "invoices": Compared(("invoice_id",), "invoice", since=_OF_SUBSCRIPTION),
        "invoice_payments": Compared(("payment_id", "invoice_id"), "payment of invoice"),
    }
)
"""Facts and what is derived from them; facts first where both are mended."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same; a side that lacks it is None."""

    table: str
    key: tuple[str, ...]
    live: Row | None
    rebuilt: Row | None

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """What differs, if both sides have the row: by field, the live and the rebuilt value."""
        live, rebuilt = self.live, self.rebuilt
        if live is None or rebuilt is None:
            return {}
        left_out = COMPARED[self.table].leave_out
        return {
            name: (value, rebuilt[name])
            for name, value in live.items()
            if name not in left_out and name != KNOWN_SINCE and value != rebuilt[name]
        }

    def in_words(self) -> list[str]:
        """A sentence for each field."""
        compared = COMPARED[self.table]
        whose = f"{compared.noun} {'/'.join(self.key)}"
        if self.live is None:
            return [f"{whose}: missing live, though the topics tell of it"]
        if self.rebuilt is None:
            return [f"{whose}: only live, no record tells of it"]
        return [
            f"{whose}: {name} is {shown(self.table, name, live)} live, {shown(self.table, name, rebuilt)} rebuilt"
            for name, (live, rebuilt) in self.fields.items()
        ]


def shown(table: str, field: str, value: Any) -> str:
    """A value as it may be printed: nobody's name, and nothing endless."""
    if field in COMPARED[table].personal:
        return NOT_SHOWN
    text = value.isoformat() if isinstance(value, datetime) else "nothing" if value is None else str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


async def merged(
    table: str, live: AsyncIterator[Row], rebuilt: AsyncIterator[Row]
) -> AsyncIterator[tuple[Row | None, Row | None]]:
    """The rows of both sides beside each other; both come in the order of their keys."""
    a, b = await anext(live, None), await anext(rebuilt, None)
    while a is not None or b is not None:
        first = min(key_of(table, row) for row in (a, b) if row is not None)
        left = a if a is not None and key_of(table, a) == first else None
        right = b if b is not None and key_of(table, b) == first else None
        yield left, right
        if left is not None:
            a = await anext(live, None)
        if right is not None:
            b = await anext(rebuilt, None)


def key_of(table: str, row: Row) -> tuple[str, ...]:
    """What a row is known by."""
    return tuple(str(row[name]) for name in COMPARED[table].key)


def difference(table: str, live: Row | None, rebuilt: Row | None) -> Difference | None:
    """What differs, if anything does."""
    row = live if live is not None else rebuilt
    if row is None:
        return None
    found = Difference(table, key_of(table, row), live, rebuilt)
    return found if live is None or rebuilt is None or found.fields else None


def can_be_compared(live: Row | None, reaches_back_to: datetime | None) -> bool:
    """Whether all that was ever told of a row is still in the topics, by when the live schema first knew of it."""
    if reaches_back_to is None:
        return True
    since: datetime | None = live[KNOWN_SINCE] if live is not None else None
    return since is not None and since >= reaches_back_to
