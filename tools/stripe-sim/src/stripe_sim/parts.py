"""The moving parts of one stand-in, as `create_app` puts them together."""

from dataclasses import dataclass

from stripe_sim.account import Account
from stripe_sim.chaos import Chaos
from stripe_sim.deliveries import Deliveries
from stripe_sim.faults import Faults
from stripe_sim.idempotency import IdempotencyKeys
from stripe_sim.metrics import Metrics
from stripe_sim.timers import LoopTimers
from stripe_sim.webhook_endpoints import register


@dataclass(frozen=True)
class Parts:
    """All that has a state."""

    account: Account
    deliveries: Deliveries
    faults: Faults
    keys: IdempotencyKeys
    timers: LoopTimers
    metrics: Metrics

    def set_chaos(self, knobs: Chaos) -> None:
        """Other knobs from now on."""
        self.deliveries.knobs = knobs
        self.account.same_second = int(self.account.clock()) if knobs.same_second else None

    def reset(self) -> None:
        """As it was at the start."""
        self.timers.clear()
        self.account.forget()
        self.deliveries.clear()
        self.faults.clear()
        self.keys.clear()
        self.begin()

    def begin(self) -> None:
        """Do what the settings ask for at the start."""
        settings = self.account.settings
        self.set_chaos(settings.chaos)
        if settings.webhook_url:
            given = settings.webhook_secret
            secret = given.get_secret_value() if given else f"whsec_{self.account.names.characters(32)}"
            register(self.account, {"url": str(settings.webhook_url), "enabled_events": ["*"]}, secret)
