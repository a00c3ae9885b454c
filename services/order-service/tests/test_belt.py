"""Several batches under way at once; neither Kafka nor PostgreSQL needed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from order_service.belt import LONGEST, Belt, Steps


class Work:
    """Steps that end when they are let, and what they did in which sequence."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self.failing: set[str] = set()

    def steps(self) -> Steps[Any, Any]:
        return Steps(self._step("read"), self._step("take in"), self._step("publish"))

    def gate(self, step: str) -> asyncio.Event:
        """Set it to let this step of this batch end."""
        return self._gates.setdefault(step, asyncio.Event())

    def let(self, *steps: str) -> None:
        for step in steps:
            self.gate(step).set()

    def _step(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        async def work(batch: Any) -> Any:
            step = f"{name} {batch[0]}"
            self.log.append(step)
            await self.gate(step).wait()
            if step in self.failing:
                raise ConnectionError(step)
            return batch

        return work


async def _settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def begun(work: Work, *batches: str) -> Belt[Any, Any]:
    belt = Belt(work.steps())
    for batch in batches:
        belt.begin(batch)  # type: ignore[arg-type]  # a letter stands for its records
    return belt


async def test_three_batches_are_read_taken_in_and_published_at_the_same_time() -> None:
    """Each in another step; the third is not taken in before the second is."""
    work = Work()
    belt = begun(work, "a", "b", "c")
    work.let("read a", "read b", "read c", "take in a")
    await _settled()
    assert set(work.log) == {"read a", "read b", "read c", "take in a", "publish a", "take in b"}
    assert belt.is_full
    work.let("publish a", "take in b", "publish b", "take in c", "publish c")
    done = ["".join(map(str, (await belt.oldest()).records)) for _ in range(LONGEST)]
    assert (done, bool(belt)) == (["a", "b", "c"], False)


async def test_no_batch_is_published_before_the_one_before_it() -> None:
    """However early it is taken in: no version of an order may come before those below it."""
    work = Work()
    belt = begun(work, "a", "b")
    work.let("read a", "read b", "take in a", "take in b", "publish b")
    await _settled()
    assert "take in b" in work.log
    assert "publish b" not in work.log
    work.let("publish a")
    await belt.settle()
    assert work.log.index("publish a") < work.log.index("publish b")


@pytest.mark.parametrize("failing", ["read b", "take in b", "publish b"])
async def test_step_that_fails_fails_for_the_batches_behind_and_not_for_those_before(failing: str) -> None:
    """The one before is published, and nothing behind it is."""
    work = Work()
    work.failing = {failing}
    belt = begun(work, "a", "b", "c")
    work.let(*(f"{step} {batch}" for step in ("read", "take in", "publish") for batch in "abc"))
    await belt.oldest()
    with pytest.raises(ConnectionError, match=failing):
        await belt.oldest()
    await belt.settle()
    assert "".join(map(str, belt.records)) == "bc"
    assert "publish a" in work.log
    assert "publish c" not in work.log
    assert ("take in c" in work.log) is (failing == "publish b")


async def test_what_is_cancelled_ends() -> None:
    """So a shutdown that lasts too long leaves nothing behind."""
    work = Work()
    belt = begun(work, "a", "b")
    work.let("read a")
    await _settled()
    belt.cancel()
    await belt.settle()
    assert set(work.log) == {"read a", "read b", "take in a"}
