"""The resolver: a process beside the consumer of orders, which fetches what thin events are about."""
