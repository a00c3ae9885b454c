"""PostgreSQL runs for root and for others, also where nobody else may look."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from devstack.keeper import STOP_SECONDS, keep
from devstack.postgres import Postgres
from devstack.readiness import database_answers
from devstack.shared_servers import Server, wait_until_it_answers
from devstack.state import make_runtime_folder

pytestmark = pytest.mark.integration


@pytest.fixture
def closed(state: Path) -> Iterator[Path]:
    """A state folder that only its owner may enter; the test leaves it so."""
    state.chmod(0o700)
    yield state
    assert state.stat().st_mode & 0o777 == 0o700


async def test_it_serves_from_a_folder_that_is_closed_to_others(closed: Path) -> None:
    postgres = Postgres(closed / "postgres", make_runtime_folder() / "postgres", "secret", durable=False)
    postgres.prepare()
    keeper = keep(postgres.command(), log=closed / "log", parent=os.getpid(), stop=signal.SIGINT)
    try:
        server = Server(postgres.url(), postgres.command(), database_answers)
        wait_until_it_answers(server, lambda: keeper.poll() is None, closed / "log")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.url().replace("secret", "guessed"))
    finally:
        keeper.terminate()
        keeper.wait(STOP_SECONDS)
