"""The real processes of a run: a cluster of three brokers, PostgreSQL, proxies, several instances of each service."""
