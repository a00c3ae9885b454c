"""The records that wait for one partition."""

import asyncio
from collections import deque
from typing import Final

from webhook_ingest.records import NotStored, Record, Settled

MAX_BATCH_BYTES: Final = 512 * 1024


class Waiting:
    """A record whose sender waits."""

    __slots__ = ("_settled", "record", "until")

    def __init__(self, record: Record, settled: Settled, until: float) -> None:
        self.record, self.until = record, until
        self._settled: Settled | None = settled

    @property
    def is_settled(self) -> bool:
        """Whether nobody waits any more."""
        return self._settled is None

    def settle(self, error: NotStored | None) -> None:
        """Tell who waits, once."""
        settled, self._settled = self._settled, None
        if settled is not None:
            settled(error)

    def withdraw(self) -> None:
        """Wait no more; the record is not written if that has not begun."""
        self._settled = None


class Queue:
    """In the order in which they came. Its length is bounded by the requests that admission.py lets in."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Waiting] = deque()
        self._unsettled: deque[Waiting] = deque()
        self._expiry: asyncio.TimerHandle | None = None
        self.is_being_written = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, record: Record, settled: Settled) -> Waiting:
        """Queue a record. It is settled after the timeout at the latest, as not stored."""
        waiting = Waiting(record, settled, self._loop.time() + self._timeout)
        self._waiting.append(waiting)
        self._unsettled.append(waiting)
        if self._expiry is None:  # one timer for all of them: the oldest is due first
            self._expiry = self._loop.call_at(waiting.until, self._expire)
        return waiting

    def take(self) -> list[Waiting]:
        """The next records that somebody still waits for, as many as fit into one batch."""
        batch: list[Waiting] = []
        room = MAX_BATCH_BYTES
        while self._waiting and (not batch or self._waiting[0].record.size() <= room):
            waiting = self._waiting.popleft()
            if not waiting.is_settled:
                batch.append(waiting)
                room -= waiting.record.size()
        return batch

    def forget_settled(self) -> None:
        """Keep nothing of those that nobody waits for."""
        while self._unsettled and self._unsettled[0].is_settled:
            self._unsettled.popleft()

    def _expire(self) -> None:
        self.forget_settled()
        now = self._loop.time()
        while self._unsettled and self._unsettled[0].until <= now:
            self._unsettled.popleft().settle(NotStored("Kafka did not acknowledge in time"))
        self.forget_settled()
        self._expiry = self._loop.call_at(self._unsettled[0].until, self._expire) if self._unsettled else None
