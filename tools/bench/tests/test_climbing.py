import pytest

from bench.climbing import LEAST, SLACK, STEP, highest


class Held:
    """Holds any rate up to one, and up to a lower one for long."""

    def __init__(self, most: float, for_long: float) -> None:
        self.most, self.for_long = most, for_long
        self.asked: list[tuple[float, float]] = []

    async def __call__(self, rate: float, seconds: float) -> bool:
        self.asked.append((rate, seconds))
        return rate <= (self.for_long if seconds > 5 else self.most)


async def test_the_highest_rate_is_one_that_was_held_for_long() -> None:
    held = Held(most=2000, for_long=1600)
    found = await highest(held, first=1000, look=5, last=60)
    assert found == pytest.approx(1000 * STEP**3 * SLACK)
    assert held.asked[-1] == (found, 60)


async def test_a_first_rate_that_is_too_high_is_gone_back_from() -> None:
    assert await highest(Held(most=100, for_long=100), first=120, look=5, last=60) == pytest.approx(120 * SLACK)


async def test_a_step_that_fails_once_is_tried_again() -> None:
    tries: list[float] = []

    async def holds(rate: float, _: float) -> bool:
        tries.append(rate)
        return len(tries) > 1 and rate <= 125

    assert await highest(holds, first=100, look=5, last=60) == 125


async def test_nothing_is_held_by_one_that_is_broken() -> None:
    held = Held(most=0, for_long=0)
    assert await highest(held, first=100, look=5, last=60) == 0
    assert min(rate for rate, _ in held.asked) >= LEAST
