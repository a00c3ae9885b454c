"""`python -m schemas generate | check`."""

from pathlib import Path
from typing import Annotated

import typer

from schemas import asyncapi, history
from schemas.models import schemas_today
from schemas.review import incompatibilities, is_written_down, review

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True)
Folder = Annotated[Path, typer.Option(help="Where the schemas' history is.")]


@app.command()
def generate(folder: Folder = history.FOLDER) -> None:
    """Write the schema of every event that has changed, as its next version."""
    today = schemas_today()
    broken = [finding for name, schema in today.items() for finding in incompatibilities(name, schema, folder)]
    for finding in broken:
        typer.echo(str(finding), err=True)
    if broken:
        raise typer.Exit(1)
    for name, schema in today.items():
        if not is_written_down(name, schema, folder):
            typer.echo(f"wrote {history.append(folder, name, schema)}")
    if not asyncapi.is_written_down():
        asyncapi.PAGE.write_text(asyncapi.written(asyncapi.document()))
        typer.echo(f"wrote {asyncapi.PAGE}")


@app.command()
def check(folder: Folder = history.FOLDER) -> None:
    """Fail if an event has changed in a way that is not written down, or that must not be."""
    findings: list[object] = [*review(schemas_today(), folder)]
    if not asyncapi.is_written_down():
        findings.append(f"{asyncapi.PAGE} is not of today. Run `python -m schemas generate` and commit what it writes.")
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        raise typer.Exit(1)
    typer.echo("The events and their schemas agree, and every version can be read by every other.")


if __name__ == "__main__":
    app()
