"""What order-service's API says of each order, subscription and unmatched payment."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from chaos.judging.evidence import State
from chaos.stripe import Expected

AT_ONCE: Final = 8
TRIES: Final = 5
PAUSE_SECONDS: Final = 1.0
SECONDS: Final = ClientTimeout(total=10)
PATHS: Final[Mapping[str, str]] = {
    "order": "/v1/orders/",
    "subscription": "/v1/subscriptions/",
    "unmatched": "/v1/payments/",
}


async def ask_all(urls: Sequence[str], key: str, wanted: Iterable[Expected]) -> dict[str, State | str]:
    """What is answered of each, by id; each instance is asked in its turn."""
    turns = asyncio.Semaphore(AT_ONCE)
    async with ClientSession(headers={"Authorization": f"Bearer {key}"}, timeout=SECONDS) as session:

        async def ask(number: int, one: Expected) -> tuple[str, State | str]:
            async with turns:
                return one.id, await _ask(session, urls[number % len(urls)] + PATHS[one.kind] + one.id, one.kind)

        return dict(await asyncio.gather(*(ask(number, one) for number, one in enumerate(wanted))))


async def _ask(session: ClientSession, url: str, kind: str) -> State | str:
    """The answer, after a few tries where there is none: reading is no part of what is tried here."""
    said = ""
    for _ in range(TRIES):
        try:
            async with session.get(url) as answer:
                if answer.status == 200:
                    return _state(kind, await answer.json())
                if answer.status == 404:
                    return "not there"
                said = f"answered {answer.status}"
        except (ClientError, TimeoutError) as error:
            said = f"not answered: {type(error).__name__}"
        await asyncio.sleep(PAUSE_SECONDS)
    return said


def _state(kind: str, told: Mapping[str, Any]) -> State:
    match kind:
        case "subscription":
            invoice = told["latest_invoice"]
            flags = tuple(sorted(told["flags"]))
            return State(told["status"], flags=flags, latest_invoice=invoice["status"] if invoice else None)
        case "unmatched":
            money = told["amount"], told["captured"], told["refunded"]
            return State(told["status"] if told["order_id"] is None else "matched", *money, currency=told["currency"])
        case _:
            amounts = told["amount"], told["captured"], told["refunded"], told["disputed"]
            return State(told["status"], *amounts, told["currency"], tuple(sorted(told["flags"])))
