"""`tillstream rebuild`: are the orders what the topics say, and if not, let them be."""

import logging
import time
from contextlib import nullcontext
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.table import Column
from rich.text import Text

from order_service.command.actions import Act, Action, note
from order_service.command.connections import consumer
from order_service.command.options import AsJson, By, whoami
from order_service.command.output import aside, harmless, out, print_json, print_table, say
from order_service.command.settings import log_beside_the_answer
from order_service.command.trouble import Trouble, run
from order_service.failures import WentBack
from order_service.publisher import NotPublished
from order_service.rebuilding.at_stripe import Disagreement, asking
from order_service.rebuilding.differences import Difference, shown
from order_service.rebuilding.mending import Mended, NeverIdle
from order_service.rebuilding.rebuild import MENDING, CutOff, NothingTakenIn, Rebuild, Rebuilt, opened
from order_service.rebuilding.schema import Busy
from order_service.rebuilding.settings import RebuildSettings
from order_service.rebuilding.stripe_settings import StripeSettings
from order_service.reconciler.objects import Objects
from order_service.stripe_calls.client import NotNow
from tillstream_operations import read_settings

SAY_EVERY_SECONDS = 1.0
OURS = (Busy, CutOff, NothingTakenIn, NeverIdle, NotNow, NotPublished, WentBack)


class End(IntEnum):
    """How a rebuild ends that came to an end; 1 and above 3 are trouble."""

    EQUAL = 0
    DIFFERS = 3


class Teller:
    """Says on standard error how far a rebuild is, once a second."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, done: int, left: int, seconds: float) -> None:
        """As `Tell` wants it."""
        now = time.monotonic()
        if now - self._said < SAY_EVERY_SECONDS:
            return
        self._said = now
        rate = done / seconds if seconds else 0.0
        wait = f", {left / rate:,.0f} s left" if rate and left else ""
        say(f"{done:,} done, {rate:,.0f} a second{wait}", style="dim")


def rebuild(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare, and change nothing.")] = False,
    swap: Annotated[bool, typer.Option("--swap", help="Compare, and put right what differs.")] = False,
    with_stripe: Annotated[
        bool, typer.Option("--with-stripe", help="Ask Stripe for each payment, too; slow, and read-only.")
    ] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Fold all events from the beginning of the topics, and compare the orders with what comes of that.

    Ends with 0 if they are equal, or all that differed was put right; with 3 if something differs.
    """
    if dry_run == swap:
        raise typer.BadParameter("Say either --dry-run or --swap.")
    settings = read_settings(RebuildSettings)
    at_stripe = asking(read_settings(StripeSettings)) if with_stripe else nullcontext()
    log_beside_the_answer(settings)
    logging.getLogger("order_service.batches").setLevel(logging.ERROR)  # what was parked or flagged was told then

    async def work() -> Rebuilt:
        try:
            async with (
                at_stripe as stripe,
                consumer(settings) as kafka,
                opened(settings, kafka, swap=swap, tell=Teller()) as rebuilding,
            ):
                return await _rebuilt(rebuilding, swap=swap, stripe=stripe, who=by or whoami())
        except OURS as error:
            raise Trouble(str(error) or type(error).__name__) from error

    rebuilt = run(work, as_json=as_json)
    (print_json if as_json else _print)(_as_json(rebuilt) if as_json else rebuilt)
    raise typer.Exit(_end(rebuilt))


async def _rebuilt(rebuilding: Rebuild, *, swap: bool, stripe: Objects | None, who: str) -> Rebuilt:
    """What came of it; a swap is written down before it changes anything, and when it is done."""

    async def phase(name: str) -> None:
        say(f"{name} …", style="dim")
        if name == MENDING:
            await note(rebuilding.live, Act(who, Action.SWAP, because="begun"))

    rebuilt = await rebuilding.run(swap=swap, stripe=stripe, phase=phase)
    if rebuilt.mended:
        await note(rebuilding.live, Act(who, Action.SWAP, because=f"done: {_mended(rebuilt.mended)}"))
    return rebuilt


