"""`python -m order_service`: the consumer and the read API in one process."""

import gc

from order_service.app import create_app
from order_service.settings import Settings
from tillstream_operations import configure_logs, read_settings, serve

HTTP_DRAIN_SECONDS = 5


def spare_the_collector() -> None:
    """Keep the garbage collector from walking all that was imported, again and again: a third of a batch's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings(Settings)
    configure_logs("order-service", level=settings.log_level, log_format=settings.log_format)
    app = create_app(settings)
    spare_the_collector()
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
