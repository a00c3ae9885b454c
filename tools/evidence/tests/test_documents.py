"""Every link between our documents leads somewhere, and the list of decisions has each of them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DECISIONS = ROOT / "docs" / "decisions"


def documents() -> list[Path]:
    """All that git knows, or would take in."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.md"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S603  # ours
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def dead_links(document: Path) -> list[str]:
    """The links of a document that lead to no file of ours, or to no heading in it."""
    targets = LINK.findall(CODE.sub("", document.read_text()))
    return [target for target in targets if "://" not in target and not _leads_somewhere(document, target)]


def _leads_somewhere(document: Path, target: str) -> bool:
    path, _, heading = target.partition("#")
    there = document.parent / path if path else document
    return there.exists() and (not heading or heading in _headings(there))


def _headings(document: Path) -> set[str]:
    """As GitHub names them."""
    return {
        re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
        for text in HEADING.findall(document.read_text())
    }


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    assert dead_links(document) == []


def test_link_to_nowhere_is_found(tmp_path: Path) -> None:
    document = tmp_path / "here.md"
    document.write_text("# A heading, here\n[a](here.md#a-heading-here) [b](gone.md) [c](#no-heading) `[d](no-link)`")
    assert dead_links(document) == ["gone.md", "#no-heading"]


def test_every_decision_is_listed_in_order_by_its_number_and_title() -> None:
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    files = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [(int(number), name) for number, _, name in listed] == [(int(path.name[:4]), path.name) for path in files]
    assert [int(number) for number, _, _ in listed] == list(range(1, len(files) + 1))
