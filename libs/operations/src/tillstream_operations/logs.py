"""Logs as events with fields: JSON for machines, readable in a terminal."""

import logging
import sys
from typing import Literal

import structlog

LogFormat = Literal["auto", "json", "console"]


def configure_logs(service: str, *, level: str = "INFO", log_format: LogFormat = "auto") -> None:
    """Send structlog's and the standard library's logs to standard output, one event a line.

    `auto` is `console` in a terminal and `json` anywhere else. Of libraries nothing below INFO is sent, whatever
    the level.
    """
    readable = log_format == "console" or (log_format == "auto" and sys.stdout.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_ours_or_no_detail)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(service, readable))
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(chatty).handlers = []
        logging.getLogger(chatty).propagate = True


def _ours_or_no_detail(record: logging.LogRecord) -> bool:
    """Whether it may be sent. Libraries' details are whole records, requests and frames, with all that is personal."""
    return record.levelno >= logging.INFO or isinstance(record.msg, dict)  # structlog's events are dictionaries


def _rendering(service: str, readable: bool) -> list[structlog.typing.Processor]:
    def name_service(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"service": service, **event}

    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if readable:
        # a richer traceback would print local variables, and with them keys and secrets
        return [drop_meta, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [
        drop_meta,
        name_service,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
