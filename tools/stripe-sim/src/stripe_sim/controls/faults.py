"""Calls of the API that fail on demand, to test what a caller does then."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_FAULTS = 1000
FaultKind = Literal[
    "error_500",
    "error_500_after",
    "rate_limit",
    "lock_409",
    "api_connection_before",
    "api_connection_after",
    "slow",
]


class Fault(BaseModel):
    """The next `count` calls of `path` (with `*` for any part) fail in this way.

    `error_500`, `rate_limit`, `lock_409` and `api_connection_before` come before the work: nothing is done, and the
    idempotency key stays free. `error_500_after` and `api_connection_after` come after it: the work is done and the
    key holds the answer. `slow` waits for `seconds` with the key taken, then works.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    path: Annotated[str, Field(max_length=200)] = "/v1/*"
    method: Literal["GET", "POST", "DELETE", "*"] = "POST"
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=600)] = 5


class Faults:
    """The faults that are still to come, the first one first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """One more; the oldest of too many is forgotten."""
        self._faults = [*self._faults, fault][-MAX_FAULTS:]

    def waiting(self) -> list[Fault]:
        """Those that are still to come."""
        return list(self._faults)

    def clear(self) -> None:
        """None any more."""
        self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault of this call, if it has one."""
        for index, fault in enumerate(self._faults):
            if fault.method in ("*", method) and fnmatchcase(path, fault.path):
                rest = [fault.model_copy(update={"count": fault.count - 1})] if fault.count > 1 else []
                self._faults[index : index + 1] = rest
                return fault
        return None
