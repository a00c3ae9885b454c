"""A process that gets nowhere ends itself, and no other does."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from tillstream_operations import Health, Watchdog

PROGRAM = """
import asyncio, time
from contextlib import asynccontextmanager
from fastapi import FastAPI
from tillstream_operations import Health, add_probes, configure_logs, serve
import tillstream_operations.serving as serving

word = "ok"

async def ready():
    return Health.of()

async def alive():
    if word == "silent":
        await asyncio.sleep(3600)
    if word == "broken":
        raise LookupError("secret words")
    return Health.of(consumer=word)

@asynccontextmanager
async def lifespan(_):
    asyncio.get_running_loop().call_later(0.2, trouble)
    yield
    print("left in order", flush=True)
    if STUBBORN:
        await asyncio.sleep(3600)

def trouble():
    global word
    print("trouble", flush=True)
    word = WORD
    if BLOCKED:
        time.sleep(3600)

serving.LONGEST_END = 1.0
configure_logs("tried", log_format="json")
app = FastAPI(lifespan=lifespan)
add_probes(app, ready=ready, alive=alive)
serve(app, host="127.0.0.1", port=0, notice_seconds=0, end_after_seconds=PATIENCE)
"""
CODE = 70


@asynccontextmanager
async def process(
    word: str = "ok", *, blocked: bool = False, stubborn: bool = False, patience: float = 0.5
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program, and whatever happens to it 0.2 s after its start."""
    head = f"WORD, BLOCKED, STUBBORN, PATIENCE = {word!r}, {blocked}, {stubborn}, {patience}\n"
    tried = await asyncio.create_subprocess_exec(sys.executable, "-c", head + PROGRAM, stdout=asyncio.subprocess.PIPE)
    try:
        yield tried
    finally:
        with suppress(ProcessLookupError):
            tried.kill()
        await tried.communicate()


async def output_of(tried: asyncio.subprocess.Process) -> str:
    async with asyncio.timeout(20):
        output, _ = await tried.communicate()
    return output.decode()


def last_words(output: str) -> dict[str, Any]:
    """The one line that says why."""
    [line] = [line for line in output.splitlines() if "process_ends_without_progress" in line]
    told: dict[str, Any] = json.loads(line)
    return told


@pytest.mark.parametrize(
    ("word", "because"),
    [
        ("records wait", "consumer: records wait"),
        ("silent", "it does not say whether it is alive"),
        ("broken", "it cannot say whether it is alive: LookupError"),
    ],
)
async def test_process_without_progress_leaves_in_order_and_says_why(word: str, because: str) -> None:
    async with process(word) as tried:
        output = await output_of(tried)
    assert tried.returncode == CODE
    assert last_words(output)["because"] == because
    assert "left in order" in output
    assert "secret words" not in output


async def test_process_whose_event_loop_is_blocked_ends_and_says_where() -> None:
    async with process(blocked=True) as tried:
        output = await output_of(tried)
    assert tried.returncode == CODE
    assert last_words(output)["because"] == "the event loop does not turn"
    assert "trouble" in last_words(output)["blocked_at"]


async def test_process_that_cannot_leave_in_order_ends_all_the_same() -> None:
    async with process("records wait", stubborn=True) as tried:
        output = await output_of(tried)
    assert tried.returncode == CODE
    assert "left in order" in output


async def test_process_that_is_alive_stays() -> None:
    """Several times its patience."""
    async with process(patience=0.3) as tried:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await tried.wait()
        tried.terminate()
        async with asyncio.timeout(20):
            assert await tried.wait() == 0


async def test_process_that_was_frozen_goes_on() -> None:
    """For longer than its patience; it was no fault of its own."""
    async with process(patience=0.5) as tried:
        assert tried.stdout
        await _printed(tried.stdout, b"trouble")
        tried.send_signal(signal.SIGSTOP)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await tried.wait()
        tried.send_signal(signal.SIGCONT)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await tried.wait()
        tried.terminate()
        async with asyncio.timeout(20):
            assert await tried.wait() == 0


async def _printed(stream: asyncio.StreamReader, word: bytes) -> None:
    async with asyncio.timeout(20):
        while word not in await stream.readline():
            pass


@pytest.mark.parametrize("turns", range(6))
async def test_watching_can_be_left_at_any_moment(turns: int) -> None:
    """Also while a look just ends: a cancellation that is lost there would let the process stay for good."""

    async def alive() -> Health:
        return Health.of()

    async def watch() -> None:
        async with Watchdog(alive, patience=60, grace=60).watching():
            for _ in range(turns):
                await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await asyncio.wait({watching}, timeout=10)
    assert watching.done()
