from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from chaos import pages, results
from chaos.counting import spans_below_min_isr
from chaos.judging import Check, Verdict
from chaos.mutants import mutant_called
from chaos.options import Options
from chaos.outcome import Counts, Outcome, command_of, read_outcome
from chaos.report import mutants_markdown, seeds_markdown, shown
from chaos.timeline import Entry
from devstack.trouble import Trouble

HELD = Check("nothing is lost", ok=True, counted=7)
LOST = Check("nothing is lost", ok=False, counted=7, detail="evt_1")
COUNTS = Counts(orders=2, events=7, posts=9, acknowledged=9, kills=3, faults=4, sending_seconds=3.0, seconds=20)
KILLED = Entry(1.2, "kill", "notifier-1", "begun", kills=1)


def outcome(tmp_path: Path, seed: int = 1, *checks: Check) -> Outcome:
    options = Options(seed, 2, 20.0, tmp_path / "run", kinds=frozenset({"pause", "kill"}))
    return Outcome(options, Verdict(checks or (HELD,)), COUNTS, (KILLED,))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TILLSTREAM_STATE", str(tmp_path))
    return tmp_path


def test_the_command_of_a_run_makes_it_again(tmp_path: Path) -> None:
    options = Options(7, 20, 30.0, tmp_path, mutant="acks-1", kinds=frozenset({"pause", "kill"}))
    wanted = "python -m chaos run --seed 7 --orders 20 --seconds 30 --mutant acks-1 --kind kill --kind pause"
    assert command_of(options) == wanted


def test_an_outcome_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = outcome(tmp_path)
    written.write(tmp_path / "results" / "one.json")
    assert read_outcome(tmp_path / "results" / "one.json") == written


def test_what_is_shown_names_seed_faults_and_what_broke(tmp_path: Path) -> None:
    console = Console(width=200, file=StringIO())
    console.print(shown(outcome(tmp_path, 41, LOST)))
    text = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "seed 41: BROKEN: nothing is lost" in text
    assert "evt_1" in text
    assert "1 s kill notifier-1" in text
    assert "--seed 41 --orders 2 --seconds 20" in text


def test_the_table_of_seeds_sums_up_and_names_the_seeds_that_broke_a_promise(tmp_path: Path) -> None:
    table = seeds_markdown([outcome(tmp_path, 1), outcome(tmp_path, 2, LOST)])
    assert "| all | 14 | 18 | 0 | 8 | 6 |" in table
    assert "| nothing is lost | 14 | seed 2 |" in table


def test_the_table_of_mutants_tells_which_promise_caught_each(tmp_path: Path) -> None:
    mutant = mutant_called("no-deduplication")
    caught = Check(next(iter(mutant.caught_by)), ok=False, counted=1)
    outcomes = [None, outcome(tmp_path), outcome(tmp_path, 1, LOST), outcome(tmp_path, 1, caught)]
    lines = mutants_markdown((mutant, one) for one in outcomes).splitlines()[2:]
    verdicts = [line.split("|")[3].strip() for line in lines]
    assert verdicts == ["not run yet", "**not noticed**", "**not noticed**", "red"]


def test_the_evidence_of_a_green_run_is_removed_and_that_of_a_red_one_kept(state: Path) -> None:
    for one in (outcome(state), outcome(state, 1, LOST)):
        one.options.folder.mkdir(exist_ok=True)
        results.keep(one)
        assert one.options.folder.exists() is not one.ok


def test_a_run_of_other_options_is_not_taken_for_this_one(state: Path) -> None:
    known = outcome(state)
    results.keep(known)
    assert results.kept_of(known.options) == known
    assert results.kept_of(replace(known.options, orders=3)) is None
    assert results.kept_of(replace(known.options, seed=2)) is None


def test_a_mutant_is_caught_by_the_promise_that_it_breaks_and_by_no_other() -> None:
    mutant = mutant_called("no-deduplication")
    assert not mutant.is_caught_by(Verdict((LOST,)))
    assert mutant.is_caught_by(Verdict((Check(next(iter(mutant.caught_by)), ok=False, counted=1),)))


def test_a_table_is_put_into_its_place_again_and_again() -> None:
    line = pages.BETWEEN.format(name="seeds")
    page = f"before\n{line}\nold\n{line}\nafter\n"
    once = pages.filled(page, "seeds", "| new |")
    assert once == pages.filled(once, "seeds", "| new |") == f"before\n{line}\n\n| new |\n\n{line}\nafter\n"
    with pytest.raises(Trouble):
        pages.filled(page, "mutants", "| new |")


def test_the_time_in_which_two_brokers_are_dead_is_known() -> None:
    entries = [
        Entry(5.0, "kill-two-brokers", "broker-1+broker-2", "begun"),
        Entry(7.0, "kill", "notifier-1", "ended"),
        Entry(10.0, "kill-two-brokers", "broker-1+broker-2", "ended", kills=2),
    ]
    assert spans_below_min_isr(entries) == [(7.0, 10.0)]
