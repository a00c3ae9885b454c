"""The sender's journal."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from chaos.options import Options
from chaos.stripe import Placed, journal_of, lives, told
from chaos.stripe.journal import Attempt, Begun, Journal, Line, Order, read, read_lines

WRITER = """
import asyncio, sys
from pathlib import Path
from chaos.stripe.journal import Attempt, Journal

async def attempt(journal, number):
    await journal.note(Attempt(0.0, f"evt_{number}", 1, False, "ok", 200))
    print(number, flush=True)

async def main():
    async with Journal(Path(sys.argv[1])) as journal:
        for number in range(0, 1_000_000, 10):
            await asyncio.gather(*(attempt(journal, one) for one in range(number, number + 10)))

asyncio.run(main())
"""


def an_attempt(number: int) -> Attempt:
    """An attempt that went well."""
    return Attempt(1.5, f"evt_{number}", 1, False, "ok", 200)


async def test_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    lines: list[Line] = [
        Begun(10, 7, 100, 60.0, 0.1),
        an_attempt(1),
        Order(2.0, 3, 1, "unknown", None, None, None),
        an_attempt(2),
    ]
    async with Journal(tmp_path / "journal.jsonl") as journal:
        for line in lines:
            await journal.note(line)
    assert list(read_lines(tmp_path / "journal.jsonl")) == lines
    assert list(read(tmp_path / "journal.jsonl")) == [an_attempt(1), an_attempt(2)]


async def test_lines_that_come_together_are_all_kept(tmp_path: Path) -> None:
    async with Journal(tmp_path / "journal.jsonl") as journal:
        await asyncio.gather(*(journal.note(an_attempt(number)) for number in range(500)))
    assert set(read(tmp_path / "journal.jsonl")) == {an_attempt(number) for number in range(500)}


def test_what_counted_outlives_a_kill_of_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603 - it is this file's
        assert writer.stdout
        counted = {next(writer.stdout).strip() for _ in range(200)}
        writer.send_signal(signal.SIGKILL)
        counted |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    assert {f"evt_{number}" for number in counted} <= {attempt.event_id for attempt in read(path)}


def test_a_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b'{"kind":"event","at":1.0,"eve')
    assert list(read(tmp_path / "journal.jsonl")) == []


async def test_a_run_is_told_again_from_its_journal(tmp_path: Path) -> None:
    options = Options(seed=7, orders=300, seconds=60.0, folder=tmp_path)
    placed = {life.number: Placed(f"ord_{life.number}", f"pi_{life.number}") for life in lives(7, 300)}
    async with Journal(journal_of(options)) as journal:
        await journal.note(Begun(1_000, 7, 300, 60.0, 0.1))
        for number, answer in placed.items():
            await journal.note(Order(2.0, number, 1, "refused", 503, None, None))
            await journal.note(Order(3.0, number, 2, "ok", 200, answer.order_id, answer.payment_intent_id))
    same = lives(7, 300, begun_at=1_000, seconds=60.0, dropped_share=0.1, placed=placed)
    assert list(told(options)) == list(same)
