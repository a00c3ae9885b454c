"""The real processes that a run is about: a cluster of three brokers, PostgreSQL, proxies, several instances of each service."""
