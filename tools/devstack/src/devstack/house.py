"""The whole house: up in the order of its dependencies, down in the reverse."""

import asyncio
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock

from devstack import web
from devstack.database import ensure_database, migrate
from devstack.leftovers import end_leftovers
from devstack.programs import DATABASE, Plan, Program
from devstack.progress import Progress
from devstack.state import ensure_disk_space, make_runtime_folder, runtime_folder, state_folder
from devstack.supervision import ENDED, Supervisor, log_of
from devstack.topics import create_topics
from devstack.trouble import Trouble

READY_SECONDS = 60
FOUNDATIONS = ("postgres", "kafka")


class House:
    """Brings the programs up and down, and tells `progress` about it."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.supervisor = Supervisor()

    def up(self, plan: Plan) -> bool:
        """Have everything ready; False if it was already. What fails to come up is taken down again."""
        with _alone():
            programs = [*plan.foundations(), *plan.services()] if self.supervisor.is_up() else None
            if programs and all(asyncio.run(_ready(program)) for program in programs):
                return False
            try:
                self._bring_up(plan)
            except BaseException:
                self._take_down()
                raise
        return True

    def down(self) -> bool:
        """End everything, also what a killed supervisor left; False if nothing ran."""
        with _alone():
            return self._take_down()

    def _bring_up(self, plan: Plan) -> None:
        ensure_disk_space()
        make_runtime_folder()
        if not self.supervisor.is_up():
            end_leftovers()
            plan.ensure_ports_are_free()
            self._prepare(plan)
            self.supervisor.start([*plan.foundations(), *plan.services()])
        foundations, services = plan.foundations(), plan.services()
        self._run(foundations)
        self._furnish(plan, *foundations)
        self._run(services)
        self._wait(services)

    def _prepare(self, plan: Plan) -> None:
        with self.progress.step("Kafka is at hand"):
            plan.kafka.prepare()
        with self.progress.step("PostgreSQL is at hand"):
            plan.postgres.prepare()
        with self.progress.step("The storefront is built"):
            web.ensure_built()

    def _furnish(self, plan: Plan, postgres: Program, kafka: Program) -> None:
        """The tables are made while Kafka, which takes longer, comes up."""
        self._wait([postgres])
        with self.progress.step("The database is migrated"):
            asyncio.run(ensure_database(plan.postgres.url(), DATABASE))
            migrate(plan.order_service())
        self._wait([kafka])
        with self.progress.step("The topics exist"):
            asyncio.run(create_topics(plan.kafka.bootstrap))

    def _run(self, programs: Sequence[Program]) -> None:
        for program in programs:
            self.supervisor.run(program.name)

    def _wait(self, programs: Sequence[Program]) -> None:
        for program in programs:
            with self.progress.step(f"{program.name} is ready"):
                asyncio.run(self._until_ready(program))

    async def _until_ready(self, program: Program) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not await program.ready():
            if self.supervisor.seen(program.name).state in ENDED:
                raise Trouble(f"{program.name} ended instead of coming up.", log=log_of(program.name))
            if time.monotonic() > deadline:
                raise Trouble(f"{program.name} was not ready within {READY_SECONDS} s.", log=log_of(program.name))
            await asyncio.sleep(0.05)

    def _take_down(self) -> bool:
        ran = self.supervisor.is_up()
        if ran:
            names = [seen.name for seen in self.supervisor.all()]
            self.supervisor.stop([name for name in names if name not in FOUNDATIONS])
            self.supervisor.stop([name for name in names if name in FOUNDATIONS])
            self.supervisor.shutdown()
        left = end_leftovers()
        shutil.rmtree(runtime_folder(), ignore_errors=True)
        return ran or left > 0


async def _ready(program: Program) -> bool:
    return await program.ready()


@contextmanager
def _alone() -> Iterator[None]:
    with (state_folder() / "house.lock").open("w") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise Trouble("Another `make up`, `make down` or `make demo` is at work: wait until it is done.") from error
        yield
