"""What a deployment can choose, each from an environment variable."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tillstream_operations import Duration, EndAfter, LogFormat, Pause
from tillstream_operations.settings import split
from webhook_ingest.endpoints import Endpoints

Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(split), Field(min_length=1, max_length=8)]
Mode = Annotated[bool | None, BeforeValidator(lambda told: None if told == "" else told)]


class Settings(BaseSettings):
    """webhook-ingest's settings."""

    model_config = SettingsConfigDict(
        env_prefix="WEBHOOK_INGEST_",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    stripe_webhook_secret: Secrets = Field(validation_alias="STRIPE_WEBHOOK_SECRET")
    """The endpoint's signing secret (`whsec_…`); several, separated by commas, while one is rolled."""
    endpoints: Endpoints = Field(default_factory=dict, validate_default=True)
    """Further endpoints by name, each with secrets of its own: `connect=whsec_a|whsec_b,thin=whsec_c` is
    `/webhooks/stripe/connect` with two secrets, while one is rolled, and `/webhooks/stripe/thin`."""
    secrets_file: Path | None = None
    """A file of the same form, or with an entry a line, whose secrets replace those of the endpoints it names,
    `default` among them; read again when it changes, so that a secret is rolled without a restart."""
    secrets_every: Duration = timedelta(seconds=5)
    """How often that file is looked at."""
    livemode: Mode = Field(None, validation_alias="STRIPE_LIVEMODE")
    """Whether this deployment is for live (`true`) or test (`false`) events; unset takes both. Events of the other
    mode are answered 200 and dropped."""
    drop_in_routes: bool = Field(False, validation_alias="TILLSTREAM_DROP_IN_ROUTES")
    """Whether `/webhook` works, too, as Stripe's common guides name it."""
    kafka_bootstrap_servers: str = Field("localhost:9092", validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    """Where Kafka is first asked, as `host:port`, several separated by commas."""
    kafka_topic_prefix: str = Field("", validation_alias="KAFKA_TOPIC_PREFIX")
    """Put before every topic's name, in a cluster shared with others."""

    host: str = "127.0.0.1"
    port: int = Field(8002, ge=0, le=65535)
    log_level: str = Field("INFO", validation_alias="LOG_LEVEL")
    log_format: LogFormat = Field("auto", validation_alias="LOG_FORMAT")

    signature_tolerance: Duration = timedelta(minutes=5)
    """How far a signature's time may lie from ours, in the past and in the future."""
    max_body_bytes: int = Field(1_000_000, ge=1_024, le=1_000_000)
    """A larger body is refused with 413. The most that fits, with key and headers, into Kafka's `message.max.bytes`."""
    read_timeout: Duration = timedelta(seconds=5)
    """How long a caller may take to send the body."""
    write_timeout: Duration = timedelta(seconds=4)
    """How long an event may wait for the acknowledgement of Kafka's in-sync replicas before the answer is 503."""
    max_in_flight: int = Field(2_000, ge=1)
    """How many requests may be read or written at once; the next is answered 503."""
    max_in_flight_bytes: int = Field(16 * 1024 * 1024, ge=1_000_000)
    """How many bytes of bodies may be held at once; what goes beyond is answered 503."""
    stuck_after: Duration = timedelta(seconds=30)
    """When Kafka answers and yet takes no event for so long, /livez fails."""
    end_after: EndAfter = timedelta(seconds=30)
    """When /livez fails, or the event loop does not turn, for so long, the process ends with exit code 70."""
    notice: Pause = timedelta(seconds=1)
    """How long `/readyz` says no on SIGTERM before connections are refused, so that a load balancer looks elsewhere."""
    drain_timeout: Duration = timedelta(seconds=14)
    """How long requests in flight may take to finish after that."""
    close_timeout: Duration = timedelta(seconds=4)
    """How long Kafka's producer may take to close after that."""
