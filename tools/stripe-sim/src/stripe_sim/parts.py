"""The moving parts of one stand-in, as `create_app` puts them together."""

from collections import Counter
from dataclasses import dataclass

from stripe_sim import connected_accounts
from stripe_sim.account import Account
from stripe_sim.chaos import Chaos
from stripe_sim.deliveries import Deliveries
from stripe_sim.faults import Faults
from stripe_sim.metrics import Metrics
from stripe_sim.objects import Object
from stripe_sim.timers import LoopTimers
from stripe_sim.webhook_endpoints import register


@dataclass(frozen=True)
class Parts:
    """All that has a state."""

    account: Account
    deliveries: Deliveries
    faults: Faults
    timers: LoopTimers
    metrics: Metrics

    @property
    def accounts(self) -> list[Account]:
        """All that there are."""
        return [self.account, *self.account.connected.values()]

    def find(self, name: str) -> tuple[Account, Object] | None:
        """The object with this id, and whose it is."""
        found = ((account, account.store.find(name)) for account in self.accounts)
        return next(((account, thing) for account, thing in found if thing is not None), None)

    def home_of(self, name: str) -> Account:
        """Whose the object is; the platform's where nobody has it."""
        found = self.find(name)
        return found[0] if found else self.account

    def counts(self) -> dict[str, int]:
        """How many objects there are of each kind."""
        return dict(sum((Counter(account.store.counts()) for account in self.accounts), Counter()))

    def tag(self) -> str:
        """Another one whenever anything has changed."""
        changes = sum(account.store.changes for account in self.accounts)
        return f"{self.account.lives}.{changes}.{self.deliveries.noted}"

    def set_chaos(self, knobs: Chaos) -> None:
        """Other knobs from now on."""
        self.deliveries.knobs = knobs
        for account in self.accounts:
            account.same_second = int(self.account.clock()) if knobs.same_second else None

    def reset(self) -> None:
        """As it was at the start."""
        self.timers.clear()
        self.account.forget()
        self.deliveries.clear()
        self.faults.clear()
        self.begin()

    def begin(self) -> None:
        """Do what the settings ask for at the start."""
        settings = self.account.settings
        self.set_chaos(settings.chaos)
        for name in settings.connected_accounts:
            connected_accounts.open_world(self.account, name, {})
        if settings.webhook_url:
            given = settings.webhook_secret
            secret = given.get_secret_value() if given else f"whsec_{self.account.names.characters(32)}"
            register(self.account, {"url": str(settings.webhook_url), "enabled_events": ["*"]}, secret)
