"""The script that builds the site fails where it should: mkdocs counts no warning that it does not show."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from handbook.house import ROOT

SCRIPT = ROOT / "scripts" / "docs"
CONFIG = "site_name: x\nstrict: true\ntheme: {name: material, font: false}\nvalidation: {links: {anchors: warn}}\n"


def build(folder: Path, page: str) -> subprocess.CompletedProcess[str]:
    """A site of one page, built by the script in a folder of its own."""
    drawing = re.search(r"^version=(.+)$", SCRIPT.read_text(), re.MULTILINE)
    assert drawing
    (folder / "mermaid").mkdir()
    (folder / "mermaid" / f"mermaid-{drawing[1]}.min.js").touch()
    (folder / "mkdocs.yml").write_text(CONFIG)
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(page)
    asked = [str(SCRIPT), "--config-file", str(folder / "mkdocs.yml")]
    environment = os.environ | {"TILLSTREAM_STATE": str(folder)}
    return subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


@pytest.mark.parametrize("link", ["gone.md", "#nowhere"])
def test_dead_link_fails_the_build(tmp_path: Path, link: str) -> None:
    built = build(tmp_path, f"# Here\n\n[a]({link})\n")
    assert built.returncode != 0
    assert link in built.stderr


def test_live_link_does_not(tmp_path: Path) -> None:
    assert build(tmp_path, "# Here\n\n[a](#here)\n").returncode == 0
    assert (tmp_path / "site" / "index.html").is_file()
