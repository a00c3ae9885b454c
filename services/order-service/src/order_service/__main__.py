"""`python -m order_service`: the consumer and the read API in one process."""

from order_service.app import create_app
from order_service.settings import Settings
from tillstream_operations import configure_logs, serve

HTTP_DRAIN_SECONDS = 5


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    configure_logs("order-service", level=settings.log_level, log_format=settings.log_format)
    serve(create_app(settings), host=settings.host, port=settings.port, drain_seconds=HTTP_DRAIN_SECONDS)


if __name__ == "__main__":
    main()
