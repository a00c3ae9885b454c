"""What the command needs to know: order-service's own variables, and none of its secrets but the database."""

import logging
import sys
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from order_service.settings import DatabaseUrl
from tillstream_contracts.types import MerchantId
from tillstream_operations import Duration, LogFormat, configure_logs, read_settings

HINT = 'In a house that `make up` started, run it so: make tillstream ARGS="parked list"'


class CommandSettings(BaseSettings):
    """The command's settings, by the names that order-service has for them."""

    model_config = SettingsConfigDict(
        env_prefix="ORDER_SERVICE_", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )

    kafka_bootstrap_servers: Annotated[str, Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")] = "localhost:9092"
    """Where Kafka is: `host:port`, several with commas."""
    kafka_topic_prefix: Annotated[str, Field(validation_alias="KAFKA_TOPIC_PREFIX")] = ""
    """What every topic's name begins with, in a cluster shared with others."""
    merchant_id: Annotated[MerchantId, Field(validation_alias="TILLSTREAM_MERCHANT_ID")] = "default"
    """Whose an order is when only Stripe has told of it."""
    log_level: Annotated[str, Field(validation_alias="LOG_LEVEL")] = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: Annotated[LogFormat, Field(validation_alias="LOG_FORMAT")] = "auto"
    """`json`, `console`, or `auto`: readable in a terminal, JSON elsewhere."""

    database_url: DatabaseUrl
    """`postgresql://…`; may name a unix socket: `postgresql://user@/db?host=/dir`."""
    database_timeout: Duration = timedelta(seconds=10)
    """How long a statement may take."""
    consumer_group: str = "order-service"
    """The consumer group of order-service, which tells how far it has come."""
    resolver_consumer_group: str = "order-service-resolver"
    """The one of the resolver, likewise."""
    publish_timeout: Duration = timedelta(seconds=10)
    """How long Kafka may take to answer or to acknowledge."""


def command_settings() -> CommandSettings:
    """The settings that the environment gives, and logs as they say. Ends the process if some are missing."""
    try:
        settings = read_settings(CommandSettings)
    except SystemExit as wrong:
        sys.exit(f"{wrong}\n{HINT}")
    log_beside_the_answer(settings)
    return settings


def log_beside_the_answer(settings: CommandSettings) -> None:
    """To standard error. A person at a terminal is told by the answer what was done, and needs no log of it."""
    level = "WARNING" if sys.stderr.isatty() else settings.log_level
    configure_logs("tillstream", level=level, log_format=settings.log_format)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters of it is raised
