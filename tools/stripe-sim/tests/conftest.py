"""A running stripe-sim, the official library pointed at it, and a shop that receives its webhooks."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import stripe
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from stripe import Customer, PaymentIntent, StripeClient
from stripe.checkout import Session

from stripe_sim.app import create_app
from stripe_sim.settings import Settings

PATIENCE = 30.0
SECRET = "whsec_test_secret"
LAST_OF_JANUARY = int(datetime(2026, 1, 31, 10, tzinfo=UTC).timestamp())


def wait_until(holds: Callable[[], Any], what: str = "the condition") -> Any:
    """What `holds` returns once that is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.005)
    raise AssertionError(f"{what} did not come true within {PATIENCE} s")


@dataclass
class Received:
    """One webhook as it came."""

    headers: dict[str, str]
    body: bytes
    path: str


@dataclass
class Shop:
    """Receives webhooks; answers with the statuses in `answers`, then with 200."""

    url: str
    received: list[Received]
    answers: list[int]

    @property
    def paths(self) -> list[str]:
        """Where each came."""
        return [hook.path for hook in self.received]

    def events(self, *types: str) -> list[stripe.Event]:
        """What came, checked by the official library."""
        events = [
            stripe.Webhook.construct_event(hook.body, hook.headers["Stripe-Signature"], SECRET)
            for hook in list(self.received)
        ]
        return [event for event in events if not types or event.type in types]

    def wait_for_hooks(self, count: int) -> None:
        """Return once so many have come, whoever signed them."""
        wait_until(lambda: len(self.received) >= count, f"{count} webhooks")

    def wait_for(self, count: int, *types: str) -> list[stripe.Event]:
        """So many events, once they have come."""
        found: list[stripe.Event] = wait_until(
            lambda: events if len(events := self.events(*types)) >= count else None, f"{count} webhooks {types}"
        )
        return found


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for a condition."""
    return wait_until


@pytest.fixture
def shop() -> Iterator[Shop]:
    received: list[Received] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(Received(dict(self.headers), body, self.path))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Shop(f"http://127.0.0.1:{server.server_port}/webhooks", received, answers)
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Sim:
    """A running stand-in."""

    base: str
    stripe: StripeClient
    http: requests.Session

    def control(self, what: str, **knobs: Any) -> Any:
        """POST to `/sim`."""
        answer = self.http.post(f"{self.base}/sim/{what}", json=knobs, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def call(self, method: str, path: str, data: Any = None, *, key: str | None = "sk_test_x", **headers: str) -> Any:
        """A bare call of the API."""
        if key:
            headers["Authorization"] = f"Bearer {key}"
        url = f"{self.base}{path}"
        return self.http.request(method, url, data=data, headers=headers, timeout=PATIENCE, allow_redirects=False)

    def deliveries(self) -> list[dict[str, Any]]:
        """The delivery log."""
        log: list[dict[str, Any]] = self.http.get(f"{self.base}/sim/deliveries", timeout=PATIENCE).json()["data"]
        return log

    def intent(self, **params: Any) -> PaymentIntent:
        """Create one of 19.99 usd, or as the parameters say."""
        asked: Any = {"amount": 1999, "currency": "usd", **params}
        return self.stripe.v1.payment_intents.create(asked)

    def pay(self, payment_method: str, **params: Any) -> PaymentIntent:
        """Create one and confirm it at once."""
        return self.intent(payment_method=payment_method, confirm=True, return_url="https://shop.test/done", **params)

    def customer(self, **params: Any) -> Customer:
        """Create one."""
        asked: Any = params
        return self.stripe.v1.customers.create(asked)

    def session(self, **params: Any) -> Session:
        """Create a Checkout Session for two mugs."""
        mug = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Mug"}}
        asked: Any = {
            "mode": "payment",
            "success_url": "https://shop.test/thanks?session={CHECKOUT_SESSION_ID}",
            "line_items": [{"price_data": mug, "quantity": 2}],
            **params,
        }
        return self.stripe.v1.checkout.sessions.create(asked)

    def status_of(self, intent: str) -> str:
        """Its status now."""
        return str(self.stripe.v1.payment_intents.retrieve(intent).status)

    def wait_for_status(self, intent: str, status: str) -> None:
        """Return once it has this status."""
        wait_until(lambda: self.status_of(intent) == status, f"{intent} {status}")

    def event_types(self) -> list[str]:
        """What happened, oldest first."""
        return [str(event.type) for event in self.stripe.v1.events.list({"limit": 100}).data][::-1]


@dataclass
class Merchant:
    """Sells tea by the month to one customer, whose clock stands at the 31st of January."""

    sim: Sim
    clock: str = ""
    customer: str = ""
    price: str = ""
    seen: list[str] = field(default_factory=list)

    def open(self, card: str | None = "pm_card_visa") -> "Merchant":
        """Open the shop, with the customer's card saved or without."""
        v1 = self.sim.stripe.v1
        self.clock = v1.test_helpers.test_clocks.create({"frozen_time": LAST_OF_JANUARY}).id
        product = v1.products.create({"name": "Tea"})
        monthly: Any = {"interval": "month"}
        price: Any = {"currency": "eur", "unit_amount": 1000, "recurring": monthly, "product": product.id}
        self.price = v1.prices.create(price).id
        self.customer = v1.customers.create({"test_clock": self.clock}).id
        if card:
            self.save(card)
        self.news()
        return self

    def save(self, card: str) -> str:
        """Save another card with the customer, who pays with it from now on."""
        v1 = self.sim.stripe.v1
        method = v1.payment_methods.attach(card, {"customer": self.customer}).id
        v1.customers.update(self.customer, {"invoice_settings": {"default_payment_method": method}})
        return method

    def subscribe(self, **params: Any) -> stripe.Subscription:
        """A new subscription."""
        asked: Any = {"customer": self.customer, "items": [{"price": self.price}], **params}
        return self.sim.stripe.v1.subscriptions.create(asked)

    def advance(self, to: int) -> None:
        """Let the time come, and all that is due by then happen."""
        clocks = self.sim.stripe.v1.test_helpers.test_clocks
        assert clocks.advance(self.clock, {"frozen_time": to}).status == "advancing"
        wait_until(lambda: clocks.retrieve(self.clock).status == "ready")

    def again(self, subscription: stripe.Subscription, **params: Any) -> stripe.Subscription:
        """The subscription as it is now."""
        asked: Any = params
        return self.sim.stripe.v1.subscriptions.retrieve(subscription.id, asked)

    def invoice(self, subscription: stripe.Subscription, **params: Any) -> stripe.Invoice:
        """Its latest invoice."""
        asked: Any = params
        return self.sim.stripe.v1.invoices.retrieve(str(self.again(subscription).latest_invoice), asked)

    def news(self) -> list[str]:
        """What happened since this was asked before, but for the clock."""
        events: list[Any] = list(self.sim.stripe.v1.events.list({"limit": 100}).data)[::-1]
        new = [event for event in events if event.id not in self.seen]
        self.seen += [event.id for event in new]
        return [event.type for event in new if not event.type.startswith("test_helpers")]

    def period(self, subscription: stripe.Subscription) -> tuple[int, int]:
        """When its current period begins and ends."""
        item = self.again(subscription).to_dict()["items"]["data"][0]
        return item["current_period_start"], item["current_period_end"]

    def status(self, subscription: stripe.Subscription) -> str:
        """Its status now."""
        return str(self.again(subscription).status)


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Sim]:
    """A stand-in in a thread of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(create_app(settings), log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_until(lambda: server.started, "the start of stripe-sim")
        with requests.Session() as http:
            library = stripe.RequestsClient(session=http)
            yield Sim(base, _client(base, library), http)
        server.should_exit = True
        thread.join()


def _client(base: str, library: stripe.HTTPClient) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_x", base_addresses={"api": base}, max_network_retries=0, http_client=library)


@pytest.fixture
def start_sim() -> Iterator[Callable[..., Sim]]:
    """Start a stand-in with settings of its own."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: stack.enter_context(running(Settings(**settings)))


