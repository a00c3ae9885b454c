"""What an operator can set for the resolver, by environment variables."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from order_service.stripe_calls.settings import ProcessSettings
from tillstream_operations import Duration


class ResolverSettings(ProcessSettings):
    """The resolver's settings."""

    model_config = SettingsConfigDict(env_prefix="ORDER_SERVICE_RESOLVER_")

    port: Annotated[int, Field(ge=0, le=65535)] = 8006
    """The port to listen on."""
    consumer_group: str = "order-service-resolver"
    """Kafka's consumer group; instances with the same one share the partitions."""
    rate: Annotated[float, Field(ge=0.1, le=1000)] = 20
    """The most calls to Stripe a second, of each instance, retries included; they count for Stripe's own limit."""
    parked_a_minute: Annotated[int, Field(ge=0)] = 20
    """How many events may be parked in a minute because Stripe refuses their object; past it nothing more is taken."""
    stuck_after: Duration = timedelta(seconds=30)
    """With records waiting and none arriving for so long, the consumer is made anew."""
