"""`python -m fuzz run | replay | apis`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from fuzz.apis import SERVICES, examine, made_things
from fuzz.local_house import house_that_is_up
from fuzz.search import STATE, Found, search
from fuzz.targets import TARGETS

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
SECONDS_A_MINUTE = 60


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(help="Which targets; all of them if none is named.")] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="For each target.")] = 1.0,
) -> None:
    """Search every target for inputs that it does not survive; each that is found is kept as a file."""
    if find_spec("atheris") is None:
        typer.echo("atheris has no wheel for this machine (it needs Linux on x86_64): nothing was searched.", err=True)
        raise typer.Exit(2)
    found = [_told(search(TARGETS[_known(name)], seconds=int(minutes * SECONDS_A_MINUTE))) for name in names or TARGETS]
    if any(one.failed for one in found):
        raise typer.Exit(1)


@app.command()
def replay(name: str, file: Path) -> None:
    """Give one file to a target again: a trace if it still breaks, nothing if it does not."""
    TARGETS[_known(name)].check(file.read_bytes())


@app.command()
def apis(
    names: Annotated[list[str] | None, typer.Argument(help="Which services; all of them if none is named.")] = None,
    seconds: Annotated[int, typer.Option(min=1, help="For each service.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed makes up the same requests.")] = 1,
) -> None:
    """Hold every API against its own description, in the house that `make up` has started."""
    house = house_that_is_up()
    things = made_things(house)
    examined = [examine(name, house, things, seconds=seconds, seed=seed) for name in names or SERVICES]
    for one in examined:
        typer.echo(one.report)
        typer.echo(f"{'✓' if one.passed else '✗'} {one.service}")
    if not all(one.passed for one in examined):
        raise typer.Exit(1)


def _known(name: str) -> str:
    if name not in TARGETS:
        raise typer.BadParameter(f"{name} is none of {', '.join(TARGETS)}.")
    return name


def _told(found: Found) -> Found:
    typer.echo(f"{'✗' if found.failed else '✓'} {found.target}: {found.last_words}")
    for crash in found.crashes:
        typer.echo(f"    again: .venv/bin/python -m fuzz replay {found.target} {crash}")
    if found.failed and not found.crashes:
        typer.echo(f"    see {STATE / found.target}.log")
    return found


if __name__ == "__main__":
    app()
