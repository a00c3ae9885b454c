"""The picture in the docs is drawn from the tables that decide."""

from pathlib import Path

from order_service.diagram import diagram
from order_service.statuses import DISPUTE, PAYMENT_MEANING, REFUND, SESSION


def test_every_status_stands_in_the_diagram() -> None:
    """It is drawn from the same tables."""
    drawn = diagram()
    assert all(f"{meaning}" in drawn for meaning in PAYMENT_MEANING.values() if meaning)
    for noun, table in (("session", SESSION), ("refund", REFUND), ("dispute", DISPUTE)):
        assert all(f"    {noun}_{status}: " in drawn for status in table)
    assert "canceled --> paid: payment_intent.succeeded" in drawn
    assert all(f"paid --> {meaning}" not in drawn for meaning in PAYMENT_MEANING.values())


def test_the_page_in_the_docs_shows_the_diagram_as_it_is_drawn_now() -> None:
    """After a change: `python -m order_service.diagram`, into docs/order-life.md."""
    page = Path(__file__).parents[3] / "docs" / "order-life.md"
    assert f"```mermaid\n{diagram()}```" in page.read_text()
