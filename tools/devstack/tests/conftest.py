"""A state folder of the test's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.state import runtime_folder


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty state folder, which TILLSTREAM_STATE names."""
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("TILLSTREAM_STATE", str(folder))
    yield folder
    shutil.rmtree(runtime_folder(), ignore_errors=True)
