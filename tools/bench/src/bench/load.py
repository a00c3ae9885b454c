"""The load generator (`tools/bench/load`, in Go): its command line, and what it says meanwhile."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.builds import load_binary
from devstack.trouble import Trouble

LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Loaded:
    """What the generator measured, and what `account` said of the time that counts."""

    result: dict[str, Any]
    taken: float


async def load(command: str, arguments: Sequence[str], account: Callable[[], float] = lambda: 0.0) -> Loaded:
    """Run it; `account` is read when the time that counts begins and ends, and its growth returned."""
    process = await asyncio.create_subprocess_exec(
        str(load_binary()), command, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = process.stdout, process.stderr
    if out is None or errors is None:
        raise TypeError("both were asked for as pipes")
    at = {"measuring": 0.0, "measured": 0.0}
    result: dict[str, Any] = {}
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            async for line in out:
                told = line.decode().strip()
                if told in at:
                    at[told] = account()
                else:
                    result = json.loads(told)
            complaint = (await errors.read()).decode()
            if await process.wait():
                raise Trouble(f"The load generator failed: {complaint[-1000:]}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Loaded(result, at["measured"] - at["measuring"])
