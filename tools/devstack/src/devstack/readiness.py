"""Whether a server can do its work now."""

import aiohttp
import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from devstack.ports import answers

ANSWER_SECONDS = 2


async def http_ready(url: str) -> bool:
    """Whether `url` (a service's `/readyz`) answers 200."""
    limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


async def database_answers(url: str) -> bool:
    """Whether PostgreSQL there lets us in."""
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def kafka_answers(bootstrap: str) -> bool:
    """Whether a broker there takes requests."""
    if not answers(int(bootstrap.rpartition(":")[2])):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=ANSWER_SECONDS * 1000)
    try:
        await admin.start()
    except (KafkaError, OSError, TimeoutError):
        return False
    else:
        return True
    finally:
        await admin.close()
