"""The Chromium that the browser stories run in: found, or installed where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from devstack.commands import run, run_into
from devstack.state import state_folder

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SETTING = "TEST_CHROMIUM"
START_SECONDS = 30
DOWNLOAD_SECONDS = 240
PACKAGE_SECONDS = 600


def find_chromium() -> Path | None:
    """`TEST_CHROMIUM`, else Playwright's own, else the machine's; one that starts."""
    candidates = [os.environ.get(SETTING), _playwrights_own(), *map(shutil.which, NAMES)]
    return next((Path(path) for path in candidates if path and _starts(path)), None)


def install_chromium() -> Path | None:
    """Playwright's own where it can be downloaded, else Debian's package as root; None where neither works."""
    log = state_folder() / "chromium.log"
    for command, seconds in _ways():
        if _succeeds(log, command, seconds) and (found := find_chromium()):
            return found
    return None


def _ways() -> list[tuple[list[str], float]]:
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
    ways: list[tuple[list[str], float]] = [(download, DOWNLOAD_SECONDS)]
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        package = f"{apt} update -q && {apt} install -qy --no-install-recommends chromium"
        ways.append((["sh", "-c", package], PACKAGE_SECONDS))
    return ways


def _succeeds(log: Path, command: list[str], seconds: float) -> bool:
    try:
        return run_into(log, command, seconds=seconds, more={"DEBIAN_FRONTEND": "noninteractive"})
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> str:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow, and nothing else here needs it

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    """False also for one whose libraries are missing."""
    try:
        return run([path, "--version"], seconds=START_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
