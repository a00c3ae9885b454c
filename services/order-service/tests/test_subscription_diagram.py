"""The picture in the docs is drawn from the tables that decide."""

from pathlib import Path

from order_service.subscription_diagram import diagram
from order_service.subscription_statuses import INVOICE, SUBSCRIPTION


def test_every_status_stands_in_the_diagram() -> None:
    """It is drawn from the same tables."""
    drawn = diagram()
    assert all(f"{status}" in drawn for status in SUBSCRIPTION)
    assert all(f"    invoice_{status}: " in drawn for status in INVOICE)
    assert "under_way --> canceled" in drawn


def test_the_page_in_the_docs_shows_the_diagram_as_it_is_drawn_now() -> None:
    """After a change: `python -m order_service.subscription_diagram`, into docs/subscription-life.md."""
    page = Path(__file__).parents[3] / "docs" / "subscription-life.md"
    assert f"```mermaid\n{diagram()}```" in page.read_text()
