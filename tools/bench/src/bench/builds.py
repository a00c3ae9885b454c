"""What is built or fetched before anything is measured: the load generator, and the peers' programs and libraries."""

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from devstack.node import node_folder, npm, search_path
from devstack.state import REPOSITORY, locked, state_folder
from devstack.trouble import Trouble

HERE = REPOSITORY / "tools" / "bench"
NODE_PEERS, PYTHON_PEERS, GO_PEERS = (HERE / "peers" / language for language in ("node", "python", "go"))
BUILD_SECONDS = 600


@cache
def load_binary() -> Path:
    """The load generator."""
    return _built(HERE / "load", ".")


@cache
def go_peer(name: str) -> Path:
    """One of the programs in `peers/go`."""
    return _built(GO_PEERS, f"./{name}")


def _built(module: Path, package: str) -> Path:
    """Built by Go when a source has changed."""
    go = shutil.which("go")
    if go is None:
        raise Trouble("Go is missing, and the load generator and one peer are built with it: install Go.")
    digest = hashlib.sha256()
    for source in sorted(path for path in module.rglob("*") if path.suffix in {".go", ".mod", ".sum"}):
        digest.update(source.read_bytes())
    name = Path(package).name or module.name
    binary = state_folder() / "bench" / "bin" / f"{name}-{digest.hexdigest()[:12]}"
    with locked(binary.with_suffix(".lock")):
        if not binary.exists():
            _run([go, "build", "-o", str(binary), package], module)
    return binary


@cache
def node_peers() -> tuple[str, Path]:
    """A Node, and the folder of the peers with what they need from npm."""
    folder = state_folder() / "bench" / "node"
    lock = hashlib.sha256((NODE_PEERS / "package-lock.json").read_bytes()).hexdigest()
    with locked(folder.with_suffix(".lock")):
        installed = folder / "installed"
        if not installed.exists() or installed.read_text() != lock:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(NODE_PEERS / name, folder)
            _run([npm(), "ci", "--no-audit", "--no-fund", "--omit=dev"], folder)
            installed.write_text(lock)
    for source in NODE_PEERS.glob("*.js"):
        shutil.copy(source, folder)
    return str(node_folder() / "node"), folder


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "PATH": search_path()}
    done = subprocess.run(  # noqa: S603 - commands that stand above
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    if done.returncode:
        raise Trouble(f"`{' '.join(command)}` failed in {folder}: {done.stderr[-1500:]}")
