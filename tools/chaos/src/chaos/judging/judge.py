"""The judge: gathers what each side left, and says which promises held."""

import asyncio
from typing import Final

from chaos.judging.api_side import ask_all
from chaos.judging.clients import client_checks
from chaos.judging.database_side import read_database, until_taken_in
from chaos.judging.evidence import Aftermath, Evidence
from chaos.judging.frames_side import frames_of, read_frames, read_watched
from chaos.judging.healing import healing_checks, never_posted
from chaos.judging.intake import intake_checks
from chaos.judging.kafka_side import read_topics, until_nothing_waits
from chaos.judging.once import once_checks
from chaos.judging.placing import placing_checks
from chaos.judging.recovery import LAG_GONE_WITHIN, recovery_checks
from chaos.judging.states import state_checks
from chaos.judging.verdict import Verdict
from chaos.judging.versions import version_checks
from chaos.options import Options
from chaos.stage import Stage
from chaos.stripe import journal_of, told
from chaos.stripe.journal import Attempt, Order, read_lines
from devstack.trouble import Trouble

READY_WITHIN: Final = 60.0
HEALED_WITHIN: Final = 90.0
"""A leader that stands still holds its lock for half a minute; lives of short runs end a while after them."""
SIDES: Final = (
    intake_checks,
    healing_checks,
    placing_checks,
    state_checks,
    once_checks,
    version_checks,
    client_checks,
    recovery_checks,
)


async def look_at_aftermath(options: Options, stage: Stage) -> Aftermath:
    """Wait, as long as the house has for it, until it is whole, all is healed and nothing waits any more."""
    whole, waited, _ = await asyncio.gather(
        _not_ready(stage),
        _nothing_waits(stage),
        until_taken_in(stage.database_url, never_posted(told(options)), within=HEALED_WITHIN),
    )
    _, left = await _nothing_waits(stage)  # nor of what was healed
    return Aftermath(waited[0] if not left else None, left, not_ready=whole)


async def _nothing_waits(stage: Stage) -> tuple[float | None, int]:
    return await until_nothing_waits(stage.kafka_bootstrap, stage.topic_prefix, within=2 * LAG_GONE_WITHIN)


async def judge(options: Options, stage: Stage, aftermath: Aftermath | None = None) -> Verdict:
    """Every promise, held against what the run left."""
    return verdict_on(await gather(options, stage, aftermath or await look_at_aftermath(options, stage)))


def verdict_on(evidence: Evidence) -> Verdict:
    """Every promise, held against this. Pure."""
    return Verdict(tuple(check for side in SIDES for check in side(evidence)))


async def gather(options: Options, stage: Stage, aftermath: Aftermath) -> Evidence:
    """What each side left."""
    lives = list(told(options))
    lines = list(read_lines(journal_of(options)))
    topics, database, answers = await asyncio.gather(
        read_topics(stage.kafka_bootstrap, stage.topic_prefix),
        read_database(stage.database_url),
        ask_all(stage.order_urls, stage.secret_key, [life.expected for life in lives]),
    )
    return Evidence(
        lives=lives,
        attempts=[line for line in lines if isinstance(line, Attempt)],
        placed=[line for line in lines if isinstance(line, Order)],
        topics=topics,
        database=database,
        answers=answers,
        frames=list(read_frames(frames_of(options))),
        watched=read_watched(frames_of(options)),
        aftermath=aftermath,
    )


async def _not_ready(stage: Stage) -> tuple[str, ...]:
    try:
        await stage.whole(READY_WITHIN)
    except Trouble as trouble:
        return (str(trouble),)
    return ()
