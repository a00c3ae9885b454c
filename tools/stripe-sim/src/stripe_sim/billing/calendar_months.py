"""Billing periods by the calendar, in UTC. Pure.

Periods are counted from an anchor, never from each other: 31 January, 28 February, 31 March.
"""

import calendar
from datetime import UTC, datetime

DAY = 86_400
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, interval: str, count: int, number: int) -> int:
    """When the period of this number begins; number 0 begins at the anchor."""
    if interval in _DAYS:
        return anchor + number * count * _DAYS[interval] * DAY
    return _months_after(anchor, number * count * _MONTHS[interval])


def next_boundary(anchor: int, interval: str, count: int, after: int) -> int:
    """The first boundary after this time; the anchor itself where it is still to come."""
    number = max(0, _estimate(anchor, interval, count, after))
    while boundary(anchor, interval, count, number) <= after:
        number += 1
    return boundary(anchor, interval, count, number)


def _estimate(anchor: int, interval: str, count: int, after: int) -> int:
    """A number of periods that is never too large."""
    longest = _DAYS[interval] if interval in _DAYS else 31 * _MONTHS[interval]
    return (after - anchor) // (longest * count * DAY) - 1


def _months_after(anchor: int, months: int) -> int:
    """The same day and time of a later month, or that month's last day where it is shorter."""
    begin = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(begin.month - 1 + months, 12)
    year = begin.year + years
    day = min(begin.day, calendar.monthrange(year, month + 1)[1])
    return int(begin.replace(year=year, month=month + 1, day=day).timestamp())
