"""What Stripe has not: actions, faults, chaos, the page."""
