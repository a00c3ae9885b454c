"""What a failed batch means: try it again, or look for the record that can never work. And what to log of it."""

import traceback
from pathlib import PurePath
from typing import Any

import asyncpg

from order_service.publisher import NotPublished

FRAMES = 4


class Overtaken(Exception):
    """Another transaction brought an order or payment into being meanwhile: start again, from what it left."""


class TooMuchParked(Exception):
    """More records than the limit allows cannot be read or fail here: stop, and let somebody look.

    Nothing is lost, the records stay in Kafka. Mend what fails, or set the limit higher to park them after all.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Too many records fail here, the last one so: {reason} Nothing more is taken in, and nothing is lost: "
            "mend what fails, or raise the limit to park them after all (docs/recovery.md)."
        )


class WentBack(Exception):
    """The database knows less than this consumer has written into it: it was restored. Start anew, from where it is."""


FOR_NOW = (
    Overtaken,
    OSError,  # ConnectionError and TimeoutError among them
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
FOR_GOOD = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.CardinalityViolationError,  # two records of one batch that cannot be written together
    asyncpg.ProgramLimitExceededError,
)


def is_worth_another_try(error: Exception) -> bool:
    """Whether the same records could succeed later: the database is at fault, not what they say.

    Deadlocks, lost connections, a full disk, a missing table are worth it. Values that PostgreSQL refuses are not, nor
    is an error of our own: the record that brings it out is parked, up to a limit, and the others go on.
    """
    return isinstance(error, (*FOR_NOW, WentBack)) and not isinstance(error, FOR_GOOD)


def could_new_clients_help(error: Exception) -> bool:
    """Whether a new producer and consumer may get on where these fail: neither database nor code is at fault."""
    return not isinstance(error, (*FOR_NOW, TooMuchParked))


def without_content(error: Exception) -> dict[str, Any]:
    """What may be logged of an error: what, where and which rule, but no words that may quote a record or row.

    PostgreSQL adds the whole row that it refuses ("DETAIL: Failing row contains ..."). Only our own words are kept.
    """
    facts: dict[str, Any] = {"because": type(error).__name__}
    if isinstance(error, (NotPublished, TooMuchParked)):
        return {**facts, "problem": str(error)}
    for name in ("sqlstate", "constraint_name", "table_name") if isinstance(error, asyncpg.PostgresError) else ():
        facts[name] = getattr(error, name, None)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {**facts, "raised_at": [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]}
