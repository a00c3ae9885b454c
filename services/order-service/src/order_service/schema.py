"""Whether the database has the schema that this build needs. The service looks; it never migrates."""

from typing import Any

import asyncpg

from order_service.migrations import HEAD


async def what_is_wrong_with_schema(connection: Any) -> str | None:
    """A sentence that says what to do, None if all is well. A newer schema is well: a newer build migrates first."""
    try:
        current = await connection.fetchval("SELECT max(version_num) FROM alembic_version")
    except asyncpg.UndefinedTableError:
        current = None
    if current is None:
        return f"The database has no schema yet; run python -m order_service.migrate to bring it to {HEAD}."
    if current < HEAD:
        return f"The schema is at {current}; run python -m order_service.migrate to bring it to {HEAD}."
    return None
