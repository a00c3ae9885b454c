"""stripe-sim by itself, for somebody with another project: its wheel, installed where nothing else is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

PROJECT = Path(__file__).parents[1]
PATIENCE = 180
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what it asks for."""
    place = tmp_path_factory.mktemp("alone")
    run("uv", "build", "--quiet", "--wheel", "--out-dir", str(place), str(PROJECT), cwd=place)
    run("uv", "venv", "--quiet", str(place / "venv"), cwd=place)
    (wheel,) = place.glob("*.whl")
    run("uv", "pip", "install", "--quiet", "--python", str(place / "venv"), str(wheel), cwd=place)
    return place


def run(*command: str, cwd: Path) -> str:
    """What a command prints, away from this workspace."""
    uv = shutil.which(command[0]) or command[0]
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(  # noqa: S603 - ours
        [uv, *command[1:]], cwd=cwd, env=env, timeout=PATIENCE, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def base(home: Path) -> Iterator[str]:
    """Where the installed one serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(home / "venv/bin/stripe-sim"), "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def test_the_installed_one_serves_its_pages_and_its_api(home: Path, base: str, until: Callable[..., Any]) -> None:
    until(lambda: _answers(base))
    for path in ("/", "/sim/page/main.js", "/sim/page/dashboard.css", "/v3/", "/docs"):
        assert requests.get(f"{base}{path}", timeout=10).status_code == 200, path
    told = run(str(home / "venv/bin/stripe-sim"), "trigger", "checkout.session.completed", "--url", base, cwd=home)
    session = told.split()[-1]
    page = requests.get(f"{base}/c/pay/{session}", timeout=10)
    assert "Test shop" in page.text
    assert requests.get(f"{base}/sim/3ds/pi_none", timeout=10).status_code == 404


def test_it_needs_nothing_of_this_workspace(home: Path) -> None:
    listed = run("uv", "pip", "list", "--python", str(home / "venv"), cwd=home)
    assert "stripe-sim" in listed
    assert "tillstream" not in listed
    assert "usage: stripe-sim" in run(str(home / "venv/bin/stripe-sim"), "--help", cwd=home)


def _answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/readyz", timeout=5).ok
    except requests.ConnectionError:
        return False
