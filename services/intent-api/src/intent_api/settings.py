"""Everything about intent-api that differs from one deployment to the next."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from intent_api.redirects import origin_of
from tillstream_contracts.keys import PublishableKey, SecretKey, TokenSecret
from tillstream_contracts.types import Currency, MerchantId
from tillstream_operations import LAPTOP_ORIGINS, Duration, EndAfter, LogFormat, Pause, Words


def _like(pattern: str, example: str) -> AfterValidator:
    """A check of a secret's shape that never repeats the secret."""

    def check(secret: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, secret.get_secret_value(), re.ASCII):
            raise ValueError(f"must look like {example}")
        return secret

    return AfterValidator(check)


Limit = Annotated[Duration, Field(le=timedelta(minutes=5))]

Rate = Annotated[int, Field(ge=1, le=1_000_000)]

PagePath = Annotated[str, Field(pattern=r"^/[!-~]{0,500}$")]


class Settings(BaseSettings):
    """Read from the environment: `INTENT_API_<FIELD>`, or the house-wide name where a field has one."""

    model_config = SettingsConfigDict(
        env_prefix="INTENT_API_",
        frozen=True,
        extra="ignore",
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8001
    """The port to listen on."""

    merchant_id: MerchantId = Field("default", validation_alias="TILLSTREAM_MERCHANT_ID")
    """Whose orders these are."""
    secret_key: SecretKey = Field(validation_alias="TILLSTREAM_SECRET_KEY")
    """The merchant's key for its own servers; may name an amount. order-service is asked with it."""
    publishable_key: PublishableKey = Field(validation_alias="TILLSTREAM_PUBLISHABLE_KEY")
    """The merchant's key for browsers; may only buy what the catalogue holds."""
    token_secret: TokenSecret = Field(validation_alias="TILLSTREAM_TOKEN_SECRET")
    """Signs stream and customer tokens; notifier and order-service hold the same."""

    stripe_secret_key: Annotated[SecretStr, _like(r"(sk|rk)_[A-Za-z0-9_]+", "sk_… or rk_…")] = Field(
        validation_alias="STRIPE_SECRET_KEY"
    )
    """Stripe's key, from its dashboard."""
    stripe_publishable_key: str = Field(pattern=r"^pk_[A-Za-z0-9_]+$", validation_alias="STRIPE_PUBLISHABLE_KEY")
    """Handed to the browser with each payment intent."""
    stripe_api_base: AnyHttpUrl | None = Field(None, validation_alias="STRIPE_API_BASE")
    """Where Stripe's API answers; unset is Stripe itself, stripe-sim is http://localhost:8010."""
    stripe_timeout: Limit = timedelta(seconds=8)
    """How long one call to Stripe may take."""
    stripe_patience: Limit = timedelta(seconds=12)
    """How long a call and its retries may take together."""
    stripe_connections: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many calls to Stripe may be under way at once; more wait their turn."""

    kafka_bootstrap_servers: str = Field("localhost:9092", validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    """Kafka brokers to ask first: `host:port`, comma-separated."""
    kafka_topic_prefix: str = Field("", validation_alias="KAFKA_TOPIC_PREFIX")
    """What every topic's name begins with, in a cluster shared with others."""
    publish_timeout: Limit = timedelta(seconds=3)
    """How long Kafka may take to confirm an order before the caller is told to retry."""

    stuck_after: Limit = timedelta(seconds=30)
    """When Kafka answers and yet takes no order for so long, /livez fails."""

    end_after: EndAfter = timedelta(seconds=30)
    """When /livez fails, or the event loop does not turn, for so long, the process ends with exit code 70."""
    notice: Pause = timedelta(seconds=1)
    """How long `/readyz` says no on SIGTERM before connections are refused, so that a load balancer looks elsewhere."""
    drain_timeout: Limit = timedelta(seconds=14)
    """How long requests in flight may take to finish after that; a call to Stripe is part of one."""

    order_service_url: AnyHttpUrl = AnyHttpUrl("http://localhost:8003")
    """Where order-service answers; it is asked which payments an order has."""
    order_service_timeout: Limit = timedelta(seconds=3)
    """How long order-service may take to answer."""
    order_service_connections: Annotated[int, Field(ge=1, le=1000)] = 50
    """How many questions to order-service may be under way at once; more wait their turn."""

    stream_url: str = Field("ws://localhost:8004/v1/stream", pattern=r"^wss?://\S+$")
    """Where browsers reach notifier."""
    stream_token_lifetime: Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(days=1))] = timedelta(
        hours=1
    )
    """How long a stream token is good for at least."""
    customer_token_lifetime: Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(days=1))] = timedelta(
        minutes=30
    )
    """How long a customer token is good for; the shop's server asks for a new one while somebody is signed in."""

    allowed_origins: Words = LAPTOP_ORIGINS
    """Web origins that may call from a browser and be returned to after Checkout; comma-separated."""
    rate_per_key: Rate = 200
    """Requests a second with one key, for long; publishable keys count for all browsers together."""
    burst_per_key: Rate = 1000
    """Requests at once with one key."""
    rate_per_address: Rate = 20
    """Requests a second from one IPv4 address or one IPv6 /64, for long; calls with the secret key do not count."""
    burst_per_address: Rate = 200
    """Requests at once from one address."""
    max_in_flight: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Requests that are answered at once, those that wait for Stripe among them; the next is answered 503."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies of ours stand in front and append to `X-Forwarded-For`; 0 believes only the socket."""
    drop_in_routes: bool = Field(False, validation_alias="TILLSTREAM_DROP_IN_ROUTES")
    """Whether storefronts written after Stripe's common guides find the routes that these guides have."""
    drop_in_currency: Currency = "usd"
    """What a drop-in client pays in when it does not say."""
    drop_in_success_path: PagePath = "/success?session_id={CHECKOUT_SESSION_ID}"
    """Where Checkout sends a drop-in client's buyer after paying, on the origin that called."""
    drop_in_cancel_path: PagePath = "/cancel"
    """Where Checkout sends a drop-in client's buyer on turning back."""
    trust_client_prices: bool = False
    """Whether prices that a browser sends to the drop-in routes are charged. Anybody can change them: leave it off."""
    catalog: Path | None = None
    """The catalogue file (JSON); unset is the sample that comes with the package."""

    log_level: str = Field("INFO", validation_alias="LOG_LEVEL")
    """The least severe level to log."""
    log_format: LogFormat = Field("auto", validation_alias="LOG_FORMAT")
    """`json`, `console`, or `auto`: console in a terminal."""

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [text for text in origins if origin_of(text) != text]
        if wrong:
            raise ValueError(f"not a web origin such as https://shop.example: {', '.join(wrong)}")
        return origins

    @model_validator(mode="after")
    def _can_send_buyers_back(self) -> Self:
        if self.drop_in_routes and not self.allowed_origins:
            raise ValueError("TILLSTREAM_DROP_IN_ROUTES needs an origin in INTENT_API_ALLOWED_ORIGINS to return to")
        return self
