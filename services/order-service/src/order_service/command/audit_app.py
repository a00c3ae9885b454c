"""`tillstream audit`: who did what by hand."""

from datetime import UTC
from typing import Annotated

import typer
from rich.table import Column

from order_service.command.actions import Acted, Action, Which, latest
from order_service.command.connections import database
from order_service.command.options import AsJson, Since, place
from order_service.command.output import print_json, print_table, say
from order_service.command.places import Place
from order_service.command.settings import command_settings
from order_service.command.trouble import run


def audit(
    action: Annotated[str | None, typer.Option(help="Only this, such as replay, discard or swap.")] = None,
    by: Annotated[str | None, typer.Option(help="Only by this person.")] = None,
    since: Since = None,
    record: Annotated[Place | None, typer.Option(parser=place, metavar="ID", help="Only of this record.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who replayed, discarded or mended what, when and why; newest first. Dry runs are not in it."""
    settings = command_settings()

    async def work() -> None:
        async with database(settings) as connection:
            found = await latest(connection, Which(action, by, since, record, limit))
        if as_json:
            print_json([_as_json(one) for one in found])
        elif found:
            columns = (Column("when", no_wrap=True), "who", "what", "record, and why")
            print_table(columns, (_row(one) for one in found))
        else:
            say("Nobody has done anything like that.")

    run(work, as_json=as_json)


def _row(one: Acted) -> list[str]:
    act = one.act
    lost = "" if one.written or act.action != Action.REPLAY else "begun, and never acknowledged by Kafka"
    told = "\n".join(part for part in (act.place and str(act.place), act.because, lost) if part)
    return [f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z", act.by, act.action, told]


def _as_json(one: Acted) -> dict[str, object]:
    act = one.act
    return {
        "at": one.at,
        "by": act.by,
        "action": act.action,
        "record": act.place and str(act.place),
        "because": act.because,
        "written_to": one.written and str(one.written),
    }
