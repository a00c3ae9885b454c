"""The machine that the figures come from: absolute ones mean little without it."""

import os
import platform
import sys
from pathlib import Path

import psutil


def description() -> str:
    """Processor, cores, memory, system, and how busy it was with other things when the run began."""
    load = os.getloadavg()[0]
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} {platform.release()}, "
        f"{_python()}; load {load:.1f} before the run"
    )


def _python() -> str:
    """How it was built matters by a fifth: see scripts/bench."""
    whose = "the system's" if sys.base_prefix == "/usr" else "not the system's"
    return f"Python {platform.python_version()} ({whose})"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
