"""The commands behind `make up`, `make down`, `make demo` and the others."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer
from rich.console import Console

from devstack import house_views, web
from devstack.chromium import find_chromium, install_chromium
from devstack.demo.visit import Visit
from devstack.given import given_settings
from devstack.house import House
from devstack.operating import become_tillstream
from devstack.programs import Plan
from devstack.progress import Progress
from devstack.trouble import Trouble

app = typer.Typer(help="Starts and stops the whole house on this machine.", no_args_is_help=True, add_completion=False)
progress = Progress(Console(highlight=False))


@app.command()
def up() -> None:
    """Start everything, and leave it running."""
    with _told():
        plan = Plan.from_settings(given_settings())
        fresh = House(progress).up(plan)
        if not fresh:
            progress.done("The house is up already. (`make down` first, if settings have changed.)")
        house_views.print_addresses(progress.console, plan)


@app.command()
def down() -> None:
    """Stop everything."""
    with _told():
        ran = House(progress).down()
        progress.done("Everything is stopped." if ran else "Nothing is running.")


@app.command()
def status() -> None:
    """What runs, since when, and with how much memory; exit code 3 if something does not."""
    with _told():
        if not house_views.print_status(progress.console):
            raise typer.Exit(3)


@app.command()
def logs(
    programs: Annotated[list[str] | None, typer.Argument(help="Only these, such as order-service.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = True,
    lines: Annotated[int, typer.Option(min=0, help="How many lines of each to begin with.")] = 10,
) -> None:
    """What the programs say, each line with its program's name."""
    with _told(), suppress(KeyboardInterrupt):
        house_views.print_logs(progress.console, programs or [], follow=follow, lines=lines)


@app.command()
def demo(once: Annotated[bool, typer.Option(help="End after the purchase.")] = False) -> None:
    """Start everything, buy something, show the purchase, and stay up until Ctrl-C."""
    with _told():
        raise typer.Exit(Visit(progress).run(once=once))


@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
def tillstream(arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """What an operator does by hand, in the house that runs: `tillstream parked list`."""
    with _told():
        become_tillstream(Plan.from_settings(given_settings()), arguments or [])


@app.command(context_settings={"ignore_unknown_options": True})
def npm(arguments: list[str]) -> None:
    """Run npm on the browser code, with everything installed."""
    with _told():
        web.become_npm(arguments)


@app.command()
def chromium() -> None:
    """Find or install the Chromium for the browser stories; exit code 1 where there is none."""
    found = find_chromium()
    if found is None:
        with progress.step("A Chromium is looked for"):
            found = install_chromium()
    if found is None:
        progress.trouble(
            Trouble("No Chromium: install one (Debian: apt install chromium), or name it in TEST_CHROMIUM.")
        )
        raise typer.Exit(1)
    progress.done(f"The browser stories run in {found}.")


@contextmanager
def _told() -> Iterator[None]:
    """Troubles become one line and exit code 1; Ctrl-C is no trouble."""
    try:
        yield
    except Trouble as trouble:
        progress.trouble(trouble)
        raise typer.Exit(1) from trouble
    except KeyboardInterrupt as interrupt:
        progress.console.print("Interrupted.")
        raise typer.Exit(130) from interrupt
