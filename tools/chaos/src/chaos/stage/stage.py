"""What the others see of a run's processes."""


class Stage:
    """A house that can be hurt."""

    ingest_urls: tuple[str, ...]
    """Base URLs of each webhook-ingest, through a proxy: `http://127.0.0.1:port`."""
    intent_urls: tuple[str, ...]
    order_urls: tuple[str, ...]
    stream_urls: tuple[str, ...]
    """`ws://127.0.0.1:port/v1/stream` of each notifier, through a proxy."""
    stripe_api_port: int
    """Where whoever plays Stripe has to listen: intent-api and the reconciler ask there."""
    kafka_bootstrap: str
    """Brokers without a proxy in front, for the judge."""
    database_url: str
    """order-service's database without a proxy in front, for the judge."""
    topic_prefix: str
    token_secret: str
    secret_key: str
    publishable_key: str

    def webhook_secrets(self) -> tuple[str, ...]:
        """Those that are valid now; Stripe signs with the first."""

    async def whole(self, within: float) -> None:
        """Return once every process is up and ready. Raises Trouble if that takes more than `within` seconds."""
