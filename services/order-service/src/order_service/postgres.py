"""asyncpg's objects, which come without types, by their names."""

from typing import Any

Connection = Any
Pool = Any
