"""What an operator can set for each process that asks Stripe and writes to Kafka what it is told."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from tillstream_operations import Duration, LogFormat


def _is_a_servers_key(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith(("sk_", "rk_")):
        raise ValueError("has to begin with sk_ or rk_")
    return secret


class CallSettings(BaseSettings):
    """What they have in common; the secret has no default. Durations are seconds or ISO 8601."""

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    stripe_secret_key: Annotated[
        SecretStr, AfterValidator(_is_a_servers_key), Field(validation_alias="STRIPE_SECRET_KEY")
    ]
    """Stripe's key, from its dashboard; a restricted one needs to read what events are about, and the events."""
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

    rate: Annotated[float, Field(ge=0.1, le=1000)] = 10
    """The most calls to Stripe a second, of each instance, retries included; they count for Stripe's own limit."""
    calls: Annotated[int, Field(ge=1, le=100)] = 8
    """How many calls to Stripe may be under way at once."""
    stripe_timeout: Annotated[Duration, Field(le=timedelta(seconds=60))] = timedelta(seconds=10)
    """How long one call to Stripe may take."""
    patience: Annotated[Duration, Field(le=timedelta(minutes=2))] = timedelta(seconds=20)
    """How long calls are tried again, with growing pauses, before others get their turn and these come again."""
    publish_timeout: Duration = timedelta(seconds=10)
    """How long Kafka may take to acknowledge what is written."""


class ProcessSettings(CallSettings):
    """Those of one that runs as a process of its own."""

    host: str = "127.0.0.1"
    """The address to listen on, for probes and metrics alone."""
    port: int
    """The port to listen on, each its own."""
