"""`python -m intent_api`: read the settings, configure the logs, serve."""

import sys

from intent_api.app import create_app
from intent_api.catalog import CatalogUnusable
from intent_api.settings import Settings
from tillstream_operations import configure_logs, read_settings, serve, spare_the_collector


def main() -> None:
    """Serve until told to stop; exit with a sentence if the settings or the catalogue cannot be used."""
    settings = read_settings(Settings)
    try:
        app = create_app(settings)
    except CatalogUnusable as error:
        sys.exit(str(error))
    configure_logs("intent-api", level=settings.log_level, log_format=settings.log_format)
    spare_the_collector()  # a sixth of a call's CPU time under load
    serve(
        app,
        host=settings.host,
        port=settings.port,
        notice_seconds=settings.notice.total_seconds(),
        drain_seconds=int(settings.drain_timeout.total_seconds()),
        end_after_seconds=settings.end_after.total_seconds(),
    )


if __name__ == "__main__":
    main()
