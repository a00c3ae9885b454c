"""A kept server lives no longer than the process that it is kept for."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from devstack.keeper import STOP_SECONDS, keep

READY_AND_WAIT = "import signal; print('ready', flush=True); signal.pause()"


@pytest.fixture
def parent() -> subprocess.Popen[bytes]:
    """A process to live for."""
    return subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])


def test_the_server_ends_when_its_parent_is_killed(parent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    log = tmp_path / "log"
    keeper = keep([sys.executable, "-c", READY_AND_WAIT], log=log, parent=parent.pid)
    while "ready" not in log.read_text():
        assert keeper.poll() is None
    (server,) = psutil.Process(keeper.pid).children()
    parent.kill()
    parent.wait()
    keeper.wait(STOP_SECONDS)
    assert not server.is_running()


def test_a_server_that_ends_by_itself_ends_its_keeper(parent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    keeper = keep([sys.executable, "-c", "raise SystemExit(3)"], log=tmp_path / "log", parent=parent.pid)
    assert keeper.wait(STOP_SECONDS) == 3
    parent.kill()
    parent.wait()
