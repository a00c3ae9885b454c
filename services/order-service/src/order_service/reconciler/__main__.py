"""`python -m order_service.reconciler`: compares with Stripe what was heard, and writes to Kafka what was not."""

from order_service.reconciler.app import NAME, create_reconciler
from order_service.reconciler.settings import ReconcilerSettings
from order_service.stripe_calls.process import run_process


def main() -> None:
    """Reconcile until told to stop."""
    run_process(NAME, ReconcilerSettings, create_reconciler)


if __name__ == "__main__":
    main()
