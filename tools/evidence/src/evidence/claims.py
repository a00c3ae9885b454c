"""What tests say that they show by `@pytest.mark.shows("refund.created", "GET /v1/orders")`, read without a run."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PLACES = ("libs/*/tests", "services/*/tests", "tests")
"""The tools stand beside the product: what they show is no evidence of it."""


class ClaimUnreadable(Exception):
    """A `shows` mark holds something else than plain strings."""


@dataclass(frozen=True, order=True)
class Claim:
    """One thing that one test shows; `path` is relative to the repository."""

    what: str
    path: str
    test: str


def claims_in(root: Path) -> list[Claim]:
    """All claims of the repository's tests, sorted. Raises ClaimUnreadable."""
    files = sorted(path for place in PLACES for path in root.glob(f"{place}/**/test_*.py"))
    return sorted({claim for path in files for claim in _claims(path.read_text(), str(path.relative_to(root)))})


def _claims(source: str, path: str) -> Iterator[Claim]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for what in _shown(node.decorator_list, path):
                yield Claim(what, path, node.name)


def _shown(decorators: Iterable[ast.expr], path: str) -> Iterator[str]:
    """The marks of a test, and those of its parameters (`pytest.param(…, marks=pytest.mark.shows(…))`)."""
    for call in (node for decorator in decorators for node in ast.walk(decorator) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "shows":
            for argument in call.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise ClaimUnreadable(f"{path}:{call.lineno}: write what it shows as plain strings.")
                yield argument.value
