"""The commands behind `make chaos` and its sisters."""

import asyncio
import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.status import Status

from chaos import pages, results
from chaos.campaign import run as run_campaign
from chaos.faults import KINDS
from chaos.mutants import MUTANTS, mutant_called
from chaos.mutants.catalogue import NoSuchMutant
from chaos.options import Options
from chaos.outcome import Outcome, command_of
from chaos.report import shown
from devstack.trouble import Trouble

for noisy in ("aiokafka", "asyncio"):  # the campaign's own connections break, too
    logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
app = typer.Typer(help="Hurts the house and judges what is left.", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)
QUIET_SECONDS: Final = 15.0
"""Between two lines where nobody sees a line change."""
INTERRUPTED: Final = 130

Seed = Annotated[int | None, typer.Option(help="What all chance comes from; made up and told if not given.")]
Orders = Annotated[int, typer.Option(min=1, max=20_000, help="How many orders, subscriptions and payments live.")]
Seconds = Annotated[float, typer.Option(min=1, max=3600, help="How long faults go on.")]


@app.command()
def run(
    seed: Seed = None,
    orders: Orders = 400,
    seconds: Seconds = 75,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds of fault; `chaos kinds` names all.")] = None,
    mutant: Annotated[str | None, typer.Option(help="A defect to be found; `chaos mutants` runs all.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON instead.")] = False,
) -> None:
    """One run; exit code 1 if a promise was broken."""
    with _told():
        outcome = _ran(_options(seed, orders, seconds, kind, mutant), quiet=json)
        if json:
            typer.echo(orjson.dumps(outcome.told(), option=orjson.OPT_INDENT_2).decode())
        raise typer.Exit(0 if outcome.ok else 1)


@app.command()
def long(
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 10,
    first: Annotated[int, typer.Option(help="The first of them.")] = 1,
    orders: Orders = 2000,
    seconds: Seconds = 190,
    again: Annotated[bool, typer.Option(help="Run those, too, whose outcome is known.")] = False,
) -> None:
    """Many seeds, one after the other; those that ran already with the same options are not run again."""
    with _told():
        outcomes = []
        for seed in range(first, first + seeds):
            known = None if again else results.kept_of(Options(seed, orders, seconds, results.home()))
            if known:
                console.print(f"seed {seed} ran before: {'green' if known.ok else 'RED'}")
            outcomes.append(known or _ran(_options(seed, orders, seconds, None, None)))
        console.print(pages.seeds(outcomes), markup=False)
        raise typer.Exit(0 if all(outcome.ok for outcome in outcomes) else 1)


@app.command()
def mutants(
    only: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    tries: Annotated[int, typer.Option(min=1, max=20, help="How many seeds a mutant may survive at the most.")] = 3,
) -> None:
    """Each deliberate defect in its turn: exit code 1 if one of them is not noticed."""
    with _told():
        chosen = [mutant_called(name) for name in only] if only else MUTANTS
        for mutant in chosen:
            for seed in range(1, tries + 1):
                kinds = sorted(mutant.shown_by) or None
                if mutant.is_caught_by(_ran(_options(seed, mutant.orders, mutant.seconds, kinds, mutant.name)).verdict):
                    break
        console.print(pages.mutants(), markup=False)
        survived = [mutant.name for mutant in chosen if mutant.name in pages.not_noticed()]
        raise typer.Exit(1 if survived else 0)


@app.command()
def kinds() -> None:
    """The kinds of fault, and what each may meet."""
    for name, one in sorted(KINDS.items()):
        typer.echo(f"{name:29} {', '.join(one.targets)}")


@app.command()
def report() -> None:
    """Write the outcomes that are kept into docs/reliability.md."""
    with _told():
        console.print(f"written: {pages.write()}")


def _options(seed: int | None, orders: int, seconds: float, kind: list[str] | None, mutant: str | None) -> Options:
    unknown = set(kind or ()) - KINDS.keys()
    if unknown:
        raise Trouble(f"There is no kind of fault called {', '.join(sorted(unknown))}: `chaos kinds` names all.")
    if mutant:
        mutant_called(mutant)
    seed = random.SystemRandom().randrange(1, 10**6) if seed is None else seed
    folder = results.fresh_folder(seed, mutant)
    return Options(seed, orders, seconds, folder, mutant, frozenset(kind) if kind else None)


def _ran(options: Options, *, quiet: bool = False) -> Outcome:
    """One run, shown while it goes on and at its end, and kept."""
    told = Console(stderr=True, quiet=True) if quiet else console
    told.print(f"[bold]{command_of(options)}[/]")
    with told.status("beginning") as status:
        outcome = asyncio.run(run_campaign(options, _show(status)))
    results.keep(outcome)
    told.print(shown(outcome))
    if not outcome.ok:
        told.print(f"[red]✗[/] All evidence is kept in {options.folder}", soft_wrap=True)
    return outcome


class _Shown:
    """Shows how far it is: in place in a terminal, else a line now and then."""

    def __init__(self, status: Status) -> None:
        self._status, self._last, self._begun = status, ("", 0.0), time.monotonic()

    def __call__(self, what: str) -> None:
        self._status.update(what)
        now, step = time.monotonic(), what.partition(":")[0]
        if not console.is_terminal and (step != self._last[0] or now - self._last[1] >= QUIET_SECONDS):
            console.print(f"{now - self._begun:5.0f} s  {what}", markup=False)
            self._last = step, now


_show = _Shown


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, in words."""
    try:
        yield
    except (Trouble, NoSuchMutant) as trouble:
        console.print(f"[red]✗[/] {trouble}", soft_wrap=True)
        raise typer.Exit(2) from trouble
    except KeyboardInterrupt:
        console.print("Interrupted; everything is taken down.")
        raise typer.Exit(INTERRUPTED) from None
