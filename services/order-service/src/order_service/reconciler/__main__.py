"""`python -m order_service.reconciler`: compares with Stripe what was heard, and writes to Kafka what was not."""

from order_service.reconciler.app import create_reconciler
from order_service.reconciler.settings import ReconcilerSettings
from tillstream_operations import configure_logs, read_settings, serve

HTTP_DRAIN_SECONDS = 5


def main() -> None:
    """Reconcile until told to stop."""
    settings = read_settings(ReconcilerSettings)
    configure_logs("order-service-reconciler", level=settings.log_level, log_format=settings.log_format)
    serve(create_reconciler(settings), host=settings.host, port=settings.port, drain_seconds=HTTP_DRAIN_SECONDS)


if __name__ == "__main__":
    main()
