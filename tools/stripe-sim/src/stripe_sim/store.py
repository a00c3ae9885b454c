"""The objects of the account, in memory: the newest so many of each kind."""

from collections.abc import Iterator
from typing import Any

from stripe_sim.objects import Object


class Store:
    """Objects by kind (their `object` member) and id.

    At most `limit` of a kind, and of events `events`: the oldest is forgotten first.
    """

    def __init__(self, limit: int, events: int) -> None:
        self._limit, self._events = limit, events
        self.changes = 0
        """How often anything was kept or forgotten."""
        self._kinds: dict[str, dict[str, Object]] = {}
        self._beside: dict[tuple[str, str], dict[str, Any]] = {}

    def put(self, thing: Object) -> None:
        """Keep it, in the place of its older self."""
        kind = self._kinds.setdefault(thing["object"], {})
        kind[thing["id"]] = thing
        self.changes += 1
        if len(kind) > (self._events if thing["object"] == "event" else self._limit):
            self._forget(thing["object"], next(iter(kind)))

    def get(self, kind: str, name: str) -> Object | None:
        """The object, or None."""
        return self._kinds.get(kind, {}).get(name)

    def remove(self, kind: str, name: str) -> None:
        """Forget it."""
        if name in self._kinds.get(kind, {}):
            self._forget(kind, name)

    def put_beside(self, thing: Object, part: str, value: Any) -> None:
        """Keep something that belongs to an object without being shown in it; it lives as long."""
        self._beside.setdefault((thing["object"], thing["id"]), {})[part] = value

    def beside(self, thing: Object, part: str) -> Any:
        """What was put beside the object."""
        return self._beside[(thing["object"], thing["id"])][part]

    def has_beside(self, thing: Object, part: str) -> bool:
        """Whether anything was put there."""
        return part in self._beside.get((thing["object"], thing["id"]), {})

    def _forget(self, kind: str, name: str) -> None:
        self.changes += 1
        del self._kinds[kind][name]
        self._beside.pop((kind, name), None)

    def newest_first(self, kind: str) -> Iterator[Object]:
        """All of a kind."""
        return reversed(self._kinds.get(kind, {}).values())

    def oldest_first(self, kind: str) -> Iterator[Object]:
        """All of a kind."""
        return iter(self._kinds.get(kind, {}).values())

    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        return {kind: len(things) for kind, things in self._kinds.items() if things}

    def find(self, name: str) -> Object | None:
        """The object with this id, of whatever kind."""
        for kind in self._kinds.values():
            if name in kind:
                return kind[name]
        return None
