"""The real processes of a run: a cluster of three brokers, PostgreSQL, proxies, several instances of each service."""

from chaos.stage.opening import open_stage
from chaos.stage.stage import Stage

__all__ = ["Stage", "open_stage"]
