"""After the faults: nothing waits, nothing is stuck, nothing was set aside."""

from collections.abc import Iterable
from typing import Final

from chaos.judging.evidence import Evidence
from chaos.judging.verdict import Check, promise

LAG_GONE_WITHIN: Final = 60.0


def recovery_checks(evidence: Evidence) -> Iterable[Check]:
    """All checks of what is left."""
    yield _no_lag(evidence)
    yield promise("every process is ready", 1, evidence.aftermath.not_ready)
    yield _nothing_parked(evidence)
    yield promise("no transaction is left open", 1, evidence.database.idle_in_transaction)


def _no_lag(evidence: Evidence) -> Check:
    took, left = evidence.aftermath.lag_seconds, evidence.aftermath.lag_left
    ok = took is not None and took <= LAG_GONE_WITHIN
    detail = f"gone after {took:.1f} s" if took is not None else f"{left} records still waited after all that time"
    return Check(f"nothing waits in Kafka {LAG_GONE_WITHIN:.0f} s after the faults", ok, 1, detail)


def _nothing_parked(evidence: Evidence) -> Check:
    written = [
        f"{topic}/{record.offset}"
        for topic, records in evidence.topics.items()
        if topic.endswith(".parked")
        for record in records
    ]
    return promise("no record was parked", 1, {*written, *evidence.database.parked})
