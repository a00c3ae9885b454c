"""Random lives of orders: what a shop, a buyer and a bank do, in any sequence, through public interfaces alone.

Nothing here knows what must come of it; `stripes_truth` says that. What is refused is refused: a life goes on.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from shop_server import Answer, Json, ShopServer

PATIENCE_SECONDS = 60
NOT_NOW = (503, 504)
PRICES = {"usd": 2400, "eur": 2200, "jpy": 3600}
"""Of a mug, by the catalogue."""
GOOD_CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_pendingRefund", "pm_card_refundFail")
CARDS = (
    *GOOD_CARDS,
    "pm_card_visa_chargeDeclined",
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_card_threeDSecure2Required",
    "pm_card_threeDSecureRequiredChargeDeclined",
    "pm_card_simProcessing",
    "pm_card_simProcessingFails",
    "pm_card_createDispute",
    "pm_card_createDisputeInquiry",
)
SAVED_CARDS = (*GOOD_CARDS, "pm_card_chargeCustomerFail", "pm_card_threeDSecure2Required")
EVIDENCE = ("winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "a letter")


async def answered(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer for who asks again, with the same key, while nobody can answer yet."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = await ask()
        except (aiohttp.ClientError, TimeoutError):
            answer = None
        if answer is not None and answer.status not in NOT_NOW:
            assert answer.status < 500, answer
            return answer
        assert time.monotonic() < deadline, f"nobody answers: {answer}"
        await asyncio.sleep(0.2)


class Life:
    """What an order and a subscription have in common: somebody to call, chance, and a diary to read afterwards."""

    def __init__(self, shop: ShopServer, chance: random.Random) -> None:
        self.shop, self.chance = shop, chance
        self.diary: list[str] = []
        self.stream: Json = {}

    async def asks(self, method: str, path: str, body: Json) -> Answer:
        """Anything of intent-api with the secret key, asked until it is answered."""
        key = secrets.token_hex(16)
        answer = await answered(lambda: self.shop.asks(method, path, body, key=key))
        self.diary.append(f"{method} {path} {body} → {answer.status} {answer.body.get('code', '')}")
        return answer

    async def stripe(self, path: str, form: dict[str, str], *, browser: bool = False) -> Json:
        """A call that changes something at Stripe."""
        answer = await self.shop.stripe("POST", path, form, browser=browser)
        said = answer.get("error", {}).get("code") or answer.get("status", "")
        self.diary.append(f"POST {path} {form.get('payment_method', '')} → {said}")
        return answer

    async def listed(self, kind: str, **wanted: str) -> list[Json]:
        """What Stripe has of a kind."""
        asked = "&".join(f"{name}={value}" for name, value in {**wanted, "limit": "100"}.items())
        return list((await self.shop.stripe("GET", f"/v1/{kind}?{asked}"))["data"])

    async def customer_with(self, card: str) -> tuple[str, str]:
        """A new customer who has saved that card, by a payment method of theirs."""
        customer = (await self.asks("POST", "/v1/customers", {})).body["customer_id"]
        saved = await self.stripe(f"/v1/payment_methods/{card}/attach", {"customer": customer})
        return customer, saved["id"]

    async def confirms(self, client_secret: str, card: str) -> None:
        """The buyer pays, or sets up a card, as Stripe.js does it."""
        name = client_secret.partition("_secret")[0]
        kind = "setup_intents" if name.startswith("seti_") else "payment_intents"
        form = {"client_secret": client_secret, "payment_method": card, "return_url": "http://localhost/back"}
        await self.stripe(f"/v1/{kind}/{name}/confirm", form, browser=True)

    async def something_happens_to(self, names: Sequence[str]) -> None:
        """A bank, a buyer or time does any one thing that can be done to one of these now."""
        can = [
            (name, row["action"])
            for name in names
            for row in (await self.shop.sim("GET", f"/objects/{name}/actions")).get("data", [])
        ]
        if can:
            name, action = self.chance.choice(can)
            done = await self.shop.sim("POST", f"/objects/{name}/{action}")
            self.diary.append(f"{action} {name} → {done.get('status') or done.get('detail')}")

    async def comes_to_tell(self, path: str, shows: Callable[[Json], bool]) -> None:
        """Wait as a shop does that acts on what it has seen."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not shows(told := await read(self.shop, path)):
            assert time.monotonic() < deadline, f"{path} never came to tell it: {told}"
            await asyncio.sleep(0.1)

    async def live(self, steps: int) -> None:
        """So many things happen."""
        for _ in range(steps):
            await self.chance.choice(self.steps())()

    async def begin(self) -> None:
        """Come into being."""
        raise NotImplementedError

    def steps(self) -> Sequence[Callable[[], Awaitable[Any]]]:
        """What may happen next; what is there twice is twice as likely."""
        raise NotImplementedError


