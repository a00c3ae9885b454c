"""`tillstream parked`: records that nobody could read or apply, looked at, replayed or discarded."""

from typing import Annotated, Any

import typer

from order_service.command import actions, parked_list
from order_service.command.actions import Act, Action
from order_service.command.options import (
    AsJson,
    By,
    EventType,
    Ids,
    Reason,
    Since,
    SomeIds,
    Topic,
    place,
    whoami,
    words,
)
from order_service.command.output import print_json, say
from order_service.command.parked_list import WAITING, WORDS, Known, State
from order_service.command.parked_replay import Order, replay_all
from order_service.command.parked_views import as_json, headers_json, print_body, print_one, print_page, print_page_json
from order_service.command.places import Place
from order_service.command.replaying import CannotBeReplayed, original
from order_service.command.settings import command_settings
from order_service.command.trouble import Exit, Trouble, run
from order_service.command.work import at_work, filters
from order_service.operator_settings import OperatorSettings

app = typer.Typer(help="Records that nobody could read or apply.", no_args_is_help=True)

AnyState = Annotated[
    list[State] | None, typer.Option("--state", help="Only in this state; may be given several times.")
]
MOST = 10_000
"""How many one call replays or shows at most."""


@app.command("list")
def list_parked(
    topic: Topic = None,
    reason: Reason = None,
    since: Since = None,
    event_type: EventType = None,
    state: AnyState = None,
    everything: Annotated[bool, typer.Option("--all", help="Replayed and discarded ones, too.")] = False,
    after: Annotated[Place | None, typer.Option(parser=place, metavar="ID", help="The page after this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Records that wait for a decision, newest first."""
    settings = command_settings()
    states = tuple(State) if everything else tuple(state or WAITING)
    wanted = filters(settings, states=states, topic=topic, reason=reason, since=since, event_type=event_type)

    async def work() -> None:
        async with at_work(settings) as at:
            behind = (await at.known([after]))[0] if after else None
            found = await parked_list.page(at.connection, wanted, after=behind, limit=limit + 1)
            counts = await parked_list.count(at.connection, wanted)
        show_page = print_page_json if as_json else print_page
        show_page(found[:limit], counts, is_last=len(found) <= limit)

    run(work, as_json=as_json)


@app.command()
def show(
    record: Annotated[Place, typer.Argument(parser=place, metavar="ID", help="topic/partition/offset, as listed.")],
    body: Annotated[bool, typer.Option("--body", help="What it says, too; it may hold personal data.")] = False,
    json: AsJson = False,
) -> None:
    """One record: why it was parked, where it stood, its headers; with --body what it says."""
    settings = command_settings()

    async def work() -> None:
        async with at_work(settings) as at:
            [known] = await at.known([record])
            copy = await at.topics.read(known.copy) if known.copy else None
            try:
                value = (await original(at.topics, known)).value
            except CannotBeReplayed:
                value = None
        if json:
            print_json(_whole(known, copy, value, body=body))
            return
        print_one(known, copy, value=value)
        if body:
            print_body(value)

    run(work, as_json=json)


@app.command()
def replay(
    records: SomeIds = None,
    everything: Annotated[bool, typer.Option("--all", help="All open ones that the filters find.")] = False,
    topic: Topic = None,
    reason: Reason = None,
    since: Since = None,
    event_type: EventType = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="How many a second at most.")] = 50,
    wait: Annotated[float, typer.Option(min=0, max=600, help="Seconds to wait for what becomes of them.")] = 10,
    because: Annotated[str | None, typer.Option(parser=words, metavar="TEXT", help="For the audit.")] = None,
    by: By = None,
    json: AsJson = False,
) -> None:
    """Write records back to where they first stood, as they were then. Doing it twice changes nothing.

    Name them, or take all open ones with --all. Those that were parked again after a replay have to be named.
    """
    narrowed = any((topic, reason, since, event_type))
    if bool(records) == everything or (records and narrowed):
        raise typer.BadParameter("name records, or give --all and filters.", param_hint="ID...")
    settings = command_settings()
    wanted = filters(settings, states=(State.OPEN,), topic=topic, reason=reason, since=since, event_type=event_type)
    order = Order(because=because or "", by=by or whoami(), rate=rate, wait=wait, dry_run=dry_run, as_json=json)

    async def work() -> bool:
        async with at_work(settings) as at:
            chosen = await at.known(records) if records else await at.matching(wanted, MOST)
            return await replay_all(at, chosen, order)

    if not run(work, as_json=json):
        raise typer.Exit(Exit.NOT_DONE)


@app.command()
def discard(
    records: Ids,
    because: Annotated[str, typer.Option(parser=words, metavar="TEXT", help="Why, for the audit.")],
    by: By = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Decide that records will never be taken in. They stay in Kafka, and can be replayed all the same."""
    settings = command_settings()
    known = run(lambda: _discardable(settings, records))
    if not yes:
        for one in known:
            say(f"{one.place}: {one.reason}")
        typer.confirm(f"Discard {_counted(len(known))}?", abort=True, err=True)
    run(lambda: _discard(settings, known, by=by or whoami(), because=because))
    say(f"Discarded {_counted(len(known))}.", "green")


async def _discardable(settings: OperatorSettings, records: list[Place]) -> list[Known]:
    async with at_work(settings) as at:
        known = await at.known(records)
    if done := [f"{one.place} is {WORDS[one.state]}" for one in known if one.state not in WAITING]:
        raise Trouble(f"Nothing is discarded, as {', '.join(done)} already. Leave it out.")
    return known


async def _discard(settings: OperatorSettings, known: list[Known], *, by: str, because: str) -> None:
    async with at_work(settings) as at, at.connection.transaction():
        for one in known:
            await actions.note(at.connection, Act(by, Action.DISCARD, one.place, because))


def _whole(known: Known, copy: Any, value: bytes | None, *, body: bool) -> dict[str, Any]:
    said = {"body": value.decode(errors="backslashreplace") if value is not None else None} if body else {}
    return {**as_json(known), "headers": headers_json(copy), "bytes": None if value is None else len(value), **said}


def _counted(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"
