"""How much memory a program takes."""

import psutil


def megabytes(pid: int) -> float:
    """Resident memory of a process, and of its children what they do not share; 0 for none."""
    if not pid:
        return 0
    try:
        process = psutil.Process(pid)
        own = process.memory_info().rss
        children = sum(_unshared(child) for child in process.children(recursive=True))
    except psutil.Error:
        return 0
    return float(own + children) / 2**20


def alone(pid: int) -> float:
    """Resident memory of a process without its children."""
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0


def _unshared(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0
