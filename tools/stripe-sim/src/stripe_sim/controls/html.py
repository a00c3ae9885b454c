"""The pages that people see."""

from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("stripe_sim"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
    )


def html(template: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
    """A page from its template."""
    return HTMLResponse(_templates().get_template(template).render(facts), status)
