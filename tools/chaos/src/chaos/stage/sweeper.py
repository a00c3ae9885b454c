"""Sweeps up after a stage, however it ended: `python sweeper.py FOLDER SOCKETS`.

It waits for its standard input to end, which the system sees to when the campaign's process is gone, even by
`kill -9`. Then it ends all processes that bear the stage's mark, and gives the small disk back.
"""

import shutil
import signal
import sys
from pathlib import Path

import psutil

from chaos.stage.disk import unmount
from chaos.stage.supervised import MARK

PATIENCE_SECONDS = 10
DISK = "database"


def sweep(folder: Path, sockets: Path) -> None:
    """End what runs, unmount what is mounted, remove the folder of sockets."""
    left = [process for process in psutil.process_iter() if _bears_mark(process, folder)]
    for process in left:
        _end(process)
    _, stubborn = psutil.wait_procs(left, timeout=PATIENCE_SECONDS)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=PATIENCE_SECONDS)
    unmount(folder / DISK)
    shutil.rmtree(sockets, ignore_errors=True)


def _bears_mark(process: psutil.Process, folder: Path) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(folder))
    except (psutil.Error, OSError):
        return False


def _end(process: psutil.Process) -> None:
    try:
        gently = process.name() == "postgres"  # by force it would leave shared memory behind
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGQUIT if gently else signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


def main() -> None:
    """Wait for the end of standard input, and sweep."""
    folder, sockets = map(Path, sys.argv[1:])
    sys.stdin.read()
    sweep(folder, sockets)


if __name__ == "__main__":
    main()
