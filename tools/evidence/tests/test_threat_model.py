"""The threat model names tests, and each of them is there."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
NAMED = sorted(
    set(
        re.findall(r"`([a-z][\w./-]*test_\w+\.py)(?:::(test_\w+))?`", (REPOSITORY / "docs/threat-model.md").read_text())
    )
)


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda part: part.rpartition("/")[2])
def test_a_test_that_a_measure_names_is_there(file: str, test: str) -> None:
    text = (REPOSITORY / file).read_text()
    assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE)


def test_every_measure_names_one() -> None:
    """A row without one is a wish."""
    measures = (
        (REPOSITORY / "docs/threat-model.md").read_text().partition("## Measures")[2].partition("### What we are")[0]
    )
    rows = [
        line for line in measures.splitlines() if line.startswith("|") and not line.startswith(("| measure", "|---"))
    ]
    assert len(rows) > 25
    assert [row for row in rows if "test_" not in row.rpartition(" | ")[2]] == []
