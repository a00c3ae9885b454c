"""One row of the API: method and path, who may call it, what it takes, and the work it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_sim.account import NOBODY, Account
from stripe_sim.changes import Cause
from stripe_sim.http.parameters import Shape
from stripe_sim.objects import Object


@dataclass(frozen=True)
class Call:
    """A request as an operation sees it: checked and typed."""

    params: dict[str, Any]
    ids: dict[str, str] = field(default_factory=dict)
    """What the path names: `{"id": "pi_…"}`."""
    from_browser: bool = False
    """Made with a publishable key."""
    cause: Cause = NOBODY
    base_url: str = ""


@dataclass(frozen=True)
class Operation:
    """What the API can do at one URL."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    work: Callable[[Account, Call], Object]
    shape: Shape
    browser: bool = False
    """Whether a publishable key will do."""

    @property
    def is_v2(self) -> bool:
        """Whether it is of API v2, which takes JSON."""
        return self.path.startswith("/v2/")

    @property
    def repeatable(self) -> bool:
        """Whether it takes an idempotency key."""
        return self.method == "POST" or (self.is_v2 and self.method == "DELETE")
