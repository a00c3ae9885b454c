"""What the log says of records that fail: never a word of what stands in them."""

from typing import Any

import pytest

pytestmark = pytest.mark.integration

CANARY = "cus_canary_7431"


async def test_log_tells_of_a_refused_event_without_its_content(
    serving: Any, kafka: Any, stripe: Any, pool: Any, caplog: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """PostgreSQL's own words have the whole row in them."""
    await pool.execute("ALTER TABLE payments ADD CONSTRAINT refused CHECK (amount <> 666)")
    await kafka.tell(stripe.payment("succeeded", amount=666, customer=CANARY, metadata={"order_id": CANARY}))
    async with serving():
        await kafka.parked(count=1)
    logged = caplog.text + "".join(capfd.readouterr())
    assert "event_cannot_be_applied" in logged
    assert "23514" in logged
    assert "constraint_name=refused" in logged.replace("'", "")
    assert CANARY not in logged


async def test_log_tells_of_a_failing_database_without_its_words(
    serving: Any,
    kafka: Any,
    stripe: Any,
    pool: Any,
    get: Any,
    until: Any,
    caplog: Any,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A trigger or a lost table may quote what it was given."""
    await pool.execute(
        "CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no place for %', NEW USING ERRCODE = 'disk_full'; END $$;"
        "CREATE TRIGGER quote BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION quote()"
    )
    await kafka.tell(stripe.payment("succeeded", customer=CANARY, metadata={"order_id": CANARY}))
    async with serving() as app:
        await until(lambda: _counted(get, app, "batch_retries_total{"))
    logged = caplog.text + "".join(capfd.readouterr())
    assert "batch_will_come_again" in logged
    assert "53100" in logged
    assert CANARY not in logged


async def test_flag_that_an_order_gains_is_told_once(
    app: Any, kafka: Any, stripe: Any, placed: Any, get: Any, until: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """Paid twice is an alert; what happens to the order afterwards is not the same alert again."""
    await kafka.place(placed())
    await kafka.changes("ord_1", count=1)
    for number, pi in enumerate(("pi_1", "pi_2", "pi_3")):
        await kafka.tell(stripe.payment("succeeded", pi=pi, at=number))
    changes = await kafka.changes("ord_1", count=4)
    assert [change.flags for change in changes] == [(), (), ("overpaid",), ("overpaid",)]
    await until(lambda: _counted(get, app, "changes_published_total 4.0"))
    assert await _counted(get, app, 'flagged_orders_total{flag="overpaid"} 1.0')
    assert capfd.readouterr().out.count("order_flagged") == 1


async def test_flag_that_a_subscription_gains_is_told_once(
    app: Any, kafka: Any, golden: Any, get: Any, until: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """That its invoice was written off; what happens to it afterwards is not told as the same flag again."""
    key = b"one partition, so that their order is theirs"
    for name in ("customer.subscription.created", "invoice.marked_uncollectible", "customer.subscription.updated"):
        await kafka.tell(golden(name), key=key)
    changes = await kafka.subscription_changes("subs_5f3a9c", count=3)
    assert [change.flags for change in changes] == [(), ("invoice_uncollectible",), ("invoice_uncollectible",)]
    await until(lambda: _counted(get, app, "changes_published_total 3.0"))
    assert await _counted(get, app, 'flagged_subscriptions_total{flag="invoice_uncollectible"} 1.0')
    assert capfd.readouterr().out.count("subscription_flagged") == 1


async def _counted(get: Any, app: Any, what: str) -> bool:
    return f"order_service_{what}" in (await get(app, "/metrics")).body["text"]
