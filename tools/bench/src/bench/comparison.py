"""What got slower or faster since another run: told of our own figures, against the same peer in the same run.

Two runs on one machine differ by what else it did, so the ratio to a peer is compared, which had the same to bear.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.outcome import Section
from bench.results import Results

WORTH_TELLING = 0.15
"""Less is within what runs differ by."""


@dataclass(frozen=True)
class Change:
    """How a ratio to a peer has moved; above 1 is better than before."""

    what: str
    by: float


def changes(before: Results, now: Results) -> Iterator[Change]:
    """What has moved by more than runs differ, by the ratios that must be held."""
    known = {section.scenario.name: section for section in before.sections}
    for section in now.sections:
        if section.scenario.name in known:
            yield from _changes(known[section.scenario.name], section)


def _changes(before: Section, now: Section) -> Iterator[Change]:
    for must in now.scenario.musts:
        old, new = before.reached(must), now.reached(must)
        if must.peer is None or not old or not new:
            continue
        by = new / old if now.figure(must.figure).better == "more" else old / new
        if abs(by - 1) > WORTH_TELLING:
            yield Change(f"{now.figure(must.figure).title}, against {must.peer}, at {must.case}", by)
