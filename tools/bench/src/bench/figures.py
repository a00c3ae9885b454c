"""Figures as people read them."""

from collections import Counter
from math import ceil

from rich.table import Table

from bench.latency import Measured


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` (0–1] of all values do not exceed: the nearest-rank method."""
    return sorted(values)[ceil(share * len(values)) - 1]


def latency_table(measured: Measured, rate: int) -> Table:
    """The run in one row; milliseconds."""
    table = Table(title="Webhook POST → WebSocket message", title_justify="left")
    for column in ("events/s", "purchases", "paid", "p50 ms", "p90 ms", "p99 ms", "max ms"):
        table.add_column(column, justify="right")
    shares = (0.5, 0.9, 0.99, 1.0)
    times = [f"{1000 * percentile(measured.latencies, share):.1f}" if measured.latencies else "–" for share in shares]
    table.add_row(str(rate), str(measured.due), str(len(measured.latencies)), *times)
    return table


def failure_lines(measured: Measured) -> list[str]:
    """Each kind of failure with how often it came, most frequent first."""
    return [f"{count} × {why}" for why, count in Counter(measured.failures).most_common(5)]
