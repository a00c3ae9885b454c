"""Ports for one stage."""

from devstack.ports import free_port


class Ports:
    """Hands out free ports, none of them twice: who is given one may listen there only later."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def take(self) -> int:
        """A port for the caller alone."""
        port = free_port()
        while port in self._taken:
            port = free_port()
        self._taken.add(port)
        return port
