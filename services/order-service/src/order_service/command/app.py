"""The commands of `tillstream`, each group of them in a module of its own."""

import typer

from order_service.command import parked_app
from order_service.command.audit_app import audit
from order_service.command.rebuild_app import rebuild

app = typer.Typer(
    help="What an operator of Tillstream does by hand. `tillstream COMMAND --help` says more.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a trace with local variables would print what a record says
)
app.add_typer(parked_app.app, name="parked")
app.command()(audit)
app.command()(rebuild)


def main() -> None:
    """The console script `tillstream`."""
    app()
