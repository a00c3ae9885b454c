"""What the README says is so."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stripe_sim.controls.actions import ACTIONS
from stripe_sim.nouns import OPERATIONS
from stripe_sim.payments.test_cards import INSTRUMENTS

if TYPE_CHECKING:
    from conftest import Sim

README = (Path(__file__).parents[1] / "README.md").read_text()


def endpoints() -> str:
    """The table of all that the API can do."""
    roots: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for operation in OPERATIONS:
        root, found, rest = operation.path.partition("/{")
        roots[root]["/{" + rest if found else ""].append(operation.method)
    lines = [f"| `{root}` | {', '.join(_written(ends))} |" for root, ends in roots.items()]
    return "\n".join(("| at | there is |", "|---|---|", *lines))


def _written(ends: dict[str, list[str]]) -> list[str]:
    return [f"{f'`{end}` ' if end else ''}{' '.join(sorted(methods))}" for end, methods in ends.items()]


def test_the_table_of_the_api_is_complete() -> None:
    assert endpoints() in README, f"Put this into README.md:\n{endpoints()}"


def test_each_card_and_account_is_named() -> None:
    digits = README.replace(" ", "")
    assert [one.token for one in INSTRUMENTS if f"`{one.token}`" not in README] == []
    assert [one.number for one in INSTRUMENTS if one.kind == "card" and one.number not in digits] == []


def test_each_action_that_is_named_exists() -> None:
    words = README.partition("to do it:\n")[2].partition("…")[0]
    named = set(re.findall(r"`([a-z_]+)`", words))
    assert len(named) > 15
    assert named <= {action for _, action in ACTIONS}


def test_the_example_in_python_runs(sim: Sim, capsys: pytest.CaptureFixture[str]) -> None:
    code = README.partition("```python\n")[2].partition("```")[0]
    exec(code.replace("http://localhost:8010", sim.base), {})  # noqa: S102 - the README's own
    assert capsys.readouterr().out.startswith("succeeded\n['payment_intent.succeeded', 'charge.succeeded'")


@pytest.mark.parametrize("words", re.findall(r"stripe-sim trigger (\S+)", README))
def test_each_trigger_that_is_shown_exists(sim: Sim, words: str) -> None:
    if words != "--list":
        assert sim.control("trigger", event=words)["type"] == words
