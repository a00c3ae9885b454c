"""`python -m bench.orders.recording FILE`: order-service as it is, which also writes down what its transactions say.

A line of JSON for each transaction: its statements, and their arguments as PostgreSQL would read them.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from order_service.__main__ import main

BEGIN, COMMIT = "BEGIN;", "COMMIT;"


def argument(value: Any) -> tuple[str, str]:
    """A type of PostgreSQL's, and the value as text."""
    match value:
        case datetime():
            return "timestamptz", value.isoformat()
        case int():
            return "bigint", str(value)
        case str():
            return "text", value
        case _:
            return _array(value)


def _array(values: Sequence[int | str]) -> tuple[str, str]:
    if values and all(isinstance(value, int) for value in values):
        return "bigint[]", f"{{{','.join(map(str, values))}}}"
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "text[]", "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def recorder(file: Path) -> Callable[[Any], None]:
    """Writes each transaction of one connection down when it is committed."""
    said: list[Any] = []

    def note(query: Any) -> None:
        if query.query == BEGIN:
            said.clear()
        elif query.query == COMMIT:
            with file.open("ab") as out:
                out.write(orjson.dumps(said) + b"\n")
        else:
            said.append((query.query, [argument(value) for value in query.args]))

    return note


def record(file: Path) -> None:
    """From now on, of every connection that a pool makes."""
    make_pool = asyncpg.create_pool

    async def listen(connection: Any) -> None:
        connection.add_query_logger(recorder(file))

    def create_pool(*arguments: Any, **options: Any) -> Any:
        return make_pool(*arguments, init=listen, **options)

    asyncpg.create_pool = create_pool


if __name__ == "__main__":
    record(Path(sys.argv[1]))
    main()
