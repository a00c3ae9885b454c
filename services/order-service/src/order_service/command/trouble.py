"""What can go wrong, as an operator is told of it: a sentence that says what to do, and an exit code."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import Any, TypeVar

import asyncpg
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.text import Text

from order_service.command.output import print_json

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
    OUR_FAULT = 70
    """An error of the command itself."""


class Trouble(Exception):
    """Ends the command with a sentence that says what to do."""

    def __init__(self, sentence: str, code: Exit = Exit.NOT_DONE) -> None:
        super().__init__(sentence)
        self.code = code


def run(work: Callable[[], Coroutine[Any, Any, T]], *, as_json: bool = False) -> T:
    """Do the work of a command. Whatever goes wrong becomes a sentence on standard error, and JSON if a program asked.

    Only an error of the command itself is shown with its trace, above that sentence.
    """
    try:
        return asyncio.run(work())
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(Exit.INTERRUPTED) from interrupt
    except Exception as error:
        trouble = _trouble(error)
        if trouble.code is Exit.OUR_FAULT:
            traceback.print_exception(error)
        Console(stderr=True, highlight=False).print(Text.assemble(("✗ ", "red"), str(trouble)), soft_wrap=True)
        if as_json:
            print_json({"error": {"code": trouble.code, "detail": str(trouble)}})
        raise typer.Exit(trouble.code) from error


def _trouble(error: Exception) -> Trouble:
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
            return Trouble(f"This command has an error ({name}): report it with what stands above.", Exit.OUR_FAULT)
