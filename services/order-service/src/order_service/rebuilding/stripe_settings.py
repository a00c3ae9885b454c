"""How a rebuild asks Stripe."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from order_service.stripe_calls.settings import CallSettings


class StripeSettings(CallSettings):
    """How Stripe is asked: with the same key as intent-api's, or one that may only read."""

    model_config = SettingsConfigDict(env_prefix="ORDER_SERVICE_REBUILD_")

    rate: Annotated[float, Field(ge=0.1, le=1000)] = 10
    """The most calls to Stripe a second; a payment takes one, one that succeeded three."""
