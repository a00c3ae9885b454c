"""What an operator can set, by environment variables."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tillstream_contracts.keys import HashedSecretKey, TokenSecret
from tillstream_contracts.types import MerchantId
from tillstream_operations import LAPTOP_ORIGINS, Duration, EndAfter, LogFormat, Pause, Words


def _names_postgresql(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("has to begin with postgresql://")
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_names_postgresql)]
"""Where PostgreSQL is; a secret, as it may hold a password."""


class Settings(BaseSettings):
    """order-service's settings; secrets have no default. Durations are seconds or ISO 8601."""

    model_config = SettingsConfigDict(
        env_prefix="ORDER_SERVICE_",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    kafka_bootstrap_servers: Annotated[str, Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")] = "localhost:9092"
    """Where Kafka is: `host:port`, several with commas."""
    kafka_topic_prefix: Annotated[str, Field(validation_alias="KAFKA_TOPIC_PREFIX")] = ""
    """What every topic's name begins with, in a cluster shared with others."""
    merchant_id: Annotated[MerchantId, Field(validation_alias="TILLSTREAM_MERCHANT_ID")] = "default"
    """Whose an order is when only Stripe has told of it."""
    secret_key: Annotated[HashedSecretKey, NoDecode, Field(validation_alias="TILLSTREAM_SECRET_KEY")]
    """The merchant's key to the read API, `sk_…`, of which the hash is kept; or `sha256:` and that hash in hex."""
    token_secret: Annotated[TokenSecret, Field(validation_alias="TILLSTREAM_TOKEN_SECRET")]
    """Signs stream tokens; the same as intent-api's and notifier's."""
    log_level: Annotated[str, Field(validation_alias="LOG_LEVEL")] = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: Annotated[LogFormat, Field(validation_alias="LOG_FORMAT")] = "auto"
    """`json`, `console`, or `auto`: readable in a terminal, JSON elsewhere."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8003
    """The port to listen on."""
    allowed_origins: Words = LAPTOP_ORIGINS
    """Origins whose browser code may read orders, with commas."""
    max_in_flight: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Requests that are answered at once, those that wait for a connection among them; the next is answered 503."""
    database_url: DatabaseUrl
    """`postgresql://…`; may name a unix socket: `postgresql://user@/db?host=/dir`."""
    database_connections: Annotated[int, Field(ge=1, le=50)] = 4
    """How many connections the read API may hold; the consumer has three of its own."""
    database_timeout: Duration = timedelta(seconds=10)
    """How long a statement may take before the batch is tried again."""

    consumer_group: str = "order-service"
    """Kafka's consumer group; instances with the same one share the partitions."""
    order_id_key: Annotated[str, Field(min_length=1, max_length=40)] = "order_id"
    """The key of Stripe's metadata that names the order."""
    batch_records: Annotated[int, Field(ge=1, le=5_000)] = 500
    """The most records that one transaction takes in."""
    batch_wait: Annotated[Duration, Field(ge=timedelta(milliseconds=1), le=timedelta(milliseconds=20))] = timedelta(
        milliseconds=2
    )
    """How long an empty poll waits, twice: what a lone event may wait at worst."""
    max_record_bytes: Annotated[int, Field(ge=1024, le=8 * 2**20)] = 2**20
    """A larger record is parked unread."""
    parked_a_minute: Annotated[int, Field(ge=0)] = 20
    """How many readable records may be parked in a minute because they fail here; past it nothing more is taken in."""
    unreadable_a_minute: Annotated[int, Field(ge=0)] = 500
    """How many records may be parked in a minute because nobody can read them; past it nothing more is taken in."""
    publish_timeout: Duration = timedelta(seconds=10)
    """How long Kafka may take to acknowledge a batch's changes before the batch is delivered again."""
    stuck_after: Duration = timedelta(seconds=30)
    """With records waiting and no batch done for so long, the consumer is made anew; after twice that, /livez fails."""
    end_after: EndAfter = timedelta(seconds=30)
    """When /livez fails, or the event loop does not turn, for so long, the process ends with exit code 70."""
    notice: Pause = timedelta(seconds=1)
    """How long `/readyz` says no on SIGTERM before connections are refused, so that a load balancer looks elsewhere."""
    drain_timeout: Duration = timedelta(seconds=7)
    """How long a batch in hand may take at shutdown. All other limits of a shutdown add up to 12 s: the notice 1, HTTP
    requests in flight 5, the commit under way 2, leaving the group 2, closing the producer 2; so all of it stays below
    20 s."""
