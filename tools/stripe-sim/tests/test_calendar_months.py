"""Billing periods by the calendar."""

from datetime import UTC, datetime

import pytest

from stripe_sim.billing.calendar_months import boundary, next_boundary


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(("anchor", "interval", "count", "number", "begins"), [
    ("2026-01-31T10:00", "month", 1, 1, "2026-02-28T10:00"),
    ("2026-01-31T10:00", "month", 1, 2, "2026-03-31T10:00"),
    ("2027-12-31T00:00", "month", 2, 1, "2028-02-29T00:00"),
    ("2028-02-29T00:00", "year", 1, 1, "2029-02-28T00:00"),
    ("2028-02-29T00:00", "year", 1, 4, "2032-02-29T00:00"),
    ("2026-03-29T01:30", "week", 2, 1, "2026-04-12T01:30"),
    ("2026-12-31T23:59", "day", 3, 1, "2027-01-03T23:59"),
])  # fmt: skip
def test_a_shorter_month_takes_its_last_day_and_the_anchor_is_kept(
    anchor: str, interval: str, count: int, number: int, begins: str
) -> None:
    assert boundary(at(anchor), interval, count, number) == at(begins)


@pytest.mark.parametrize(("interval", "count"), [("day", 1), ("week", 3), ("month", 1), ("month", 5), ("year", 2)])
def test_the_next_boundary_is_the_first_after_a_time(interval: str, count: int) -> None:
    anchor = at("2024-01-31T10:00")
    for number in range(20):
        begins, ends = (boundary(anchor, interval, count, number + more) for more in (0, 1))
        assert next_boundary(anchor, interval, count, begins - 1) == begins
        assert next_boundary(anchor, interval, count, begins) == ends


def test_before_the_anchor_the_anchor_is_next() -> None:
    assert next_boundary(at("2026-02-14T00:00"), "month", 1, at("2026-01-31T00:00")) == at("2026-02-14T00:00")
