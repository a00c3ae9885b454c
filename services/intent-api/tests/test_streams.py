"""Stream tokens."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from intent_api.streams import Streams, expiry
from tillstream_contracts.stream_tokens import Grant, verify

PLACED = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = "a secret that is long enough for a test"
LAG = timedelta(seconds=30)


@given(st.timedeltas(-LAG, timedelta(days=400)), st.timedeltas(timedelta(minutes=1), timedelta(days=1)))
def test_token_lives_one_to_two_lifetimes_from_now(later: timedelta, lifetime: timedelta) -> None:
    """However long after the order it is asked for; a clock behind Stripe's adds its lag."""
    now = PLACED + later
    left = expiry(PLACED, now, lifetime) - now
    assert lifetime < left <= 2 * lifetime + LAG


def test_retries_close_together_get_the_same_token() -> None:
    """The same answer, to the letter."""
    assert expiry(PLACED, PLACED, HOUR) == expiry(PLACED, PLACED + timedelta(minutes=59), HOUR)


def test_token_opens_this_order_of_this_merchant_until_its_expiry() -> None:
    """And nothing else."""
    now = datetime.now(UTC).replace(microsecond=0)
    placed_at = now - HOUR / 2
    stream = Streams("ws://x/v1/stream", SECRET, HOUR).of("shop", "ord_1", placed_at=placed_at)
    grant = verify(stream.token, SECRET, now=now)
    assert grant == Grant("shop", "ord_1", placed_at + 2 * HOUR)
    assert stream.url == "ws://x/v1/stream"
