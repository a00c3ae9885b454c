"""What the judge says in the end: one line for each promise."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NAMED: Final = 5
"""So many of the things that broke a promise are named; the rest is counted."""


@dataclass(frozen=True)
class Check:
    """One promise, and whether it held."""

    name: str
    ok: bool
    counted: int
    """How many things were looked at; a promise about nothing proves nothing."""
    detail: str = ""
    """What broke it, in a sentence with the first few ids."""


@dataclass(frozen=True)
class Verdict:
    """All promises of a run."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the promises that did not hold."""
        return tuple(check.name for check in self.checks if not check.ok)


def promise(name: str, counted: int, broken: Iterable[str], *, may_be_of_nothing: bool = False) -> Check:
    """The check of a promise about `counted` things, broken by these, each named in a few words.

    Where there was nothing to look at the evidence is missing, which is no reason to believe anything.
    """
    words = sorted(broken)
    if not counted and not words and not may_be_of_nothing:
        return Check(name, ok=False, counted=0, detail="there was nothing to look at")
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return Check(name, not words, counted, "; ".join(words[:NAMED]) + more)