def _end(rebuilt: Rebuilt) -> End:
    if rebuilt.asked and rebuilt.asked.disagreements:
        return End.DIFFERS
    mended = rebuilt.mended
    differ = mended.left_alone + mended.still_differ if mended else rebuilt.comparison.differ
    return End.DIFFERS if differ else End.EQUAL


def _print(rebuilt: Any) -> None:
    for one in rebuilt.comparison.differences:
        for sentence in one.in_words():
            out().print(harmless(sentence), markup=False)
    for disagreement in rebuilt.asked.disagreements if rebuilt.asked else ():
        for sentence in disagreement.in_words():
            out().print(harmless(sentence), markup=False)
    counts = rebuilt.comparison.counts
    columns: list[Column | str] = ["table", *(Column(one, justify="right") for one in ("same", "differ", "not known"))]
    rows: list[list[str | Text]] = [
        [name, *(Text(f"{number:,}") for number in (c.same, c.differ, c.unknown))]
        for name, c in counts.items()
        if c.same or c.differ or c.unknown
    ]
    print_table(columns, rows)
    for sentence in _sentences(rebuilt):
        aside().print(Text(sentence))


def _sentences(rebuilt: Rebuilt) -> list[str]:
    rate = rebuilt.records / rebuilt.seconds if rebuilt.seconds else 0
    told = [f"{rebuilt.records:,} records in {rebuilt.seconds:,.1f} s, {rate:,.0f} a second."]
    if rebuilt.reaches_back_to:
        told.append(f"The topics reach back to {rebuilt.reaches_back_to:%Y-%m-%d %H:%M} UTC: older rows are not known.")
    if rebuilt.behind:
        told.append(f"{rebuilt.behind:,} records are not taken in yet, and are in neither side.")
    if asked := rebuilt.asked:
        told.append(
            f"{asked.payments:,} payments asked for at Stripe, which disagrees on {len(asked.disagreements):,}."
        )
    if mended := rebuilt.mended:
        told.append(f"{_mended(mended)}, batches waited {round(mended.longest_pause * 1000)} ms.")
        if mended.left_alone:
            told.append(f"{mended.left_alone:,} rows that no record tells of were left alone: look at them.")
        if mended.still_differ:
            told.append(f"{mended.still_differ:,} rows still differ: run it again, and look at them if they stay.")
    return told


def _mended(mended: Mended) -> str:
    return f"{mended.rows:,} rows mended, {mended.published:,} changes published"


def _as_json(rebuilt: Rebuilt) -> dict[str, Any]:
    mended = rebuilt.mended
    return {
        "records": rebuilt.records,
        "seconds": round(rebuilt.seconds, 3),
        "not_taken_in_yet": rebuilt.behind,
        "reaches_back_to": rebuilt.reaches_back_to,
        "tables": {
            name: {"same": count.same, "differ": count.differ, "not_known": count.unknown}
            for name, count in rebuilt.comparison.counts.items()
        },
        "differences": [_difference(one) for one in rebuilt.comparison.differences],
        "stripe": rebuilt.asked
        and {
            "payments": rebuilt.asked.payments,
            "differences": [_disagreement(one) for one in rebuilt.asked.disagreements],
        },
        "mended": mended
        and {
            "rows": mended.rows,
            "left_alone": mended.left_alone,
            "still_differ": mended.still_differ,
            "published": mended.published,
            "longest_pause_seconds": round(mended.longest_pause, 3),
            "changes": [
                {"id": change.row()[0], "version": change.version, "cause": change.cause_event_id}
                for change in mended.changes
            ],
        },
    }


def _difference(one: Difference) -> dict[str, Any]:
    fields = {
        name: {"live": shown(one.table, name, live), "rebuilt": shown(one.table, name, rebuilt)}
        for name, (live, rebuilt) in one.fields.items()
    }
    missing = "live" if one.live is None else "rebuilt" if one.rebuilt is None else None
    return {"table": one.table, "key": list(one.key), "missing": missing, "fields": fields}


def _disagreement(one: Disagreement) -> dict[str, Any]:
    fields = {name: dict(zip(("live", "rebuilt", "stripe"), sides, strict=True)) for name, sides in one.fields.items()}
    return {"payment_id": one.payment_id, "known_to_stripe": one.stripe is not None, "fields": fields}
