"""Who hears of an event, and in which form: webhook endpoints and event destinations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stripe_sim.event_types import is_of_type
from stripe_sim.objects import Object
from stripe_sim.thin_events import type_of

if TYPE_CHECKING:
    from stripe_sim.account import Account

ENDPOINT, DESTINATION = "webhook_endpoint", "v2.core.event_destination"


@dataclass(frozen=True)
class Subscriber:
    """One endpoint or destination of an account."""

    owner: Account
    kind: str
    id: str
    thin: bool

    def now(self) -> Object | None:
        """As it is now, unless it was deleted."""
        return self.owner.store.get(self.kind, self.id)

    def secrets(self) -> list[str]:
        """What signs for it now."""
        return self.owner.signing.valid(self.id, self.owner.clock())


def of(account: Account, event_type: str) -> list[Subscriber]:
    """All who want events of this type."""
    return [
        Subscriber(account, one["object"], one["id"], _is_thin(one))
        for one in every(account)
        if _wants(one, event_type)
    ]


def url_of(endpoint: Object) -> str:
    """Where it hears."""
    url: str = endpoint["url"] if endpoint["object"] == ENDPOINT else endpoint["webhook_endpoint"]["url"]
    return url


def every(account: Account) -> Iterator[Object]:
    """All webhook endpoints and event destinations of an account."""
    yield from account.store.oldest_first(ENDPOINT)
    yield from account.store.oldest_first(DESTINATION)


def _wants(endpoint: Object, event_type: str) -> bool:
    name = type_of(event_type) if _is_thin(endpoint) else event_type
    return endpoint["status"] == "enabled" and any(is_of_type(name, pattern) for pattern in endpoint["enabled_events"])


def _is_thin(endpoint: Object) -> bool:
    return bool(endpoint.get("event_payload") == "thin")
