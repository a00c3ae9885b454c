import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chaos import campaign, cli
from chaos.judging import Check, Verdict
from chaos.options import Options
from chaos.outcome import Counts, Outcome
from chaos.stage import Stage

run_command = CliRunner().invoke


class Runs:
    """Stands in for the campaign: each run of a seed in `red` breaks a promise."""

    def __init__(self) -> None:
        self.made: list[Options] = []
        self.red: set[int] = set()

    async def __call__(self, options: Options, _: object) -> Outcome:
        self.made.append(options)
        ok = options.seed not in self.red and options.mutant is None
        caught = "each event has one line in a timeline" if options.mutant == "no-deduplication" else "nothing is lost"
        return Outcome(options, Verdict((Check(caught, ok, 1),)), Counts(events=1))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    runs = Runs()
    monkeypatch.setenv("TILLSTREAM_STATE", str(tmp_path))
    monkeypatch.setattr(cli, "run_campaign", runs)
    return runs


def test_a_green_run_ends_with_0_and_a_red_one_with_1(runs: Runs) -> None:
    runs.red = {2}
    assert run_command(cli.app, ["run", "--seed", "1"]).exit_code == 0
    red = run_command(cli.app, ["run", "--seed", "2"])
    assert red.exit_code == 1
    assert "All evidence is kept in" in red.output


def test_a_seed_is_made_up_and_told(runs: Runs) -> None:
    told = run_command(cli.app, ["run"]).output
    assert f"--seed {runs.made[-1].seed} " in told


def test_json_is_all_that_is_written_when_asked_for(runs: Runs) -> None:
    told = json.loads(run_command(cli.app, ["run", "--seed", "5", "--json"]).stdout)
    assert (told["ok"], told["options"]["seed"]) == (True, 5)


def test_an_unknown_kind_or_mutant_is_refused(runs: Runs) -> None:
    assert run_command(cli.app, ["run", "--kind", "earthquake"]).exit_code == 2
    assert run_command(cli.app, ["run", "--mutant", "earthquake"]).exit_code == 2
    assert not runs.made


def test_seeds_that_ran_are_not_run_again(runs: Runs) -> None:
    assert run_command(cli.app, ["long", "--seeds", "2"]).exit_code == 0
    assert run_command(cli.app, ["long", "--seeds", "3"]).exit_code == 0
    assert [options.seed for options in runs.made] == [1, 2, 3]
    runs.red = {1}
    assert run_command(cli.app, ["long", "--seeds", "1", "--again"]).exit_code == 1


def test_a_mutant_that_survives_is_tried_with_more_seeds_and_told(runs: Runs) -> None:
    told = run_command(cli.app, ["mutants", "--only", "no-deduplication", "--only", "acks-1"])
    assert [(options.mutant, options.seed) for options in runs.made] == [
        ("no-deduplication", 1),
        ("acks-1", 1),
        ("acks-1", 2),
        ("acks-1", 3),
    ]
    assert told.exit_code == 1, "acks-1 broke another promise than its own"


async def test_a_stage_that_does_not_come_up_is_a_red_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        async def __aenter__(self) -> Stage:
            raise OSError("no room")

        async def __aexit__(self, *_: object) -> None:
            raise AssertionError

    monkeypatch.setattr(campaign, "open_stage", lambda _: Broken())
    outcome = await campaign.run(Options(1, 1, 1.0, tmp_path / "run"))
    assert outcome.verdict.broken == (campaign.CAME_TO_ITS_END,)
    assert "no room" in outcome.verdict.checks[-1].detail


async def test_a_campaign_that_hangs_ends_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging:
        async def __aenter__(self) -> Stage:
            return await asyncio.Event().wait()  # type: ignore[return-value]

        async def __aexit__(self, *_: object) -> None:
            raise AssertionError

    monkeypatch.setattr(campaign, "open_stage", lambda _: Hanging())
    for limit in ("BUILT_WITHIN", "SENT_WITHIN", "JUDGED_WITHIN"):
        monkeypatch.setattr(campaign, limit, 0.0)
    outcome = await campaign.run(Options(1, 1, 0.1, tmp_path / "run"))
    assert outcome.verdict.broken == (campaign.CAME_TO_ITS_END,)
