"""`python -m bench`: measure the house side by side with what one would pick instead."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import tables
from bench.comparison import changes
from bench.figures import failure_lines, latency_table
from bench.ground import Ground, open_ground
from bench.latency import measure
from bench.machine import description
from bench.model import Case, Scenario
from bench.outcome import Section
from bench.pages import write_page
from bench.results import COMMITTED, Results, read, results_of, write
from bench.rounds import measured
from bench.scenarios import SCENARIOS
from bench.settings import Settings
from devstack.state import state_folder
from devstack.trouble import Trouble

QUICK_REPETITIONS, QUICK_SECONDS = 2, 1.0
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_show_locals=False)
console = Console(width=150)


@app.callback()
def bench() -> None:
    """Measure the house side by side with what one would pick instead."""


@app.command()
def run(
    only: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join(SCENARIOS)}; all of them if not given.")
    ] = None,
    repetitions: Annotated[int, typer.Option(min=1, max=50, help="Of each load for each contestant.")] = 5,
    quick: Annotated[bool, typer.Option(help="The most telling loads alone, twice and shortly.")] = False,
    big: Annotated[
        bool, typer.Option(help="Also the loads that take 12 GB and, for the first time, many minutes to prepare.")
    ] = False,
) -> None:
    """Measure, print, and compare with the committed run. Exit code 1 where somebody of ours was wrong or too slow."""
    chosen = [SCENARIOS[name] for name in only or SCENARIOS]
    machine = description()
    try:
        sections = asyncio.run(_sections(chosen, QUICK_REPETITIONS if quick else repetitions, quick=quick, big=big))
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/red]")
        raise typer.Exit(1) from None
    results = results_of(sections, machine)
    file = _file()
    write(results, file)
    _tell(results)
    console.print(f"Kept in {file}; `python -m bench report` puts it into docs/performance.md.")
    failed = any(section.wrong or False in map(section.is_met, section.scenario.musts) for section in sections)
    raise typer.Exit(1 if failed and not quick else 0)


@app.command()
def latency(
    rate: Annotated[int, typer.Option(min=1, max=5000, help="Purchases a second.")] = 100,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="How long.")] = 10,
) -> None:
    """Webhook POST → WebSocket message in a house that runs, one buyer with a socket of its own for each event."""
    measured_now = asyncio.run(measure(Settings(), rate=rate, seconds=seconds))
    console.print(latency_table(measured_now, rate))
    for line in failure_lines(measured_now):
        console.print(f"[red]{line}[/red]")
    raise typer.Exit(1 if measured_now.failures else 0)


@app.command()
def report() -> None:
    """Commit to the last run: its figures become docs/performance.json and the tables of docs/performance.md."""
    results = read(_file())
    write(results, COMMITTED)
    write_page(results)


async def _sections(chosen: Sequence[Scenario], repetitions: int, *, quick: bool, big: bool) -> list[Section]:
    """Those that have a load in such a run."""
    wanted = [
        (scenario, [case for case in scenario.cases if (case.quick or not quick) and (big or not case.big)])
        for scenario in chosen
    ]
    async with open_ground() as ground:
        return [
            await _section(scenario, cases, ground, repetitions, QUICK_SECONDS if quick else scenario.seconds)
            for scenario, cases in wanted
            if cases
        ]


async def _section(
    scenario: Scenario, cases: Sequence[Case], ground: Ground, repetitions: int, seconds: float
) -> Section:
    began = time.monotonic()
    with console.status(scenario.title) as status:
        async with scenario.open(ground) as sampler:
            samples = await measured(
                scenario,
                sampler,
                cases,
                repetitions=repetitions,
                seconds=seconds,
                tell=status.update,
            )
            status.update(f"{scenario.name}: is all of it right?")
            wrong = dict(await sampler.verify())
    console.print(f"{scenario.name}: {time.monotonic() - began:.0f} s")
    return Section(scenario, samples, wrong)


def _tell(results: Results) -> None:
    console.print(f"On {results.machine}.")
    for section in results.sections:
        console.print(tables.terminal(section.scenario.title, tables.heads(section), tables.rows(section)))
        if section.scenario.musts:
            console.print(tables.terminal("What must hold", tables.MUST_HEADS, tables.must_rows(section)))
        for contestant, wrong in section.wrong.items():
            console.print(f"[red]{contestant} was wrong: {wrong}[/red]")
    if COMMITTED.exists():
        for change in changes(read(COMMITTED), results):
            colour = "green" if change.by > 1 else "red"
            console.print(f"[{colour}]{change.by:.2f}× the committed run: {change.what}[/{colour}]")


def _file() -> Path:
    return state_folder() / "bench" / "last.json"


if __name__ == "__main__":
    app()
