"""What a mutant is: one thing of one service's code, replaced before the service runs."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from chaos.judging import Verdict

Put = Callable[[Any, str, Any], None]
Wrap = Callable[[Any], Any]


class NothingToReplace(Exception):
    """The code has moved on: find where it does now what this mutant breaks, and mend the mutant."""


@dataclass(frozen=True)
class Mutant:
    """A defect that somebody could have written."""

    name: str
    service: str
    """The package it is in; processes of other packages run as they are."""
    place: str
    """What it replaces there: `module:name` or `module:Class.name`."""
    wrap: Wrap
    """Makes the defect of what stands there now."""
    story: str
    """What it does wrong, in a sentence."""
    caught_by: frozenset[str]
    """The promises that it breaks; each single one is enough to find it."""
    shown_by: frozenset[str] = frozenset()
    """The kinds of fault that bring it out; all kinds if it takes no special ones."""
    orders: int = 120
    seconds: float = 40

    def concerns(self, module: str) -> bool:
        """Whether a process that runs `module` has the defect."""
        return module.partition(".")[0] == self.service

    def is_caught_by(self, verdict: Verdict) -> bool:
        """Whether a run's verdict tells of this very defect."""
        return not self.caught_by.isdisjoint(verdict.broken)

    def put_in(self, put: Put) -> None:
        """Replace the one thing, and make sure of it. Raises NothingToReplace."""
        owner, name = self._found()
        before = vars(owner)[name]
        after = self.wrap(before)
        put(owner, name, after)
        if after is before or vars(owner)[name] is not after:
            raise NothingToReplace(f"{self.place} is still what it was")

    def _found(self) -> tuple[ModuleType | type, str]:
        module, _, path = self.place.partition(":")
        owner: Any = import_module(f"{self.service}.{module}")
        *classes, name = path.split(".")
        for one in classes:
            owner = vars(owner).get(one)
        if owner is None or name not in vars(owner):
            raise NothingToReplace(f"{self.service} has no {self.place} any more")
        return owner, name
