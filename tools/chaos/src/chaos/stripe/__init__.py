"""Stripe's side: what happens there by a seeded model, and a sender that does not give up.

`lives` is the model, without a clock or any I/O. `told` are the very lives that a run's sender told: the same, made
with what its journal says of when it began and of what intent-api answered. Whoever judges begins with `told`.
"""

from collections.abc import Iterator, Mapping

from chaos.options import Options
from chaos.stripe.life import Event, Expected, Life, Placed

__all__ = ["Event", "Expected", "Life", "Placed", "lives", "send", "told"]


def lives(
    seed: int,
    orders: int,
    *,
    begun_at: int = 0,
    seconds: float = 180.0,
    dropped_share: float = 0.0,
    placed: Mapping[int, Placed] | None = None,
) -> Iterator[Life]:
    """The lives of a run. One that begins at intent-api has events once `placed` says what that answered."""
    raise NotImplementedError


def told(options: Options) -> Iterator[Life]:
    """The lives as this run's sender told them, byte for byte."""
    raise NotImplementedError


async def send(options: Options, stage: object, journal: object) -> None:
    """Deliver all that happens, as Stripe would and worse."""
    raise NotImplementedError
