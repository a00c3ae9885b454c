"""What an operator can set for the resolver, by environment variables."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from tillstream_operations import Duration, LogFormat


def _is_a_servers_key(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith(("sk_", "rk_")):
        raise ValueError("has to begin with sk_ or rk_")
    return secret


class ResolverSettings(BaseSettings):
    """The resolver's settings; the secret has no default. Durations are seconds or ISO 8601."""

    model_config = SettingsConfigDict(
        env_prefix="ORDER_SERVICE_RESOLVER_",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    stripe_secret_key: Annotated[
        SecretStr, AfterValidator(_is_a_servers_key), Field(validation_alias="STRIPE_SECRET_KEY")
    ]
    """Stripe's key, from its dashboard; a restricted one needs to read what thin events are about."""
    stripe_api_base: Annotated[AnyHttpUrl | None, Field(validation_alias="STRIPE_API_BASE")] = None
    """Where Stripe's API answers; unset is Stripe itself."""
    kafka_bootstrap_servers: Annotated[str, Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")] = "localhost:9092"
    """Where Kafka is: `host:port`, several with commas."""
    kafka_topic_prefix: Annotated[str, Field(validation_alias="KAFKA_TOPIC_PREFIX")] = ""
    """What every topic's name begins with, in a cluster shared with others."""
    log_level: Annotated[str, Field(validation_alias="LOG_LEVEL")] = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: Annotated[LogFormat, Field(validation_alias="LOG_FORMAT")] = "auto"
    """`json`, `console`, or `auto`: readable in a terminal, JSON elsewhere."""

    host: str = "127.0.0.1"
    """The address to listen on, for probes and metrics alone."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8006
    """The port to listen on."""
    consumer_group: str = "order-service-resolver"
    """Kafka's consumer group; instances with the same one share the partitions."""
    rate: Annotated[float, Field(ge=0.1, le=1000)] = 20
    """The most calls to Stripe a second, of each instance, retries included; they count for Stripe's own limit."""
    calls: Annotated[int, Field(ge=1, le=100)] = 8
    """How many calls to Stripe may be under way at once."""
    stripe_timeout: Annotated[Duration, Field(le=timedelta(seconds=60))] = timedelta(seconds=10)
    """How long one call to Stripe may take."""
    patience: Annotated[Duration, Field(le=timedelta(minutes=2))] = timedelta(seconds=20)
    """How long calls are tried again, with growing pauses, before others get their turn and these come again."""
    parked_a_minute: Annotated[int, Field(ge=0)] = 20
    """How many events may be parked in a minute because Stripe refuses their object; past it nothing more is taken."""
    publish_timeout: Duration = timedelta(seconds=10)
    """How long Kafka may take to acknowledge what was resolved."""
    stuck_after: Duration = timedelta(seconds=30)
    """With records waiting and none arriving for so long, the consumer is made anew."""
