import time

import stripe

from bench import webhooks


def test_the_stripe_library_accepts_what_the_bench_signs() -> None:
    now = time.time()
    body = webhooks.paid("bench_1", now)
    header = webhooks.signature(body, "whsec_bench", now)
    event = stripe.Webhook.construct_event(body, header, "whsec_bench")
    assert event.data.object["metadata"]["order_id"] == "bench_1"


def test_the_body_is_of_a_real_events_size() -> None:
    assert 2_000 < len(webhooks.paid("bench_1", time.time())) < 4_000
