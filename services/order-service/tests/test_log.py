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
        await until(lambda: _retried(get, app))
    logged = caplog.text + "".join(capfd.readouterr())
    assert "batch_will_come_again" in logged
    assert "53100" in logged
    assert CANARY not in logged


async def _retried(get: Any, app: Any) -> bool:
    return "order_service_batch_retries_total{" in (await get(app, "/metrics")).body["text"]
