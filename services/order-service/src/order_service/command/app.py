"""The commands of `tillstream`, each group of them in a module of its own."""

import typer

app = typer.Typer(
    help="What an operator of Tillstream does by hand.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a trace with local variables would print a record's content
)


@app.callback()
def tillstream() -> None:
    """What an operator of Tillstream does by hand; `tillstream COMMAND --help` says more."""


def main() -> None:
    """The console script `tillstream`."""
    app()
