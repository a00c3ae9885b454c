"""Programs run under supervisord as declared, and nothing of them stays, however it ends."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from devstack.house import House
from devstack.leftovers import end_leftovers
from devstack.programs import Program
from devstack.progress import Progress
from devstack.state import make_runtime_folder
from devstack.supervision import Supervisor, log_of

AWKWARD = "100% 'quoted' \"twice\", with = \\ ; # and\nlines"
SAY_AND_WAIT = "import json, os, signal; print(json.dumps(dict(os.environ)), flush=True); signal.pause()"


async def _ready() -> bool:
    return True


@pytest.fixture
def supervisor(state: Path) -> Iterator[Supervisor]:
    """One that knows the program `sayer`, and whose processes end with the test."""
    running = Supervisor()
    running.start([Program("sayer", [sys.executable, "-c", SAY_AND_WAIT], _ready, environment={"TOLD": AWKWARD})])
    yield running
    if running.is_up():
        running.stop(["sayer"])
        running.shutdown()
    end_leftovers()


def _first_line(log: Path) -> str:
    while "\n" not in (said := log.read_text() if log.exists() else ""):
        continue
    return said.splitlines()[0]


def test_a_program_gets_its_settings_to_the_letter_and_nobody_elses(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.run("sayer")
    heard = json.loads(_first_line(log_of("sayer")))
    assert heard["TOLD"] == AWKWARD
    assert "PYTEST_CURRENT_TEST" not in heard


def test_a_stopped_program_and_its_supervisor_are_gone(supervisor: Supervisor) -> None:
    supervisor.run("sayer")
    _first_line(log_of("sayer"))
    pid = supervisor.seen("sayer").pid
    supervisor.stop(["sayer"])
    supervisor.shutdown()
    assert not psutil.pid_exists(pid)
    assert not supervisor.is_up()
    assert end_leftovers() == 0


def test_what_a_killed_supervisor_left_is_ended(supervisor: Supervisor) -> None:
    supervisor.run("sayer")
    _first_line(log_of("sayer"))
    pid = supervisor.seen("sayer").pid
    for process in psutil.Process(pid).parents():
        if "supervisor.supervisord" in process.cmdline():
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
    assert not supervisor.is_up()
    assert end_leftovers() == 1
    assert not psutil.pid_exists(pid)


def test_a_programs_settings_are_for_their_owner_alone(supervisor: Supervisor, state: Path) -> None:
    assert (state / "programs" / "sayer.json").stat().st_mode & 0o777 == 0o600


def test_a_house_that_goes_down_leaves_its_guests_alone(state: Path) -> None:
    guests = make_runtime_folder("test-1")
    try:
        House(Progress(Console(quiet=True))).down()
        assert guests.is_dir()
    finally:
        guests.rmdir()
