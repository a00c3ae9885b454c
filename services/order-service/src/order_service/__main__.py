"""`python -m order_service`: the consumer and the read API in one process."""

from order_service.app import create_app
from order_service.settings import Settings
from tillstream_operations import configure_logs, read_settings, serve, spare_the_collector

HTTP_DRAIN_SECONDS = 5


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings(Settings)
    configure_logs("order-service", level=settings.log_level, log_format=settings.log_format)
    app = create_app(settings)
    spare_the_collector()  # it was a third of a batch's time
    serve(
        app,
        host=settings.host,
        port=settings.port,
        notice_seconds=settings.notice.total_seconds(),
        drain_seconds=HTTP_DRAIN_SECONDS,
        end_after_seconds=settings.end_after.total_seconds(),
    )


if __name__ == "__main__":
    main()
