"""Counting what happened in a run, from the files it left."""

from collections.abc import Iterable
from typing import Final

import orjson

from chaos import timeline
from chaos.judging.frames_side import TOLD, frames_of
from chaos.options import Options
from chaos.outcome import Counts
from chaos.stripe import journal_of
from chaos.stripe.journal import Attempt, Begun, Order, read_lines
from chaos.timeline import Entry

TWO_BROKERS: Final = "kill-two-brokers"
ANSWERS_ON_THEIR_WAY: Final = 2.0
"""Seconds in which what was acknowledged before may still arrive; and the journal begins in a whole second."""


def count(options: Options, sending_seconds: float, seconds: float, peak_bytes: int) -> Counts:
    """Everything that is counted; of what is not there, nothing."""
    lines = list(read_lines(journal_of(options))) if journal_of(options).exists() else []
    true = [line for line in lines if isinstance(line, Attempt) and not line.forged]
    entries = list(timeline.read(log)) if (log := options.folder / timeline.FILE).exists() else []
    begun = next((line.at for line in lines if isinstance(line, Begun)), 0)
    frames, clients = _clients(options)
    return Counts(
        orders=options.orders,
        events=len({attempt.event_id for attempt in true}),
        posts=len(true),
        acknowledged=sum(attempt.outcome == "ok" for attempt in true),
        refused=sum(attempt.outcome == "refused" for attempt in true),
        unknown=sum(attempt.outcome == "unknown" for attempt in true),
        forged=sum(isinstance(line, Attempt) and line.forged for line in lines),
        placed=sum(isinstance(line, Order) for line in lines),
        faults=sum(entry.what == "begun" for entry in entries),
        failed_faults=sum(entry.what == "failed" for entry in entries),
        kills=sum(entry.kills for entry in entries),
        below_min_isr=sum(_within(attempt, spans_below_min_isr(entries), begun) for attempt in true),
        frames=frames,
        clients=clients,
        sending_seconds=round(sending_seconds, 1),
        seconds=round(seconds, 1),
        peak_bytes=peak_bytes,
    )


def spans_below_min_isr(entries: Iterable[Entry]) -> list[tuple[float, float]]:
    """From when to when only one broker was up, by the timeline's clock."""
    spans, begun = [], 0.0
    for entry in entries:
        if entry.kind == TWO_BROKERS:
            begun = entry.at if entry.what == "begun" else begun
            spans += [(begun + ANSWERS_ON_THEIR_WAY, entry.at)] if entry.what == "ended" else []
    return spans


def _within(attempt: Attempt, spans: Iterable[tuple[float, float]], begun: int) -> int:
    """1 if it was acknowledged in such a time."""
    at = attempt.at - begun
    return int(attempt.outcome == "ok" and any(since <= at <= until for since, until in spans))


def _clients(options: Options) -> tuple[int, int]:
    """How many frames, to how many clients."""
    path = frames_of(options)
    if not path.exists():
        return 0, 0
    frames, clients = 0, set()
    with path.open("rb") as file:
        for line in file:
            told = orjson.loads(line) if line.endswith(b"\n") else {}
            frames += told.get("type") in TOLD
            clients.add(told.get("client"))
    return frames, len(clients)
