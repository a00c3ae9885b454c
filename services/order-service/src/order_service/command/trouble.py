"""What can go wrong, as an operator is told of it: a sentence that says what to do, and an exit code."""

import asyncio
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import Any, TypeVar

import asyncpg
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.text import Text

T = TypeVar("T")


class Exit(IntEnum):
    """How the command ends; 2 is Typer's own, for what cannot be understood."""

    INTERRUPTED = 130
    NOT_DONE = 1
    """Some of what was asked for was not done, and the output says which."""
    NOT_FOUND = 3
    KAFKA = 4
    DATABASE = 5
    SCHEMA = 6


class Trouble(Exception):
    """Ends the command with a sentence that says what to do."""

    def __init__(self, sentence: str, code: Exit = Exit.NOT_DONE) -> None:
        super().__init__(sentence)
        self.code = code


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do the work of a command. Whatever goes wrong becomes one line on standard error, never a trace."""
    try:
        return asyncio.run(work())
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(Exit.INTERRUPTED) from interrupt
    except Exception as error:
        trouble = _trouble(error)
        if trouble is None:
            raise
        Console(stderr=True, highlight=False).print(Text.assemble(("✗ ", "red"), str(trouble)), soft_wrap=True)
        raise typer.Exit(trouble.code) from error


def _trouble(error: Exception) -> Trouble | None:
    name = type(error).__name__
    match error:
        case Trouble():
            return error
        case KafkaError():
            return Trouble(f"Kafka does not answer ({name}): see that it runs at KAFKA_BOOTSTRAP_SERVERS.", Exit.KAFKA)
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | OSError():
            sentence = f"PostgreSQL is away, or refuses ({name}): see that it runs at ORDER_SERVICE_DATABASE_URL."
            return Trouble(sentence, Exit.DATABASE)
        case _:
            return None
