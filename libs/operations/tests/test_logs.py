"""A log line as a machine reads it."""

import json
import subprocess
import sys
from typing import Any

PROGRAM = """
import logging, structlog
from tillstream_operations import configure_logs
configure_logs("shop", level="INFO", log_format="{format}")
log = structlog.get_logger("shop.orders")
structlog.contextvars.bind_contextvars(request_id="req_1")
log.info("order_paid", order_id="ord_1", amount=5)
log.debug("not_shown")
logging.getLogger("library").warning("said %s", "something")
try:
    secret = "hunter2"
    raise ValueError("no such order")
except ValueError:
    log.exception("order_failed")
"""


def lines(log_format: str) -> list[str]:
    """What a process prints that logs like this."""
    command = [sys.executable, "-c", PROGRAM.replace("{format}", log_format)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 our own words
    assert run.stderr == ""
    return run.stdout.splitlines()


def test_a_line_is_one_json_object_with_service_level_logger_time_and_request_id() -> None:
    paid, library, failed = (json.loads(line) for line in lines("json"))
    moment: Any = paid.pop("timestamp")
    assert moment.endswith("Z")
    assert paid == {
        "service": "shop",
        "event": "order_paid",
        "level": "info",
        "logger": "shop.orders",
        "request_id": "req_1",
        "order_id": "ord_1",
        "amount": 5,
    }
    assert (library["event"], library["level"], library["service"]) == ("said something", "warning", "shop")
    assert "ValueError: no such order" in failed["exception"]


def test_what_is_not_a_terminal_gets_json() -> None:
    assert all(json.loads(line)["service"] == "shop" for line in lines("auto"))


def test_the_terminals_traceback_shows_no_local_variable() -> None:
    text = "\n".join(lines("console"))
    assert "order_paid" in text
    assert "ValueError" in text
    assert "hunter2" not in text.replace('secret = "hunter2"', "")


DETAILS = """
import logging, structlog
from tillstream_operations import configure_logs
configure_logs("shop", level="DEBUG", log_format="json")
structlog.get_logger("shop.orders").debug("ours")
logging.getLogger("library").debug("a whole record with ada@example.com")
logging.getLogger("library").info("connected")
"""


def test_the_details_of_libraries_are_never_logged() -> None:
    """aiokafka's, websockets' and Stripe's debug lines hold records, frames and bodies, with all that is personal."""
    command = [sys.executable, "-c", DETAILS]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 our own words
    assert [json.loads(line)["event"] for line in run.stdout.splitlines()] == ["ours", "connected"]
