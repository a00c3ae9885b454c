"""Who asks too often is told to wait, and how long; others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_api.buckets import Buckets

if TYPE_CHECKING:
    from calling import Api
    from conftest import Serve

CATALOG = "/v1/catalog"
SHOP = "http://localhost:8000"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def buckets(clock: Clock, burst: int = 3, per_second: int = 2, most: int = 10) -> Buckets:
    return Buckets("address", burst=burst, per_second=per_second, most=most, clock=clock)


def test_burst_is_allowed_and_then_the_rate() -> None:
    """With the time to wait in whole seconds."""
    clock = Clock()
    mine = buckets(clock)
    assert [mine.take("a").allowed for _ in range(4)] == [True, True, True, False]
    assert mine.take("b").left == 2
    refused = mine.take("a")
    assert (refused.left, refused.next_in, refused.full_in) == (0, 1, 2)
    clock.now += 0.5
    assert [mine.take("a").allowed for _ in range(2)] == [True, False]


def test_refused_request_makes_nobody_wait_longer() -> None:
    """Only what was allowed counts."""
    clock = Clock()
    mine = buckets(clock)
    for _ in range(100):
        mine.take("a")
    clock.now += 0.5
    assert mine.take("a").allowed


def test_memory_is_bounded_and_the_one_forgotten_starts_afresh() -> None:
    """A flood of addresses takes no memory without end."""
    mine = buckets(Clock(), burst=1, most=2)
    assert [mine.take(who).allowed for who in "aabcb"] == [True, False, True, True, False]
    assert mine.take("a").allowed
    assert len(mine._full_at) == 2


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5), st.integers(1, 5))
def test_no_window_gives_more_than_the_burst_and_the_rate(pauses: list[float], burst: int, per_second: int) -> None:
    """Whatever the rhythm."""
    clock = Clock()
    mine, allowed = buckets(clock, burst, per_second), 0
    for pause in pauses:
        clock.now += pause
        allowed += mine.take("a").allowed
    assert allowed <= burst + (clock.now - 1000) * per_second + 1e-6


async def limited(serve_api: Serve, **changes: int) -> Api:
    return await serve_api(
        **{"burst_per_address": 2, "rate_per_address": 1, "burst_per_key": 3, "rate_per_key": 1, **changes}
    )


async def test_address_that_asks_too_often_waits(serve_api: Serve) -> None:
    """Its page can read the refusal; the usual headers tell how much is left."""
    api = await limited(serve_api)
    first = await api.send("GET", CATALOG)
    assert first.headers["RateLimit-Policy"] == '"address";q=2;w=2'
    assert first.headers["RateLimit"] == '"address";r=1;t=1'
    await api.send("GET", CATALOG)
    refused = await api.send("GET", CATALOG, Origin=SHOP)
    assert (refused.status, refused.body["code"]) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["Access-Control-Allow-Origin"] == SHOP
    assert "RateLimit" in refused.headers["Access-Control-Expose-Headers"]
    assert (await api.send("GET", "/livez")).status == 200
    metrics = (await api.send("GET", "/metrics")).body["text"]
    assert 'intent_api_rate_limited_total{limit="address"} 1.0' in metrics


async def test_secret_key_has_a_limit_of_its_own(serve_api: Serve) -> None:
    """The shop's server is one address, and asks for all its buyers."""
    api = await limited(serve_api)
    answers = [await api.get("/v1/none") for _ in range(4)]
    assert [answer.status for answer in answers] == [404, 404, 404, 429]
    assert answers[0].headers["RateLimit-Policy"].startswith('"key";q=3')
    assert (await api.send("GET", CATALOG)).status == 200


async def test_unknown_key_counts_as_its_address(serve_api: Serve) -> None:
    """Guessing keys is no way around the limit."""
    api = await limited(serve_api)
    answers = [await api.get("/v1/none", bearer=f"sk_guess_number_{each}") for each in range(3)]
    assert [answer.status for answer in answers] == [404, 404, 429]


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [200, 200, 429]), (1, [200, 200, 200])])
async def test_address_is_the_one_that_our_proxies_saw(serve_api: Serve, proxies: int, statuses: list[int]) -> None:
    """What a client claims without a proxy of ours is not believed."""
    api = await limited(serve_api, trusted_proxies=proxies)
    answers = [await api.send("GET", CATALOG, X_Forwarded_For=f"192.0.2.{each}") for each in range(3)]
    assert [answer.status for answer in answers] == statuses