class OrderLife(Life):
    """An order's."""

    order_id = ""
    ordered = 0
    currency = ""

    async def begin(self) -> None:
        """Somebody places it, in any of the ways there are."""
        quantity, self.currency = self.chance.randint(1, 4), self.chance.choice(list(PRICES))
        self.ordered = quantity * PRICES[self.currency]
        body: Json = {"items": [{"sku": "mug", "quantity": quantity}], "currency": self.currency}
        how = self.chance.choice((self._by_card, self._by_card, self._held, self._on_a_page, self._in_one_click))
        placed = await how(body)
        assert placed.status in (200, 201, 402), placed
        self.order_id, self.stream = placed.body["order_id"], placed.body["stream"]

    async def _by_card(self, body: Json) -> Answer:
        return await self.asks("POST", "/v1/payment-intents", body)

    async def _held(self, body: Json) -> Answer:
        return await self.asks("POST", "/v1/payment-intents", {**body, "capture_method": "manual"})

    async def _on_a_page(self, body: Json) -> Answer:
        shop = self.shop.house.url("storefront")
        pages = {"success_url": f"{shop}/success", "cancel_url": f"{shop}/cart"}
        return await self.asks("POST", "/v1/checkout-sessions", {**body, **pages})

    async def _in_one_click(self, body: Json) -> Answer:
        customer, card = await self.customer_with(self.chance.choice(SAVED_CARDS))
        away = self.chance.random() < 0.5
        paying = {"customer": customer, "payment_method": card, "off_session": away}
        return await self.asks("POST", "/v1/payment-intents", {**body, **paying})

    def steps(self) -> Sequence[Callable[[], Awaitable[Any]]]:
        """What buyers, shops and banks do."""
        buyers = (self._buyer_pays,) * 4
        banks = (self._bank_acts,) * 4
        shops = (self._is_refunded, self._is_refunded, self._is_captured, self._is_captured, self._is_canceled)
        return (*buyers, *banks, *shops, self._dispute_is_answered, self._is_told_again, self._is_paid_again)

    async def _intents(self) -> list[Json]:
        found = await self.listed("payment_intents")
        return [intent for intent in found if intent["metadata"].get("order_id") == self.order_id]

    async def _sessions(self) -> list[Json]:
        found = await self.listed("checkout/sessions")
        return [session for session in found if session["metadata"].get("order_id") == self.order_id]

    async def _buyer_pays(self) -> None:
        card = self.chance.choice(CARDS)
        open_pages = [session for session in await self._sessions() if session["status"] == "open"]
        payable = [intent for intent in await self._intents() if intent["status"].startswith("requires_p")]
        if open_pages:
            await self._pays_on_page(open_pages[0]["id"], card)
        elif payable:
            await self.confirms(self.chance.choice(payable)["client_secret"], card)

    async def _pays_on_page(self, session_id: str, card: str) -> None:
        form = {"payment_method": card, "email": "buyer@example.com"}
        await self.stripe(f"/c/pay/{session_id}/confirm", form, browser=True)

    async def _bank_acts(self) -> None:
        names = [thing["id"] for thing in await self._sessions()]
        for intent in await self._intents():
            told = [await self.listed(kind, payment_intent=intent["id"]) for kind in ("refunds", "disputes")]
            names += [intent["id"], *(thing["id"] for things in told for thing in things)]
        await self.something_happens_to(names)

    async def _is_refunded(self) -> None:
        paid = [intent for intent in await self._intents() if intent["amount_received"]]
        if not paid:
            return
        captured = sum(intent["amount_received"] for intent in paid)
        await self.comes_to_tell(f"/v1/orders/{self.order_id}", lambda told: told.get("captured", 0) >= captured)
        body: Json = {"reason": "requested_by_customer"} if self.chance.random() < 0.3 else {}
        if self.chance.random() < 0.7:
            body["amount"] = self.chance.randint(1, 12) * 100
        await self.asks("POST", f"/v1/orders/{self.order_id}/refunds", body)

    async def _is_captured(self) -> None:
        if any(intent["status"] == "requires_capture" for intent in await self._intents()):
            body = {"amount": self.chance.randint(1, 30) * 100} if self.chance.random() < 0.5 else {}
            await self.asks("POST", f"/v1/orders/{self.order_id}/capture", body)

    async def _is_canceled(self) -> None:
        if self.chance.random() < 0.3:
            await self.asks("POST", f"/v1/orders/{self.order_id}/cancel", {})

    async def _dispute_is_answered(self) -> None:
        for intent in await self._intents():
            for dispute in await self.listed("disputes", payment_intent=intent["id"]):
                form = {"evidence[uncategorized_text]": self.chance.choice(EVIDENCE), "submit": "true"}
                await self.stripe(f"/v1/disputes/{dispute['id']}", form)

    async def _is_told_again(self) -> None:
        intents = {intent["id"] for intent in await self._intents()}
        told = await self.listed("events")
        names = [one["id"] for one in told if one["data"]["object"].get("id") in intents]
        if names:
            await self.something_happens_to([self.chance.choice(names)])

    async def _is_paid_again(self) -> None:
        """Another server of the shop takes money for the same order: a double charge, or a part that was missing."""
        if self.chance.random() < 0.3:
            form = {
                "amount": str(self.chance.choice((self.ordered, self.ordered - 100))),
                "currency": self.currency,
                "confirm": "true",
                "payment_method": self.chance.choice(GOOD_CARDS),
                "return_url": "http://localhost/back",
                "metadata[order_id]": self.order_id,
            }
            await self.stripe("/v1/payment_intents", form)


async def read(shop: ShopServer, path: str) -> Json:
    """What order-service tells; a problem where it knows nothing of it yet."""
    return (await answered(lambda: shop.reads(path))).body
