"""What an operator can set for the reconciler, by environment variables."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from order_service.settings import DatabaseUrl
from order_service.stripe_calls.settings import ProcessSettings
from tillstream_operations import Duration, Pause

KEPT_BY_STRIPE = timedelta(days=30)
"""How long Stripe lists events."""


class ReconcilerSettings(ProcessSettings):
    """The reconciler's settings."""

    model_config = SettingsConfigDict(env_prefix="ORDER_SERVICE_RECONCILER_")

    database_url: Annotated[DatabaseUrl, Field(validation_alias="ORDER_SERVICE_DATABASE_URL")]
    """order-service's database; a pooler in front of it has to keep sessions, as leading is a lock of one."""
    order_id_key: Annotated[str, Field(validation_alias="ORDER_SERVICE_ORDER_ID_KEY", min_length=1, max_length=40)] = (
        "order_id"
    )
    """The key in Stripe's metadata that holds the order's id, as order-service has it."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8007
    """The port to listen on."""
    lead_every: Annotated[Duration, Field(le=timedelta(minutes=1))] = timedelta(seconds=2)
    """How often one that stands by tries to lead, and one that leads makes sure that it still does."""
    database_timeout: Annotated[Duration, Field(le=timedelta(minutes=1))] = timedelta(seconds=10)
    """How long one statement may take."""
    sweep_every: Annotated[Duration, Field(le=timedelta(days=1))] = timedelta(seconds=60)
    """The pause between two sweeps."""
    since: Annotated[Duration, Field(le=KEPT_BY_STRIPE)] = timedelta(days=3)
    """How far back the very first sweep goes; Stripe lists the events of 30 days."""
    overlap: Annotated[Pause, Field(le=timedelta(days=1))] = timedelta(minutes=10)
    """How far each sweep goes back behind the one before: Stripe lists an event a little after it happened."""
    grace: Annotated[Pause, Field(le=timedelta(hours=1))] = timedelta(seconds=90)
    """Younger events are left for the next sweep, as they may still be on their way."""
    unsettled_after: Annotated[Duration, Field(le=timedelta(days=1))] = timedelta(minutes=15)
    """When an order that should move is asked for first; later with pauses that grow, and no more after 30 days."""
    looks_a_sweep: Annotated[int, Field(ge=1, le=10_000)] = 300
    """The most orders and subscriptions that one sweep asks for."""
