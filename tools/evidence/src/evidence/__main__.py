"""`python -m evidence generate | check`."""

from pathlib import Path

import typer

from evidence import limits
from evidence.claims import claims_in
from evidence.house import groups
from evidence.page import gaps, page

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "coverage.md"
LIMITS = ROOT / "docs" / "limits.md"
app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True)


@app.command()
def generate() -> None:
    """Write docs/coverage.md and docs/limits.md."""
    PAGE.write_text(page(groups(), claims_in(ROOT)))
    LIMITS.write_text(limits.page(ROOT))


@app.command()
def check() -> None:
    """Fail if a page is not what tests and settings say, or if something is shown by no test."""
    things, claims = groups(), claims_in(ROOT)
    findings = gaps(things, claims)
    if not PAGE.exists() or PAGE.read_text() != page(things, claims):
        findings.append("docs/coverage.md is not what the tests say: run `make fmt`.")
    if not LIMITS.exists() or LIMITS.read_text() != limits.page(ROOT):
        findings.append("docs/limits.md is not what the settings say: run `make fmt`.")
    for finding in findings:
        typer.echo(finding, err=True)
    if findings:
        raise typer.Exit(1)
    typer.echo("Each event type and each route is shown by a test.")


if __name__ == "__main__":
    app()
