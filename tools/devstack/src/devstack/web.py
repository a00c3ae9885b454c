"""The browser code: installed and built when something in it has changed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from devstack.commands import run_into
from devstack.node import npm, search_path
from devstack.state import REPOSITORY, locked, state_folder
from devstack.trouble import Trouble

FOLDER = REPOSITORY / "web"
STOREFRONT = FOLDER / "storefront" / "dist"
NPM_SECONDS = 600
NOT_SOURCE = {"node_modules", "dist"}


def ensure_built() -> None:
    """Have the storefront's files in STOREFRONT."""
    if not (FOLDER / "package.json").exists():
        raise Trouble(f"{FOLDER} holds no browser code: get the whole repository.")
    mark = state_folder() / "web" / "built"
    with locked(state_folder() / "web" / "lock"):
        sources = _fingerprint()
        if mark.exists() and mark.read_text() == sources and (STOREFRONT / "index.html").exists():
            return
        _ensure_installed()
        _npm("run", "build")
        mark.write_text(sources)


def ensure_installed() -> None:
    """Have in `node_modules` what the lock says."""
    with locked(state_folder() / "web" / "lock"):
        _ensure_installed()


def _ensure_installed() -> None:
    installed = FOLDER / "node_modules" / ".package-lock.json"  # npm writes it last
    wanted = FOLDER / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        _npm("ci", "--no-audit", "--no-fund")


def _npm(*arguments: str) -> None:
    log = state_folder() / "web" / f"npm-{arguments[0]}.log"
    words = " ".join(arguments[:2])
    if not run_into(log, [npm(), *arguments], seconds=NPM_SECONDS, folder=FOLDER, more={"PATH": search_path()}):
        advice = "check the network (or the registry in ~/.npmrc) and try again" if arguments[0] == "ci" else "see why"
        raise Trouble(f"`npm {words}` failed in {FOLDER}: {advice}; all of it is in {log}.", log=log)


def _fingerprint() -> str:
    seen = hashlib.sha256()
    for path in sorted(_sources(FOLDER)):
        seen.update(f"{path.relative_to(FOLDER)}\0".encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in NOT_SOURCE:
            yield from _sources(path)
        elif path.is_file():
            yield path


def become_npm(arguments: list[str]) -> NoReturn:
    """Go on as npm, in the folder of the browser code, with everything installed."""
    ensure_installed()
    os.chdir(FOLDER)
    os.execve(npm(), [npm(), *arguments], {**os.environ, "PATH": search_path()})  # noqa: S606 - npm, as asked
