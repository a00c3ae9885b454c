"""The limit: pgbench runs the very statements of order-service's batches, and nothing else happens.

What they say was recorded from order-service itself. Their arguments stand in a table beside, as pgbench could only
send them as text that it looks through for its own variables; so they need not even be sent.
"""

import asyncio
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
import orjson

from bench.orders.facts import Wave
from chaos.stripe import Expected
from devstack.postgres import binaries
from devstack.trouble import Trouble

TABLE: Final = """
    DROP TABLE IF EXISTS bench_given, bench_recorded;
    CREATE UNLOGGED TABLE bench_recorded (
        batch integer, at integer, argument integer, value text, PRIMARY KEY (batch, at, argument)
    );
    ALTER TABLE bench_recorded ALTER value SET STORAGE EXTERNAL;
    CREATE UNLOGGED TABLE bench_given (LIKE bench_recorded INCLUDING ALL)"""
RENAME: Final = "INSERT INTO bench_given SELECT batch, at, argument, replace(value, $1, $2) FROM bench_recorded"
TRANSACTIONS_PER_SECOND: Final = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")
OF_BATCHES: Final = "INSERT INTO inbox"
LONGEST_SECONDS: Final = 300

Statement = tuple[str, Sequence[tuple[str, str]]]
"""SQL, and the type and the text of each argument."""
Batch = Sequence[Statement]


@dataclass(frozen=True)
class Bare:
    """Recorded batches in a database."""

    url: str
    script: Path
    batches: int
    told: Wave
    expected: list[Expected] = field(default_factory=list)
    """How all ends that was taken in by now."""

    async def per_second(self, tag: str) -> float:
        """Records a second, of the same wave with other ids."""
        await self._rename(tag)
        self.expected.extend(replace(one, id=one.id.replace(self.told.tag, tag)) for one in self.told.expected)
        output = await self._pgbench()
        found = TRANSACTIONS_PER_SECOND.search(output)
        if found is None:
            raise Trouble(f"pgbench did not come to its end: {output[-1000:]}")
        return len(self.told.arrivals) * float(found[1]) / self.batches

    async def _rename(self, tag: str) -> None:
        connection = await asyncpg.connect(self.url, command_timeout=LONGEST_SECONDS)
        try:
            await connection.execute("TRUNCATE bench_given")
            await connection.execute(RENAME, self.told.tag, tag)
            await connection.execute("VACUUM ANALYZE bench_given")
        finally:
            await connection.close()

    async def _pgbench(self) -> str:
        options = ["--no-vacuum", "--protocol=prepared", f"--transactions={self.batches}", "--define=batch=0"]
        process = await asyncio.create_subprocess_exec(
            str(binaries() / "pgbench"),
            *options,
            f"--file={self.script}",
            env={**os.environ, **_where(self.url)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(LONGEST_SECONDS):
            output, _ = await process.communicate()
        return output.decode()


async def bare(url: str, recording: Path, told: Wave) -> Bare:
    """Put what was recorded into the database, and write the script."""
    batches = _read(recording)
    places = sequence(batches)
    connection = await asyncpg.connect(url, command_timeout=LONGEST_SECONDS)
    try:
        await connection.execute(TABLE)
        await connection.copy_records_to_table("bench_recorded", records=_arguments(batches, places))
    finally:
        await connection.close()
    script = recording.with_suffix(".sql")
    script.write_text(script_of(batches, places))
    return Bare(url, script, len(batches), told)


def _read(recording: Path) -> Sequence[Batch]:
    """Without what was said when it started."""
    transactions: list[Batch] = [orjson.loads(line) for line in recording.read_bytes().splitlines()]
    return [batch for batch in transactions if any(sql.startswith(OF_BATCHES) for sql, _ in batch)]


def sequence(batches: Sequence[Batch]) -> Mapping[str, int]:
    """Each statement's place: as in the batch with most of them, then what only others say."""
    longest = sorted(batches, key=len, reverse=True)
    return {sql: at for at, sql in enumerate(dict.fromkeys(sql for batch in longest for sql, _ in batch))}


def script_of(batches: Sequence[Batch], places: Mapping[str, int]) -> str:
    """For pgbench: a transaction is a batch, and says only what that batch said."""
    types = {sql: [kind for kind, _ in arguments] for batch in batches for sql, arguments in batch}
    said = ", ".join(f"coalesce(bool_or(at = {at}), false)::int AS says_{at}" for at in places.values())
    asked = f"SELECT {said} FROM bench_given WHERE batch = :batch \\gset"  # noqa: S608 - numbers of our own
    lines = ["\\set batch :batch + 1", asked, "BEGIN;"]
    for sql, at in places.items():
        lines += [f"\\if :says_{at}", f"{_with_arguments(sql, at, types[sql])};", "\\endif"]
    return "\n".join([*lines, "COMMIT;"]) + "\n"


def _with_arguments(sql: str, at: int, types: Sequence[str]) -> str:
    def taken(found: re.Match[str]) -> str:
        number = int(found[1])
        place = f"batch = :batch AND at = {at} AND argument = {number}"
        return f"(SELECT value FROM bench_given WHERE {place})::{types[number - 1]}"  # noqa: S608 - numbers of our own

    return re.sub(r"\$(\d+)", taken, sql)


def _arguments(batches: Sequence[Batch], places: Mapping[str, int]) -> Iterator[tuple[int, int, int, str]]:
    """Argument 0 stands for a statement itself, as some have none."""
    for batch, statements in enumerate(batches, 1):
        for sql, arguments in statements:
            yield batch, places[sql], 0, ""
            for number, (_, value) in enumerate(arguments, 1):
                yield batch, places[sql], number, value


def _where(url: str) -> Mapping[str, Any]:
    """As PostgreSQL's own programs take it from the environment."""
    told = urlsplit(url)
    return {
        "PGHOST": told.hostname or "",
        "PGPORT": str(told.port),
        "PGUSER": told.username or "",
        "PGPASSWORD": told.password or "",
        "PGDATABASE": told.path.lstrip("/"),
    }
