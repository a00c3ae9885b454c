"""Forged events: none of them is Stripe's, by Stripe's own library."""

import json
import time

import pytest
import stripe

from chaos.stripe import lives
from chaos.stripe.forging import FORGERIES, TOO_LARGE, WRONG_SECRET, Means, forged
from chaos.stripe.signing import signature

SECRET = "whsec_stripe"
TOLERANCE = 300


def is_event_of_stripe(body: bytes, header: str | None) -> bool:
    """Whether a receiver has to take it for true."""
    try:
        stripe.WebhookSignature.verify_header(body.decode(), header or "", SECRET, TOLERANCE)
        is_later = int((header or "t=0").split(",")[0][2:]) > time.time() + TOLERANCE
        return not is_later and len(body) < TOO_LARGE and "id" in json.loads(body)
    except (ValueError, stripe.SignatureVerificationError):
        return False


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_none_of_stripes_and_has_an_id_of_its_own(name: str) -> None:
    for life in lives(5, 60):
        for event in life.events:
            body = forged(event, "evt_forged")
            assert json.loads(body)["id"] == "evt_forged"
            means = Means(body, event, SECRET, expired=WRONG_SECRET, now=int(time.time()))
            assert not is_event_of_stripe(*FORGERIES[name](means))


def test_what_stripe_signs_is_stripes() -> None:
    event = next(lives(5, 1)).events[0]
    assert is_event_of_stripe(event.body, signature(event.body, SECRET, int(time.time())))
