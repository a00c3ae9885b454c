"""Every target holds for its seeds and for what chance makes of them, in little time and memory for each."""

import time
import tracemalloc
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.mutation import structural
from fuzz.target import Target
from fuzz.targets import TARGETS

ODD: Final = [b"", b"\x00", b"\xff", b"null", b"[", b"{}", b"[]", b'""', b"1e999", b"NaN", b"9" * 400, b"\\ud800",
              b"\\u0000", b'"\\udc00\\ud800"', "１²é".encode(), b"0x10", b"-0", b"--", b"true", b",v1=", b"=", b".",
              b'{"id":1,"id":2}', b"{right}", b"\r\n"]  # fmt: skip
HUGE: Final[dict[str, bytes]] = {
    "nested lists": b"[" * 500_000,
    "nested objects": b'{"a":' * 150_000,
    "one huge number": b"9" * 500_000,
    "very many signatures": b"t=1767225600" + b",v1=0" * 150_000,
    "very many entries": b"a=b," * 150_000,
    "very many equal names": b"{" + b",".join([b'"id":"x"'] * 60_000) + b"}",
    "very many names": b"{" + b",".join(b'"k%d":1' % number for number in range(40_000)) + b"}",
    "escapes": b'"' + b"\\ud800\\udc00" * 40_000 + b'"',
    "dots": b"." * 500_000,
    "blanks": b" " * 500_000,
    "nothing but NUL": b"\x00" * 500_000,
}
QUICKLY: Final = settings(
    max_examples=150, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, seeds: tuple[bytes, ...], words: tuple[str, ...]) -> bytes:
    """A seed in which some stretches are cut out, doubled, or became something odd."""
    data = draw(st.sampled_from(seeds))
    if draw(st.booleans()):
        return structural(data, words, draw(st.randoms(use_true_random=False))) or data
    pieces = st.sampled_from([*ODD, *(word.encode() for word in words)]) | st.binary(max_size=4)
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 40)))
        data = data[:begin] + draw(pieces | st.just(data[begin:end] * 2)) + data[end:]
    return data


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_it_holds_for_its_seeds(target: Target) -> None:
    assert target.seeds
    for seed in target.seeds:
        target.check(seed)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_it_holds_for_whatever_chance_makes_of_its_seeds(target: Target) -> None:
    @QUICKLY
    @given(changed(target.seeds, target.words))
    def holds(data: bytes) -> None:
        target.check(data)

    holds()


@pytest.mark.parametrize("huge", HUGE.values(), ids=HUGE.keys())
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_it_holds_for_what_was_made_to_exhaust_it_and_soon(target: Target, huge: bytes) -> None:
    began = time.perf_counter()
    target.check(huge[: target.admitted])
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_no_input_leaves_anything_in_memory(target: Target) -> None:
    inputs = [*target.seeds, *ODD, *(seed[: len(seed) // 2] for seed in target.seeds)]
    assert _growth(target.check, inputs, rounds=30) < 64 * 1024


def _growth(check: Callable[[bytes], None], inputs: list[bytes], *, rounds: int) -> int:
    """How many bytes more are held after many rounds than after a few, which fill the caches."""

    def go() -> None:
        for data in inputs:
            check(data)

    tracemalloc.start()
    try:
        for _ in range(5):
            go()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(rounds):
            go()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
