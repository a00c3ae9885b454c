"""The house as people look at it: its addresses, what runs, what is said."""

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import takewhile
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from devstack.memory import alone, megabytes
from devstack.programs import Plan
from devstack.state import state_folder
from devstack.supervision import Supervisor
from devstack.trouble import Trouble

LOOK_SECONDS = 0.3
STYLES = {"RUNNING": "green", "STARTING": "yellow"}


def print_addresses(console: Console, plan: Plan) -> None:
    """Where to go now."""
    at = plan.addresses.browser_url
    lines = [
        f"[bold]Storefront[/]    {at('STOREFRONT_PORT')}",
        f"intent-api    {at('INTENT_API_PORT', '/docs')}",
        f"webhooks      {at('WEBHOOK_INGEST_PORT', '/docs')}",
        f"order-service {at('ORDER_SERVICE_PORT', '/docs')}",
        f"notifier      {at('NOTIFIER_PORT', '/docs')}",
        f"Kafka         {plan.kafka.bootstrap}",
        f"[dim]Keys and secrets that you did not set are in {escape(str(state_folder() / 'secrets.env'))}[/]",
    ]
    if plan.simulated:
        lines.insert(1, "              buy with card 4242 4242 4242 4242, any future date, any CVC")
        lines.insert(2, f"[bold]stripe-sim[/]    {at('STRIPE_SIM_PORT')}  be the bank, see each event")
    else:
        target = at("WEBHOOK_INGEST_PORT", "/webhooks/stripe").removeprefix("http://")
        lines.append(f"[bold]Stripe's test mode:[/] stripe listen --forward-to {target}")
    console.print(Panel("\n".join(lines), title="Tillstream is up", expand=False))


def print_status(console: Console) -> bool:
    """A table of the programs; whether all of them run."""
    supervisor = Supervisor()
    if not supervisor.is_up():
        console.print("Nothing is running: `make up` or `make demo` starts the house.")
        return False
    console.print(memory_table(supervisor))
    return all(seen.state == "RUNNING" for seen in supervisor.all())


def memory_table(supervisor: Supervisor) -> Table:
    """Each program's state, age and resident memory, and the memory of all with what supervises them."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("program", "state", "up for"):
        table.add_column(title)
    table.add_column("MB", justify="right")
    total = own = alone(supervisor.pid())
    for seen in supervisor.all():
        used = megabytes(seen.pid)
        total += used
        age = str(timedelta(seconds=int(time.time() - seen.since))) if seen.pid else ""
        table.add_row(seen.name, f"[{STYLES.get(seen.state, 'red')}]{seen.state.lower()}[/]", age, f"{used:.0f}")
    table.add_row("[dim]supervisord[/]", "", "", f"[dim]{own:.0f}[/]")
    table.add_row("[bold]together[/]", "", "", f"[bold]{total:.0f}[/]")
    return table


def print_logs(console: Console, names: Sequence[str], *, follow: bool, lines: int) -> None:
    """The last lines of each log, then what is added, until Ctrl-C."""
    folder = state_folder() / "logs"
    logs = [folder / f"{name}.log" for name in names] or sorted(folder.glob("*.log"))
    missing = next((log for log in logs if not log.exists()), None)
    if missing or not logs:
        raise Trouble(f"There is no log {missing or folder}: see `make status` for the programs' names.")
    readers = [_lines(log, lines) for log in logs]
    while True:
        for log, reader in zip(logs, readers, strict=True):
            for line in takewhile(bool, reader):
                console.print(f"[cyan]{log.stem}[/] {escape(line.rstrip())}", soft_wrap=True)
        if not follow:
            return
        time.sleep(LOOK_SECONDS)


def _lines(log: Path, last: int) -> Iterator[str]:
    """Its last lines, then each new one; an empty text when there is none now. Follows a rotated log."""
    while True:
        with log.open(errors="replace") as file:
            yield from file.readlines()[-last:] if last else []
            while file.tell() <= log.stat().st_size:
                yield file.readline()
        last = 10**6
