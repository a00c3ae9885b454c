"""Processes of a house whose supervisor was killed and could not end them."""

import os
import signal

import psutil

from devstack.state import state_folder
from devstack.supervision import MARK

PATIENCE_SECONDS = 10


def end_leftovers() -> int:
    """End every process that bears this house's mark; how many there were."""
    left = [process for process in psutil.process_iter() if _is_ours(process)]
    for process in left:
        _ask_to_end(process)
    _, stubborn = psutil.wait_procs(left, timeout=PATIENCE_SECONDS)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=PATIENCE_SECONDS)
    return len(left)


def _is_ours(process: psutil.Process) -> bool:
    try:
        bears = bool(process.environ().get(MARK) == str(state_folder()))
    except (psutil.Error, OSError):
        return False
    return bears and process.pid != os.getpid()


def _ask_to_end(process: psutil.Process) -> None:
    try:
        postgres = process.name() == "postgres"  # its SIGTERM waits for clients to leave
        process.send_signal(signal.SIGINT if postgres else signal.SIGTERM)
    except psutil.NoSuchProcess:
        return
