"""What callers and browsers send: tokens, frames, cursors, bodies; and what an operator writes into settings."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from fuzz.target import Target, words_of
from intent_api.checkout_sessions import CheckoutSessionBody
from intent_api.customers import CustomerBody
from intent_api.drop_in_bodies import CartBody, IntentBody
from intent_api.idempotency import request_hash
from intent_api.payment_intents import PaymentIntentBody
from intent_api.refunds import RefundBody
from intent_api.subscription_changes import SubscriptionChange
from intent_api.subscriptions import SubscriptionBody
from notifier.frames import read_subscribe
from notifier.refusals import Refused
from order_service.cursors import Cursor
from tillstream_contracts import customer_tokens, stream_tokens
from tillstream_contracts.tokens import TokenRefused
from tillstream_operations import Problem
from tillstream_operations.body_limit import MAX_BODY
from webhook_ingest.endpoints import keys_of, read_endpoints

SECRET: Final = "a secret of at least thirty-two characters"  # noqa: S105 nobody else's
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
GRANT: Final = stream_tokens.Grant("default", "ord_1", NOW + timedelta(hours=1))
CUSTOMER: Final = customer_tokens.CustomerGrant("default", "cus_1", NOW + timedelta(hours=1))
STREAM_TOKEN: Final = stream_tokens.sign(GRANT, SECRET)
CUSTOMER_TOKEN: Final = customer_tokens.sign(CUSTOMER, SECRET)
LIST: Final = "0123456789ab"
LARGEST_VERSION: Final = 2**53
BODIES: Final[tuple[type[BaseModel], ...]] = (
    PaymentIntentBody,
    CheckoutSessionBody,
    CustomerBody,
    RefundBody,
    SubscriptionBody,
    SubscriptionChange,
    IntentBody,
    CartBody,
)


def stream_token(data: bytes) -> None:
    """Only the one token that was signed grants anything, and what it grants is what was signed."""
    with suppress(TokenRefused):
        token = data.decode("latin-1")
        assert stream_tokens.verify(token, SECRET, now=NOW) == GRANT, token
        assert _signature_holds(token, STREAM_TOKEN)


def customer_token(data: bytes) -> None:
    """Likewise, and a stream token is none."""
    with suppress(TokenRefused):
        token = data.decode("latin-1")
        assert customer_tokens.verify(token, SECRET, now=NOW) == CUSTOMER, token
        assert _signature_holds(token, CUSTOMER_TOKEN)


def subscribe_frame(data: bytes) -> None:
    """A text frame is a subscription within its bounds, or refused; a binary one is refused, whatever is in it."""
    with suppress(Refused):
        raise AssertionError(read_subscribe(data))
    with suppress(Refused, UnicodeDecodeError):
        asked = read_subscribe(data.decode())
        assert 0 < len(asked.token) <= stream_tokens.MAX_TOKEN_LENGTH
        assert 0 <= asked.after_version <= LARGEST_VERSION
        with suppress(TokenRefused):
            stream_tokens.verify(asked.token, SECRET, now=NOW)


def cursor(data: bytes) -> None:
    """A cursor that is taken can be given to PostgreSQL, and names the same place when written again."""
    with suppress(Problem):
        read = Cursor.decode(data.decode(errors="replace"), LIST)
        assert "\x00" not in read.last_id
        assert Cursor.decode(read.encode(LIST), LIST) == read


def endpoints(data: bytes) -> None:
    """A setting of endpoints is taken whole, or refused in words without a secret."""
    text = data.decode("latin-1")
    try:
        keys = keys_of(read_endpoints(text))
    except ValueError as error:
        keys, words = {"": (b"refused",)}, str(error)
    else:
        words = ""
    assert all(keys.values())
    assert "whsec_" not in words


def body(data: bytes) -> None:
    """A body of intent-api is taken and hashed, or refused with a problem that can be written."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):  # FastAPI answers 400 or 422
        return
    for model in BODIES:
        try:
            read = model.model_validate(told)
        except ValidationError as error:
            json.dumps(RequestValidationError(error.errors()).errors(), default=str)
        else:
            request_hash(read)


def _signature_holds(token: str, signed: str) -> bool:
    """Base64's last letter has bits that mean nothing, so that a token has a few spellings."""
    return token.rpartition(".")[0].rstrip("=") == signed.rpartition(".")[0]


_BODY_SEEDS: Final = (
    {"items": [{"sku": "mug", "quantity": 2}], "currency": "eur", "reference": "A-1", "metadata": {"note": "a"}},
    {"amount": 1999, "currency": "usd", "customer": "cust-77", "capture_method": "manual", "locale": "de-AT"},
    {"items": [{"sku": "mug", "quantity": 1}], "currency": "eur", "email": "ada@example.com",
     "success_url": "http://localhost:8000/ok", "cancel_url": "http://localhost:8000/no"},
    {"amount": 500, "reason": "requested_by_customer"},
    {"items": [{"id": "xl-tshirt", "amount": 1000}]},
    {"sku": "club", "currency": "eur", "customer": "cust-77", "trial_days": 7},
)  # fmt: skip
_SEED_BODIES: Final = tuple(json.dumps(one).encode() for one in _BODY_SEEDS)
_SUBSCRIBE: Final = json.dumps({"type": "subscribe", "token": STREAM_TOKEN, "after_version": 3}).encode()
_CURSOR: Final = Cursor(NOW, "ord_1").encode(LIST).encode()


def _target(
    name: str,
    check: Callable[[bytes], None],
    *seeds: bytes,
    words: tuple[str, ...] = (),
    admitted: int = MAX_BODY,
) -> Target:
    return Target(name, check, seeds, words, longest=6_000, admitted=admitted)


_JWT: Final = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJhbGciOiJub25lIn0", ".", "W1tbW1tb", "=")
TARGETS: Final = (
    _target("stream-token", stream_token, STREAM_TOKEN.encode(), CUSTOMER_TOKEN.encode(), words=_JWT),
    _target("customer-token", customer_token, CUSTOMER_TOKEN.encode(), STREAM_TOKEN.encode(), words=_JWT),
    _target("subscribe-frame", subscribe_frame, _SUBSCRIBE, b"{}", words=words_of((_SUBSCRIBE,))),
    _target("cursor", cursor, _CURSOR, b"MS4u"),
    _target("endpoints", endpoints, b"connect=whsec_a|whsec_b,thin=whsec_c", words=("=", "|")),
    _target("request-body", body, *_SEED_BODIES, words=words_of(_SEED_BODIES)),
)
