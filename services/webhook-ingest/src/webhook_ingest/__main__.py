"""`python -m webhook_ingest`."""

from tillstream_operations import configure_logs, serve
from webhook_ingest.app import create_app
from webhook_ingest.settings import Settings


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure_logs("webhook-ingest", level=settings.log_level, log_format=settings.log_format)
    drain = int(settings.drain_timeout.total_seconds())
    serve(create_app(settings), host=settings.host, port=settings.port, drain_seconds=drain)


if __name__ == "__main__":
    main()
