"""Stripe's side: what happens there by a seeded model, and a sender that does not give up.

`lives` is the model, without a clock or any I/O. `told` are the very lives that a run's sender told: the same, made
with what its journal says of when it began and of what intent-api answered. Whoever judges begins with `told`.
"""

from chaos.stripe.life import Event, Expected, Life, Placed
from chaos.stripe.lives import lives
from chaos.stripe.sending import send
from chaos.stripe.telling import journal_of, told

__all__ = ["Event", "Expected", "Life", "Placed", "journal_of", "lives", "send", "told"]
