"""The tables of docs/reliability.md, made from the outcomes that are kept."""

import re
from collections.abc import Sequence
from pathlib import Path

from chaos import results
from chaos.mutants import MUTANTS
from chaos.outcome import Outcome
from chaos.report import mutants_markdown, seeds_markdown
from devstack.state import REPOSITORY
from devstack.trouble import Trouble

PAGE = REPOSITORY / "docs" / "reliability.md"
BETWEEN = "<!-- {name}: written by `python -m chaos report` -->"


def seeds(outcomes: Sequence[Outcome]) -> str:
    """The verdicts of many seeds."""
    return seeds_markdown(outcomes)


def mutants() -> str:
    """What became of each mutant."""
    return mutants_markdown((mutant, results.kept_of_mutant(mutant.name)) for mutant in MUTANTS)


def not_noticed() -> frozenset[str]:
    """The mutants whose last run broke none of the promises that they should."""
    outcomes = ((mutant, results.kept_of_mutant(mutant.name)) for mutant in MUTANTS)
    return frozenset(
        mutant.name for mutant, outcome in outcomes if outcome and not mutant.is_caught_by(outcome.verdict)
    )


def write() -> Path:
    """Put both tables into the page, in place of what stands there; what never ran leaves the page as it is."""
    text = PAGE.read_text()
    outcomes = list(results.all_seeds())
    if outcomes:
        text = filled(text, "seeds", seeds(outcomes))
    if any(results.kept_of_mutant(mutant.name) for mutant in MUTANTS):
        text = filled(text, "mutants", mutants())
    PAGE.write_text(text)
    return PAGE


def filled(text: str, name: str, table: str) -> str:
    """The page with the table in its place, between two lines of that name. Raises Trouble if they are not there."""
    line = re.escape(BETWEEN.format(name=name))
    found, count = re.subn(f"({line}\n).*?({line})", lambda at: f"{at[1]}\n{table}\n\n{at[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise Trouble(f"{PAGE.name} has no place for the table of {name}: two lines {BETWEEN.format(name=name)}")
    return found
