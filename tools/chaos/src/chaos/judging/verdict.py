"""What the judge says in the end: one line for each promise."""

from dataclasses import dataclass


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
