"""`make demo`: the house comes up, a purchase is made and shown, and then one may look around."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock

from devstack.demo.events import follow
from devstack.demo.purchase import Shop, buy, order_timeline
from devstack.demo.terminal import alone_in_the_terminal, every_end_as_an_interrupt, undisturbed
from devstack.demo.timeline import find_record, hops, timeline_table
from devstack.given import given_settings
from devstack.house import House
from devstack.house_views import memory_table, print_addresses
from devstack.measuring import measure
from devstack.programs import Plan
from devstack.progress import Progress
from devstack.state import state_folder
from devstack.trouble import Trouble

BURST = ("latency", "--rate", "100", "--seconds", "3")


class Visit:
    """One run of the demo."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.house = House(progress)

    def run(self, *, once: bool) -> int:
        """The exit code: 0 when the WebSocket said paid and the visitor left, or would have been told of trouble."""
        plan = Plan.from_settings(given_settings())
        if once and not plan.simulated:
            raise Trouble("ONCE=1 buys by itself, which needs the simulator: unset STRIPE_SECRET_KEY for it.")
        with alone_in_the_terminal(), every_end_as_an_interrupt(), self._only_visit():
            self._stay(plan, once=once)
        return 0

    def _stay(self, plan: Plan, *, once: bool) -> None:
        ours = self.house.up(plan)
        try:
            if plan.simulated:
                asyncio.run(self._buy(plan))
                measure(plan, BURST)
            self.progress.console.print(memory_table(self.house.supervisor))
            if not once:
                print_addresses(self.progress.console, plan)
                self._look_around(plan)
        finally:
            self._leave(ours=ours)

    async def _buy(self, plan: Plan) -> None:
        shop = _shop(plan)
        purchase = await buy(shop)
        record = await find_record(plan.kafka.bootstrap, purchase)
        way = hops(purchase, record, await order_timeline(shop, purchase))
        self.progress.console.print(timeline_table(purchase, way))

    def _look_around(self, plan: Plan) -> None:
        self.progress.console.print("Orders as they change, until Ctrl-C:")
        try:
            asyncio.run(follow(self.progress.console, plan.kafka.bootstrap, goes_on=self.house.supervisor.is_up))
        except KeyboardInterrupt:
            self.progress.console.print()

    def _leave(self, *, ours: bool) -> None:
        if not ours:
            self.progress.done("The house was up before, so it stays up.")
            return
        with undisturbed(), self.progress.step("Everything is stopped"):
            self.house.down()

    @contextmanager
    def _only_visit(self) -> Iterator[None]:
        """Refuses a second demo, and clears up after one that was killed."""
        mark = state_folder() / "demo"
        with mark.open("a+") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError as error:
                raise Trouble("A demo is running already: end it with Ctrl-C, or with `make down`.") from error
            if mark.stat().st_size:
                with self.progress.step("An earlier demo, which was killed, is cleared up"):
                    self.house.down()
            mark.write_text("running")
            try:
                yield
            finally:
                mark.write_text("")


def _shop(plan: Plan) -> Shop:
    at = plan.addresses.url
    return Shop(
        intent_api=at("INTENT_API_PORT"),
        stripe_api=at("STRIPE_SIM_PORT"),
        order_service=at("ORDER_SERVICE_PORT"),
        publishable_key=plan.keys["TILLSTREAM_PUBLISHABLE_KEY"],
    )