@pytest.fixture(scope="session")
def _shared_sim() -> Iterator[Sim]:
    with running(Settings(processing_seconds=0.05)) as one:
        yield one


@pytest.fixture
def sim(_shared_sim: Sim) -> Sim:
    """A stand-in that remembers nothing."""
    _shared_sim.control("reset")
    return _shared_sim


@pytest.fixture
def sim_with_shop(start_sim: Callable[..., Sim], shop: Shop) -> Sim:
    """A stand-in that tells `shop` of everything."""
    return start_sim(webhook_url=shop.url, webhook_secret=SECRET, webhook_retry_seconds=0.02, processing_seconds=0.05)


@pytest.fixture
def opened() -> Callable[..., Merchant]:
    """Open a shop that sells by the month on a stand-in."""
    return lambda sim, card="pm_card_visa": Merchant(sim).open(card)


@pytest.fixture
def merchant(sim: Sim) -> Merchant:
    """A shop that sells by the month to a customer with a good card."""
    return Merchant(sim).open()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The machine's Chromium."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in English; an error on it fails the test."""
    errors: list[str] = []
    context = browser.new_context(locale="en-US")
    one = context.new_page()
    one.set_default_timeout(10_000)
    one.on("pageerror", lambda error: errors.append(str(error)))
    yield one
    context.close()
    assert errors == []
