"""Who hears of an event, and in which form: webhook endpoints and event destinations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stripe_sim.events.event_types import is_of_type
from stripe_sim.events.thin_events import type_of
from stripe_sim.objects import Object

if TYPE_CHECKING:
    from stripe_sim.account import Account

CONNECT = "connect"
"""Beside a webhook endpoint: whether it hears of connected accounts, and of them alone."""
OWN = ("@self", "self")
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
    """All who want events of this type: of the account, and of the platform that it is connected to."""
    own = [(account, one) for one in every(account) if hears_own(account, one)]
    platform = account.platform
    served = [(platform, one) for one in every(platform) if hears_connected(platform, one)] if platform else []
    return [
        Subscriber(owner, one["object"], one["id"], _is_thin(one))
        for owner, one in (*own, *served)
        if _wants(one, event_type)
    ]


def hears_own(account: Account, endpoint: Object) -> bool:
    """Whether it hears of its own account."""
    if endpoint["object"] == ENDPOINT:
        return not account.store.beside(endpoint, CONNECT)
    return any(source in OWN for source in endpoint["events_from"])


def hears_connected(account: Account, endpoint: Object) -> bool:
    """Whether it hears of the accounts that are connected to its own."""
    if endpoint["object"] == ENDPOINT:
        return bool(account.store.beside(endpoint, CONNECT))
    return any(source not in OWN for source in endpoint["events_from"])


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
