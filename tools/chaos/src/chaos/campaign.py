"""One run: build the stage up, send and hurt at the same time, wait until it is quiet, judge."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from chaos import faults, timeline
from chaos.counting import count
from chaos.judging import Check, Verdict
from chaos.judging.judge import judge, look_at_aftermath
from chaos.memory import Memory
from chaos.options import Options
from chaos.outcome import Outcome
from chaos.stage import Stage, open_stage
from chaos.stripe import journal_of
from chaos.stripe.account import Account
from chaos.stripe.api import serving
from chaos.stripe.journal import Journal
from chaos.stripe.moods import Moods
from chaos.stripe.sending import send
from chaos.timeline import Entry, Timeline
from chaos.watchers import watching

BUILT_WITHIN: Final = 540.0
SENT_WITHIN: Final = 330.0
"""After the faults: whatever was not acknowledged by then never will be."""
SETTLED_WITHIN: Final = 90.0
DROPPED: Final = 0.03
"""The share of events that are never posted."""
JUDGED_WITHIN: Final = 420.0
TICK_SECONDS: Final = 1.0
CAME_TO_ITS_END: Final = "the run came to its end"
Show = Callable[[str], None]


@dataclass
class Course:
    """How far a run has come."""

    stopwatch: float = field(default_factory=time.monotonic)
    sending_seconds: float = 0.0
    peak_bytes: int = 0
    verdict: Verdict = field(default_factory=lambda: Verdict(()))


async def run(options: Options, show: Show = lambda _: None) -> Outcome:
    """The whole run, in bounded time whatever happens. What goes wrong with the campaign itself is a broken check."""
    options.folder.mkdir(parents=True, exist_ok=True)
    course = Course()
    try:
        async with asyncio.timeout(BUILT_WITHIN + options.seconds + SENT_WITHIN + JUDGED_WITHIN):
            await _run(options, course, show)
    except Exception as error:  # noqa: BLE001  # the campaign's edge: a run without a verdict is a red one
        ended = Check(CAME_TO_ITS_END, ok=False, counted=1, detail=_words(error))
        course.verdict = Verdict((*course.verdict.checks, ended))
    show("judged")
    counts = count(options, course.sending_seconds, time.monotonic() - course.stopwatch, course.peak_bytes)
    return Outcome(options, course.verdict, counts, tuple(_faults(options)))


async def _run(options: Options, course: Course, show: Show) -> None:
    show("building the stage")
    moods = Moods(options.seed, slow=0.05, busy=0.02, broken=0.02)
    async with open_stage(options) as stage, serving(stage.stripe_api_port, moods) as account, Memory() as memory:
        try:
            async with watching(options, stage) as watchers:
                await _hurt(options, stage, account, course, show)
                show("waiting until nothing waits")
                aftermath = await look_at_aftermath(options, stage)
                with suppress(TimeoutError):  # then the judge will see it
                    await watchers.settled(SETTLED_WITHIN)
            show("judging")
            course.verdict = await judge(options, stage, aftermath)
        finally:
            course.peak_bytes = memory.peak
        show("taking the stage down")


async def _hurt(options: Options, stage: Stage, account: Account, course: Course, show: Show) -> None:
    """Send and hurt. What is still not acknowledged long after the last fault is left to the judge."""
    begun = time.monotonic()
    plan = faults.planned(options.seed, options.seconds, options.kinds)
    log = Timeline(options.folder / timeline.FILE)
    ticking = asyncio.create_task(_tick(options, log, begun, show))
    try:
        async with Journal(journal_of(options)) as journal:
            with suppress(TimeoutError):
                async with asyncio.timeout(options.seconds + SENT_WITHIN), asyncio.TaskGroup() as tasks:
                    tasks.create_task(send(options, stage, journal, account, dropped_share=DROPPED))
                    tasks.create_task(faults.act(stage, plan, log))
    finally:
        ticking.cancel()
    course.sending_seconds = time.monotonic() - begun


async def _tick(options: Options, log: Timeline, begun: float, show: Show) -> None:
    """Show how far it is."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        passed = time.monotonic() - begun
        what = f"{log.kills} kills" if passed < options.seconds else "faults are over, sending what is left"
        show(f"sending and hurting: {passed:.0f} of {options.seconds:.0f} s, {what}")


def _faults(options: Options) -> Iterator[Entry]:
    path = options.folder / timeline.FILE
    return timeline.read(path) if path.exists() else iter(())


def _words(error: Exception) -> str:
    """What ended the run; of several at once each."""
    if isinstance(error, ExceptionGroup):
        return "; ".join(map(_words, error.exceptions))
    return f"{type(error).__name__}: {error}"
