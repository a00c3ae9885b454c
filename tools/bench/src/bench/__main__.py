"""`python -m bench`: measure a running house."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from bench.figures import failure_lines, latency_table
from bench.latency import measure
from bench.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_show_locals=False)


@app.callback()
def bench() -> None:
    """Measure a running house, side by side with what it promises."""


@app.command()
def latency(
    rate: Annotated[int, typer.Option(min=1, max=5000, help="Purchases a second.")] = 100,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="How long.")] = 10,
) -> None:
    """Webhook POST → WebSocket message, one buyer with a socket of its own for each event."""
    console = Console()
    measured = asyncio.run(measure(Settings(), rate=rate, seconds=seconds))
    console.print(latency_table(measured, rate))
    for line in failure_lines(measured):
        console.print(f"[red]{line}[/red]")
    raise typer.Exit(1 if measured.failures else 0)


if __name__ == "__main__":
    app()
