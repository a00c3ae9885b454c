"""`python -m chart generate | check`."""

import typer

from chart.generated import files, outdated
from chart.places import ROOT
from chart.rendering import helm, is_required, problems

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True)


@app.command()
def generate() -> None:
    """Write what the chart knows of settings and topics."""
    for path, text in files().items():
        path.write_text(text)


@app.command()
def check() -> None:
    """Fail if a generated file is out of date, or if what Helm makes of the chart and ci/*.yaml is not valid."""
    findings = [f"{path.relative_to(ROOT)} is out of date: run `python -m chart generate`." for path in outdated()]
    if helm() or is_required():
        findings += problems()
    for finding in findings:
        typer.echo(finding, err=True)
    if findings:
        raise typer.Exit(1)
    manifests = "are valid" if helm() else "were not looked at, as helm is missing: install Go, which builds it"
    typer.echo(f"The chart is as the settings and topics say; its manifests {manifests}.")


if __name__ == "__main__":
    app()
