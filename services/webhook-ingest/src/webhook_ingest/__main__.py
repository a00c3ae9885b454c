"""`python -m webhook_ingest`."""

from tillstream_operations import configure_logs, read_settings, serve
from webhook_ingest.app import create_app
from webhook_ingest.connection import WebhookConnection
from webhook_ingest.settings import Settings


def main() -> None:
    """Serve until SIGTERM."""
    settings = read_settings(Settings)
    configure_logs("webhook-ingest", level=settings.log_level, log_format=settings.log_format)
    serve(
        create_app(settings),
        connection=WebhookConnection,
        host=settings.host,
        port=settings.port,
        notice_seconds=settings.notice.total_seconds(),
        drain_seconds=int(settings.drain_timeout.total_seconds()),
        end_after_seconds=settings.end_after.total_seconds(),
    )


if __name__ == "__main__":
    main()
