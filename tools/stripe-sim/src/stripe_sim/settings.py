"""Everything that can be set, each by an environment variable `STRIPE_SIM_…`."""

from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from stripe_sim.controls.chaos import Chaos


class Settings(BaseSettings):
    """stripe-sim's settings. All have a default: it starts with none given."""

    model_config = SettingsConfigDict(
        hide_input_in_errors=True, env_prefix="STRIPE_SIM_", env_nested_delimiter="__", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8010, ge=0, le=65535)
    public_url: AnyHttpUrl | None = None
    """The address that browsers reach it by, for hosted pages; unset: the one of the request's Host header."""
    merchant_name: str = "Test shop"
    """The shop that hosted pages name."""
    log_level: str = "INFO"

    secret_key: SecretStr | None = None
    """The one key of a server; unset: any `sk_test_…` or `rk_test_…`."""
    publishable_key: str | None = None
    """The one key of a browser; unset: any `pk_test_…`."""
    api_version: str = "2026-08-26.dahlia"
    """The API version of the account: what answers and events say."""
    connected_accounts: tuple[Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9]{1,40}$")], ...] = ()
    """The ids of connected accounts that are there from the start; `POST /v1/accounts` makes others."""
    seed: int | None = None
    """Makes ids and chaos the same in every run; unset: different ones."""

    webhook_url: AnyHttpUrl | None = None
    """An endpoint registered at the start, for all events."""
    webhook_secret: SecretStr | None = None
    """Its signing secret (`whsec_…`); unset: made up."""
    thin_webhook_url: AnyHttpUrl | None = None
    """An event destination registered at the start, for all events in their thin form."""
    thin_webhook_secret: SecretStr | None = None
    """Its signing secret; unset: made up."""
    webhook_timeout_seconds: float = Field(default=10, gt=0)
    webhook_attempts: int = Field(default=16, ge=1)
    """Deliveries that were tried so often are given up."""
    webhook_retry_seconds: float = Field(default=0.5, ge=0)
    """The wait before the second attempt; each later wait is twice as long."""
    webhook_retry_longest_seconds: float = Field(default=60, gt=0)
    webhook_concurrency: int = Field(default=16, ge=1)
    webhook_queue: int = Field(default=20_000, ge=1)
    """Deliveries that may wait, in the queue or for a retry; more are lost, and logged so."""
    secret_roll_seconds: float = Field(default=86_400, ge=0)
    """How long a rolled secret still signs beside the new one."""

    processing_seconds: float = Field(default=3, ge=0)
    """How long a bank takes: a delayed payment is `processing`, a refund `pending`, a dispute not there yet."""
    slow_processing_seconds: float = Field(default=180, ge=0)
    """The same for Stripe's `…Delayed…` bank accounts."""
    checkout_wait_seconds: float = Field(default=10, ge=0)
    """The hosted page waits so long for the webhook's first answer before it sends the buyer back."""
    checkout_shortest_seconds: float = Field(default=1800, ge=0)
    """How far off `expires_at` must be; Stripe asks for half an hour."""
    draft_seconds: int = Field(default=3600, ge=0)
    """How long a renewal's invoice stays a draft, as at Stripe."""
    retry_days: tuple[Annotated[int, Field(ge=1, le=60)], ...] = Field(default=(3, 5, 7), max_length=8)
    """The days from each failed payment of a renewal to the next try."""
    after_retries: Literal["canceled", "unpaid", "past_due"] = "canceled"
    """What a subscription becomes when the last try has failed."""
    idempotency_seconds: float = Field(default=86_400, gt=0)
    objects_kept: int = Field(default=3_000, ge=1)
    """Of each kind, and idempotency keys; the oldest is forgotten first. A payment takes about 22 KB."""
    events_kept: int = Field(default=10_000, ge=1)
    """The same for events; an ordinary payment makes three."""
    body_bytes: int = Field(default=262_144, ge=1)
    """The largest request body."""

    chaos: Chaos = Chaos()
    """`STRIPE_SIM_CHAOS__DUPLICATE=0.1` and so on; `POST /sim/chaos` changes it while it runs."""
