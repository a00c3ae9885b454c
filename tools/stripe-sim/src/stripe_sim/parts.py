"""The moving parts of one stand-in, as `create_app` puts them together."""

from collections import Counter
from dataclasses import dataclass

from pydantic import SecretStr

from stripe_sim.account import Account
from stripe_sim.controls.chaos import Chaos
from stripe_sim.controls.faults import Faults
from stripe_sim.customers import connected_accounts
from stripe_sim.events import event_destinations, webhook_endpoints
from stripe_sim.events.deliveries import Deliveries
from stripe_sim.metrics import Metrics
from stripe_sim.objects import Object
from stripe_sim.timers import LoopTimers

THIN: Object = {"name": "Thin events", "type": "webhook_endpoint", "event_payload": "thin", "enabled_events": ["*"]}


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
            asked: Object = {"url": str(settings.webhook_url), "enabled_events": ["*"]}
            webhook_endpoints.register(self.account, asked, self._secret(settings.webhook_secret))
        if settings.thin_webhook_url:
            event_destinations.register(
                self.account,
                {**THIN, "webhook_endpoint": {"url": str(settings.thin_webhook_url)}},
                self._secret(settings.thin_webhook_secret),
            )

    def _secret(self, given: SecretStr | None) -> str:
        return given.get_secret_value() if given else f"whsec_{self.account.names.characters(32)}"
