"""Where the house under measurement is, and the secrets to speak with it as Stripe and as a browser do."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment; `make bench` sets it from the running house."""

    model_config = SettingsConfigDict(hide_input_in_errors=True, frozen=True, extra="ignore")

    webhook_url: str = Field("http://localhost:8002/webhooks/stripe", alias="BENCH_WEBHOOK_URL")
    stream_url: str = Field("ws://localhost:8004/v1/stream", alias="BENCH_STREAM_URL")
    orders_url: str = Field("http://localhost:8003/v1/orders", alias="BENCH_ORDERS_URL")
    merchant_id: str = Field("default", alias="TILLSTREAM_MERCHANT_ID")
    webhook_secret: SecretStr = Field(alias="STRIPE_WEBHOOK_SECRET")
    token_secret: SecretStr = Field(alias="TILLSTREAM_TOKEN_SECRET")
    api_key: SecretStr = Field(alias="TILLSTREAM_SECRET_KEY")
