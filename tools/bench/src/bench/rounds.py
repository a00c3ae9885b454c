"""Everybody in turns, so that what the machine does besides hits all alike."""

from collections import deque
from collections.abc import Callable, Sequence

from bench.model import Case, Sample, Sampler, Scenario


def taking_part(scenario: Scenario, case: Case) -> Sequence[str]:
    """Who is put under the case's load."""
    return [name for name in scenario.contestants if not case.only or name in case.only]


async def measured(
    scenario: Scenario,
    sampler: Sampler,
    cases: Sequence[Case],
    *,
    repetitions: int,
    seconds: float,
    tell: Callable[[str], None],
) -> list[Sample]:
    """Each case as often as asked, each time begun by another contestant."""
    samples: list[Sample] = []
    for case in cases:
        turns = deque(taking_part(scenario, case))
        times = 1 if case.once else repetitions
        for repetition in range(1, times + 1):
            for contestant in turns:
                tell(f"{scenario.name}: {case.name}, {repetition} of {times}, {contestant}")
                samples.append(Sample(case.name, contestant, await sampler.sample(contestant, case, seconds)))
            turns.rotate(-1)
    return samples
