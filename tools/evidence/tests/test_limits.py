"""The page of limits holds each of them, as it is now."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.limits import limits_of, page, settings_of, written

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "limits.md"


def test_the_page_is_what_settings_and_constants_say_now() -> None:
    """After a change: `make fmt`."""
    assert PAGE.read_text() == page(ROOT)


@pytest.mark.parametrize("kind", settings_of(ROOT), ids=lambda kind: kind.__module__)
def test_every_limit_among_a_services_settings_stands_there_with_its_default(kind: Any) -> None:
    """And with a sentence of its own."""
    lines = PAGE.read_text().splitlines()
    for name, field in limits_of(kind).items():
        assert field.description, f"{name} needs a docstring"
        start = f"| `{name}` | {written(field.default)} | {field.description[:20]}"
        assert any(line.startswith(start.replace("\n", " ")) for line in lines), name


def test_settings_of_each_process_are_found() -> None:
    """The resolver's among them, which lie deeper."""
    names = {kind.__module__ for kind in settings_of(ROOT)}
    assert {"webhook_ingest.settings", "notifier.settings", "order_service.resolver.settings"} <= names


@pytest.mark.parametrize(
    ("limit", "text"),
    [(timedelta(seconds=0.5), "0.5 s"), (2**24, "16 MiB"), (2048, "2 KiB"), (2_000, "2,000"), (20.0, "20.0")],
)
def test_limits_are_written_as_people_read_them(limit: Any, text: str) -> None:
    """With their unit."""
    assert written(limit) == text
