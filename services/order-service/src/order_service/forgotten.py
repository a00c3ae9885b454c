"""Whom a merchant asked to forget, as salted hashes; looked up before a batch is folded."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

from order_service.anonymous import anonymous, names_in
from order_service.postgres import Connection
from order_service.told import Told

WRITING: Final = 7_203_114_520
"""The advisory lock that batches share, and that who forgets a customer has alone.

So a batch either was committed before, and what it wrote is forgotten too, or sees the hashes.
"""
SHARE: Final = f"SELECT pg_advisory_xact_lock_shared({WRITING}); SELECT FROM forgotten LIMIT 1"  # noqa: S608  # our own number
"""Two statements in one round trip; the second begins once the lock is there, so it sees what its last holder wrote."""
NOBODY: Final = "SELECT 0"
"""What PostgreSQL answers to that where no row was found."""
SALT: Final = "SELECT salt FROM forgotten_salt"
KNOWN: Final = "SELECT name_hash FROM forgotten WHERE name_hash = ANY($1::text[])"


def hash_of(name: str, salt: str) -> str:
    """The hash of a name in this deployment."""
    return blake2b(name.encode(), key=salt.encode()[:64], digest_size=16).hexdigest()


async def without_forgotten(connection: Connection, told: Mapping[str, Told], merchant_id: str) -> dict[str, Told]:
    """The events, in their sequence, those about somebody forgotten without the name."""
    if await connection.execute(SHARE) == NOBODY:
        return dict(told)
    salt = await connection.fetchval(SALT)
    hashes = {key: {hash_of(name, salt) for name in names_in(one, merchant_id)} for key, one in told.items()}
    known = await _known(connection, {one for hashed in hashes.values() for one in hashed})
    return {key: anonymous(one) if hashes[key] & known else one for key, one in told.items()}


async def _known(connection: Connection, hashes: Iterable[str]) -> set[str]:
    return {name_hash for (name_hash,) in await connection.fetch(KNOWN, sorted(hashes))}
