"""Replaying many records at a measured pace, and telling what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka.errors import KafkaError
from rich.table import Column

from order_service.command.connections import producer
from order_service.command.output import print_json, print_table, progress, say
from order_service.command.parked_list import WORDS, Known
from order_service.command.places import Place
from order_service.command.replaying import CannotBeReplayed, Pace, Replaying, original
from order_service.command.results import Result, results
from order_service.command.work import Work


@dataclass(frozen=True, slots=True)
class Order:
    """How an operator wants it done."""

    because: str
    by: str
    rate: float
    wait: float
    dry_run: bool
    as_json: bool


@dataclass(slots=True)
class Outcomes:
    """What became of each record."""

    words: dict[Place, str] = field(default_factory=dict)
    written: dict[Place, Known] = field(default_factory=dict)
    failed: int = 0

    def fail(self, place: Place, why: str) -> None:
        """It could not be replayed, or was parked again."""
        self.words[place] = why
        self.failed += 1


async def replay_all(at: Work, chosen: Sequence[Known], order: Order) -> bool:
    """Whether all went well. Raises KafkaError; what was replayed before that is written down and told."""
    outcomes = Outcomes()
    if order.dry_run:
        await _try(at, chosen, outcomes)
    elif chosen:
        await _replay(at, chosen, order, outcomes)
        await _follow(at, order, outcomes)
    _tell(chosen, order, outcomes)
    return not outcomes.failed


async def _try(at: Work, chosen: Sequence[Known], outcomes: Outcomes) -> None:
    for known in chosen:
        try:
            found = await original(at.topics, known)
        except CannotBeReplayed as why:
            outcomes.fail(known.place, f"cannot be replayed: {why}")
        else:
            size = f"{len(found.value)} bytes" if found.value is not None else "no value"
            where = f"{known.place.topic}, partition {known.place.partition}"
            outcomes.words[known.place] = f"would be written to {where} ({size})"


async def _replay(at: Work, chosen: Sequence[Known], order: Order, outcomes: Outcomes) -> None:
    pace = Pace(order.rate)
    patience = at.settings.publish_timeout.total_seconds()
    async with producer(at.settings) as kafka:
        replaying = Replaying(at.connection, kafka, by=order.by, patience=patience)
        with progress() as bar:
            task = bar.add_task("Replaying", total=len(chosen))
            try:
                for known in chosen:
                    await pace.turn()
                    await _one(at, replaying, known, order, outcomes)
                    bar.advance(task)
            except KafkaError:
                say(f"{len(outcomes.written)} of {len(chosen)} were replayed before that; the others are as they were.")
                raise


async def _one(at: Work, replaying: Replaying, known: Known, order: Order, outcomes: Outcomes) -> None:
    try:
        written = await replaying.replay(known, await original(at.topics, known), order.because)
    except CannotBeReplayed as why:
        outcomes.fail(known.place, f"cannot be replayed: {why}")
    else:
        outcomes.written[written] = known
        outcomes.words[known.place] = "replayed"


async def _follow(at: Work, order: Order, outcomes: Outcomes) -> None:
    """Wait until their consumers have passed them."""
    if not order.wait or not outcomes.written:
        return
    found = await results(at.settings, at.connection, at.topics, at.admin, outcomes.written, seconds=order.wait)
    for written, (result, reason) in found.items():
        place = outcomes.written[written].place
        match result:
            case Result.TAKEN_IN:
                outcomes.words[place] = "replayed, taken in"
            case Result.AGAIN:
                outcomes.fail(place, f"parked again, as {written}: {reason}")
            case Result.WAITS:
                outcomes.words[place] = "replayed, not taken in yet"


def _tell(chosen: Sequence[Known], order: Order, outcomes: Outcomes) -> None:
    if order.as_json:
        states = {known.place: WORDS[known.state] for known in chosen}
        written = {known.place: str(place) for place, known in outcomes.written.items()}
        print_json(
            [
                {"id": str(place), "was": states[place], "written_to": written.get(place), "outcome": words}
                for place, words in outcomes.words.items()
            ]
        )
        return
    if not chosen:
        say("Nothing to replay: no open record is like that.")
        return
    print_table(
        (Column("id", no_wrap=True), "outcome"), ([str(place), words] for place, words in outcomes.words.items())
    )
    say(_summary(chosen, order, outcomes))


def _summary(chosen: Sequence[Known], order: Order, outcomes: Outcomes) -> str:
    if order.dry_run:
        return f"{len(chosen) - outcomes.failed} of {len(chosen)} would be replayed. Nothing was done."
    waiting = sum(words.endswith("not taken in yet") for words in outcomes.words.values())
    later = f" {waiting} not taken in yet: is order-service running? `tillstream parked list` tells." if waiting else ""
    return f"{len(outcomes.written)} of {len(chosen)} replayed.{later}"
