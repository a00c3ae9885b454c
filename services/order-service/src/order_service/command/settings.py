"""How the command comes by its settings, and where its log goes."""

import logging
import sys

from order_service.operator_settings import OperatorSettings
from tillstream_operations import configure_logs, read_settings

HINT = 'In a house that `make up` started, run it so: make tillstream ARGS="parked list"'


def command_settings() -> OperatorSettings:
    """The settings that the environment gives, and logs as they say. Ends the process if some are missing."""
    try:
        settings = read_settings(OperatorSettings)
    except SystemExit as wrong:
        sys.exit(f"{wrong}\n{HINT}")
    log_beside_the_answer(settings)
    return settings


def log_beside_the_answer(settings: OperatorSettings) -> None:
    """To standard error. A person at a terminal is told by the answer what was done, and needs no log of it."""
    level = "WARNING" if sys.stderr.isatty() else settings.log_level
    configure_logs("tillstream", level=level, log_format=settings.log_format)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters of it is raised
