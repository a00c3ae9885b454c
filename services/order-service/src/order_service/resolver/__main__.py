"""`python -m order_service.resolver`: fetches what thin events are about, and writes it back as snapshot events."""

from order_service.resolver.app import NAME, create_resolver
from order_service.resolver.settings import ResolverSettings
from order_service.stripe_calls.process import run_process


def main() -> None:
    """Resolve until told to stop."""
    run_process(NAME, ResolverSettings, create_resolver)


if __name__ == "__main__":
    main()
