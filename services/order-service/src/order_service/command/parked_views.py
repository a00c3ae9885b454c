"""Parked records as operators see them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rich.table import Column
from rich.text import Text

from order_service.command.output import harmless, print_facts, print_json, print_table, say
from order_service.command.parked_list import WORDS, Known, State
from order_service.records import Record

STYLES: Final = {State.OPEN: "yellow", State.AGAIN: "red", State.REPLAYED: "green", State.DISCARDED: "dim"}
AGES: Final = ((timedelta(days=2), timedelta(days=1), "d"), (timedelta(hours=2), timedelta(hours=1), "h"))
MINUTE: Final = timedelta(minutes=1)
BODY_WARNING: Final = "What follows is what the record says. It may hold personal data: do not copy it into tickets."


def age(at: datetime, now: datetime) -> str:
    """How long ago, roughly."""
    passed = max(now - at, timedelta())
    for least, unit, letter in AGES:
        if passed >= least:
            return f"{passed // unit}{letter} ago"
    return f"{passed // MINUTE}m ago" if passed >= MINUTE else f"{int(passed.total_seconds())}s ago"


def print_page(found: Sequence[Known], counts: dict[State, int], *, is_last: bool) -> None:
    """A table, and below it how many there are."""
    total = sum(counts.values())
    if not total:
        say("No parked record is like that." if not found else "")
        return
    now = datetime.now(UTC)
    columns = (
        Column("id", no_wrap=True),
        Column("state", no_wrap=True),
        Column("parked", no_wrap=True),
        "why, and what",
    )
    print_table(columns, ([str(one.place), _state(one), age(one.parked_at, now), _why(one)] for one in found))
    told = ", ".join(f"{number} {WORDS[state]}" for state, number in sorted(counts.items()))
    say(f"{len(found)} of {total} ({told})." + ("" if is_last else f" Next page: --after {found[-1].place}"))


def print_page_json(found: Sequence[Known], counts: dict[State, int], *, is_last: bool) -> None:
    """The same for programs."""
    print_json(
        {
            "records": [as_json(one) for one in found],
            "counts": {WORDS[state]: number for state, number in counts.items()},
            "next": None if is_last else str(found[-1].place),
        }
    )


def as_json(one: Known) -> dict[str, Any]:
    """A parked record for programs."""
    return {
        "id": str(one.place),
        "state": WORDS[one.state],
        "reason": one.reason,
        "parked_at": one.parked_at,
        "parked_by": one.parked_by,
        "event_id": one.event_id,
        "event_type": one.event_type,
        "order_id": one.order_id,
        "copy": one.copy and str(one.copy),
        "acted_by": one.by,
        "acted_at": one.at,
        "because": one.because,
        "written_to": one.written and str(one.written),
        "replay_of": one.before and str(one.before),
    }


def print_one(one: Known, copy: Record | None, *, value: bytes | None) -> None:
    """All that is known of a record, but for what it says."""
    print_facts(_facts(one, copy, value))


def headers_json(copy: Record | None) -> list[list[str]]:
    """Its headers, each a name and a text."""
    return [[name, text] for name, text in _headers(copy)]


def print_body(value: bytes | None) -> None:
    """What the record says, with a warning beside it."""
    say(BODY_WARNING, "yellow")
    print(harmless((value or b"").decode(errors="backslashreplace")))  # noqa: T201  # whole, and for pipes


def _facts(one: Known, copy: Record | None, value: bytes | None) -> Iterable[tuple[str, str]]:
    yield "id", str(one.place)
    yield "state", WORDS[one.state] + (f" by {one.by} at {_instant(one.at)}" if one.by else "")
    yield from _given(("because", one.because), ("stands now at", one.written), ("replay of", one.before))
    yield "why parked", one.reason
    yield "parked", f"{_instant(one.parked_at)} by {one.parked_by or 'order-service'}"
    yield from _given(("event", one.event_id), ("type", one.event_type), ("order", one.order_id), ("copy", one.copy))
    yield "value", f"{len(value)} bytes (--body shows it)" if value is not None else "none, or Kafka has it no longer"
    for number, (name, text) in enumerate(_headers(copy)):
        yield "" if number else "headers", f"{name}: {text}"


def _given(*facts: tuple[str, object]) -> Iterable[tuple[str, str]]:
    return ((name, str(told)) for name, told in facts if told)


def _headers(copy: Record | None) -> list[tuple[str, str]]:
    return [(name, (value or b"").decode(errors="replace")) for name, value in (copy.headers if copy else ())]


def _state(one: Known) -> Text:
    return Text(WORDS[one.state], style=STYLES[one.state])


def _why(one: Known) -> Text:
    about = " · ".join(part for part in (one.event_type, one.order_id or one.event_id) if part)
    lines = [(harmless(one.reason), "")]
    if about:
        lines += [("\n", ""), (harmless(about), "dim")]
    return Text.assemble(*lines)


def _instant(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z" if at else ""
