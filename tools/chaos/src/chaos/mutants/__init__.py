"""Deliberate defects, one at a time, to show that the judge would notice."""

import sys

from chaos.mutants.catalogue import MUTANTS, mutant_called
from chaos.mutants.mutant import Mutant

__all__ = ["MUTANTS", "Mutant", "command", "mutant_called"]


def command(module: str, mutant: str | None) -> list[str]:
    """How to start a service's module: as it is, or with one defect put into it first."""
    if mutant is None:
        return [sys.executable, "-m", module]
    return [sys.executable, "-m", "chaos.mutants", mutant, module]
