import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from chaos.faults import KINDS
from chaos.mutants import MUTANTS, Mutant, command
from chaos.mutants.catalogue import NoSuchMutant, mutant_called
from chaos.mutants.mutant import NothingToReplace
from chaos.mutants.order_defects import no_deduplication, offset_first

REQUIRED = {"acks-1", "offset-first", "no-deduplication", "publish-first", "no-version-check", "answer-first"}


def name_of(mutant: Mutant) -> str:
    return mutant.name


def test_without_a_mutant_a_module_is_run_as_it_is() -> None:
    assert command("notifier", None) == [sys.executable, "-m", "notifier"]


def test_every_promise_of_the_campaign_has_a_mutant_that_breaks_it() -> None:
    assert {mutant.name for mutant in MUTANTS} >= REQUIRED


@pytest.mark.parametrize("mutant", MUTANTS, ids=name_of)
def test_a_mutant_replaces_one_thing_that_exists(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced: list[tuple[Any, str]] = []

    def put(owner: Any, name: str, value: Any) -> None:
        replaced.append((owner, name))
        monkeypatch.setattr(owner, name, value)

    mutant.put_in(put)
    assert len(replaced) == 1
    assert import_module(mutant.service)


def test_what_a_mutant_means_to_replace_has_to_be_there() -> None:
    gone = Mutant("gone", "notifier", "following:Following._gone", lambda before: before, "nothing", frozenset({"any"}))
    with pytest.raises(NothingToReplace):
        gone.put_in(setattr)


def test_a_replacement_that_changes_nothing_is_noticed() -> None:
    same = Mutant(
        "same", "notifier", "following:Following._newer", lambda before: before, "nothing", frozenset({"any"})
    )
    with pytest.raises(NothingToReplace):
        same.put_in(setattr)


def test_a_mutant_leaves_other_services_alone() -> None:
    mutant = mutant_called("acks-1")
    assert mutant.concerns("webhook_ingest")
    assert not mutant.concerns("order_service.resolver")


def test_nothing_is_run_with_a_mutant_that_does_not_exist() -> None:
    with pytest.raises(NoSuchMutant):
        mutant_called("acks-2")


def test_a_process_is_run_with_its_defect_and_says_so() -> None:
    started = subprocess.run(  # noqa: S603
        command("notifier", "no-version-check"), capture_output=True, text=True, timeout=60, check=False, env={}
    )
    assert "running with the defect no-version-check" in started.stderr
    assert started.returncode != 0, "it has no settings"


class Recorder:
    """Notes what happens in which order."""

    def __init__(self) -> None:
        self.happened: list[str] = []

    def note(self, *_: Any) -> None:
        self.happened.append("committed")

    async def finish(self) -> None:
        pass


class Message:
    raw_message: tuple[()] = ()
    consumer = None


async def test_offset_first_commits_before_anything_is_done() -> None:
    recorder = Recorder()

    class Intake:
        _commits = recorder

        async def _on_batch(self, _: Message) -> None:
            recorder.happened.append("done")

    await offset_first(Intake)()._on_batch(Message())
    assert recorder.happened == ["committed", "done"]


async def test_without_deduplication_a_known_event_is_new() -> None:
    class Told:
        event_id = "evt_1"

    class Heard:
        told = Told()

    async def nothing_new(*_: Any) -> dict[str, Any]:
        return {}

    assert await no_deduplication(nothing_new)(None, [Heard()], None) == {"evt_1": Heard.told}


def test_every_mutant_is_shown_by_faults_that_exist() -> None:
    assert all(mutant.shown_by <= KINDS.keys() for mutant in MUTANTS)
