"""The reconciler: a process beside the consumer of orders, which finds what Stripe never told, and heals it."""
