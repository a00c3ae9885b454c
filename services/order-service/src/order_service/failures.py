"""What a failed batch means: try it again, or look for the record that can never work."""

import asyncpg


class Overtaken(Exception):
    """Another transaction brought an order or payment into being meanwhile: start again, from what it left."""


class TooMuchParked(Exception):
    """More records than the limit allows fail here, by our own fault perhaps: stop, and let somebody look.

    Nothing is lost, the records stay in Kafka. Mend what fails, or set the limit higher to park them after all.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Too many records fail here, the last one so: {reason}")


FOR_NOW = (
    Overtaken,
    OSError,  # ConnectionError and TimeoutError among them
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
FOR_GOOD = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)


def is_worth_another_try(error: Exception) -> bool:
    """Whether the same records could succeed later: the database is at fault, not what they say.

    Deadlocks, lost connections, a full disk, a missing table are worth it. Values that PostgreSQL refuses are not, nor
    is an error of our own: the record that brings it out is parked, up to a limit, and the others go on.
    """
    return isinstance(error, FOR_NOW) and not isinstance(error, FOR_GOOD)


def could_new_clients_help(error: Exception) -> bool:
    """Whether a new producer and consumer may get on where these fail: neither database nor code is at fault."""
    return not isinstance(error, (*FOR_NOW, TooMuchParked))
