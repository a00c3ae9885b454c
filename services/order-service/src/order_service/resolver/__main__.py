"""`python -m order_service.resolver`: fetches what thin events are about, and writes it back as snapshot events."""

from order_service.resolver.app import create_resolver
from order_service.resolver.settings import ResolverSettings
from tillstream_operations import configure_logs, read_settings, serve

HTTP_DRAIN_SECONDS = 5


def main() -> None:
    """Resolve until told to stop."""
    settings = read_settings(ResolverSettings)
    configure_logs("order-service-resolver", level=settings.log_level, log_format=settings.log_format)
    serve(create_resolver(settings), host=settings.host, port=settings.port, drain_seconds=HTTP_DRAIN_SECONDS)


if __name__ == "__main__":
    main()
