"""Which instance of the reconciler leads, and who does when that one is gone."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from order_service.reconciler.leadership import LOCK
from own_process import own_process
from reconciler_stage import KEY, Reconciling, Sim

pytestmark = pytest.mark.integration
LEADER = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK % 2**32} AND granted"  # noqa: S608


async def _leads_another(pool: Any, before: int) -> bool:
    return await pool.fetchval(LEADER) not in (None, before)


async def test_leader_that_loses_its_session_stops_and_leads_anew(
    sim: Sim, reconciling: Reconciling, pool: Any, until: Any, sweeps: Any
) -> None:
    async with reconciling() as reconciler:
        await until(lambda: pool.fetchval(LEADER))
        before = await pool.fetchval(LEADER)
        await pool.execute("SELECT pg_terminate_backend($1)", before)
        await until(lambda: _leads_another(pool, before))
        await sweeps(reconciler)


@asynccontextmanager
async def process(given: dict[str, Any], log: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A reconciler as a process of its own, and where it listens."""
    own = {f"ORDER_SERVICE_RECONCILER_{name}".upper(): str(value) for name, value in given.items() if name.islower()}
    told = {name: value for name, value in given.items() if name.isupper()}
    with log.open("wb") as written:
        async with own_process(
            "-m", "order_service.reconciler",
            settings={**told, **own, "LOG_FORMAT": "json"}, port="ORDER_SERVICE_RECONCILER_PORT",
            stdout=written, stderr=written,
        ) as running:  # fmt: skip
            yield running


async def role(url: str) -> str:
    """What a process says it does."""
    with suppress(aiohttp.ClientError):
        async with aiohttp.request("GET", f"{url}/readyz") as answer:
            return str((await answer.json())["parts"]["role"])
    return ""


async def test_when_the_leader_is_killed_the_other_takes_over(
    app: Any, quick_reconciler: dict[str, Any], sim: Sim, kafka: Any, until: Any, tmp_path: Path
) -> None:
    async with (
        process(quick_reconciler, tmp_path / "first") as (first, one),
        process(quick_reconciler, tmp_path / "other") as (second, other),
    ):

        async def one_leads() -> bool:
            return sorted([await role(one), await role(other)]) == ["leading", "standing by"]

        async def the_rest_leads() -> bool:
            return "leading" in (await role(one), await role(other))

        await until(one_leads, seconds=60)
        leader = first if await role(one) == "leading" else second
        leader.send_signal(signal.SIGKILL)
        await leader.wait()
        await until(the_rest_leads, seconds=60)
        await sim.pays("ord_1")
        await kafka.changes("ord_1", count=1)
    logs = (tmp_path / "first").read_text() + (tmp_path / "other").read_text()
    assert KEY not in logs
    assert '"event": "swept"' in logs
