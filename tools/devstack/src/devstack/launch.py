"""Becomes the program that a file describes: `python -m devstack.launch FILE`.

supervisord's configuration has rules of its own for `%`, `;`, `#` and quotation marks; here every command and every
setting arrives to the letter.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def describe(file: Path, command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Write `file`, for its owner alone, and return the command that launches what it says."""
    file.parent.mkdir(exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"command": list(command), "environment": dict(environment)}))
    return [sys.executable, "-m", "devstack.launch", str(file)]


def main(file: Path) -> None:
    """Go on as the described program; its settings come on top of this process's environment."""
    described = json.loads(file.read_text())
    command: list[str] = described["command"]
    os.execvpe(command[0], command, {**os.environ, **described["environment"]})  # noqa: S606 - what the house wrote


if __name__ == "__main__":
    main(Path(sys.argv[1]))
