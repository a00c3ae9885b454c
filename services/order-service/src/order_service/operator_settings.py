"""What an operator's tools need to know: order-service's own variables, and none of its secrets but the database."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from order_service.settings import DatabaseUrl
from tillstream_contracts.types import MerchantId
from tillstream_operations import Duration, LogFormat


class OperatorSettings(BaseSettings):
    """The same variables as order-service's, as far as they matter here."""

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
