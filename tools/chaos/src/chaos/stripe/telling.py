"""The lives as one run's sender told them: the model's, with what only that run could know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chaos.options import Options
from chaos.stripe.journal import Begun, Order, read_lines
from chaos.stripe.life import Life, Placed
from chaos.stripe.lives import lives

FILE: Final = "journal.jsonl"


def journal_of(options: Options) -> Path:
    """Where a run's journal is."""
    return options.folder / FILE


def told(options: Options) -> Iterator[Life]:
    """The lives of the run, byte for byte. Those without an answer of intent-api have no events."""
    begun: Begun | None = None
    placed: dict[int, Placed] = {}
    for line in read_lines(journal_of(options)):
        match line:
            case Begun():
                begun = line
            case Order(life=number, order_id=str() as order_id, payment_intent_id=str() as payment_id):
                placed.setdefault(number, Placed(order_id, payment_id))
            case _:
                pass
    if begun is None:
        raise ValueError("The journal does not say when the run began: its sender has never begun.")
    return lives(
        begun.seed,
        begun.orders,
        begun_at=begun.at,
        seconds=begun.seconds,
        dropped_share=begun.dropped_share,
        placed=placed,
    )
