"""What is measured, each with those that it is compared to."""

from bench.model import Scenario
from bench.scenarios.end_to_end import END_TO_END
from bench.scenarios.fanout import FANOUT
from bench.scenarios.growth_ingest import GROWTH_INGEST
from bench.scenarios.growth_notifier import GROWTH_NOTIFIER
from bench.scenarios.growth_orders import GROWTH_ORDERS
from bench.scenarios.ingest import INGEST
from bench.scenarios.intents import INTENTS
from bench.scenarios.orders import ORDERS

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (INGEST, ORDERS, FANOUT, END_TO_END, INTENTS, GROWTH_INGEST, GROWTH_ORDERS, GROWTH_NOTIFIER)
}
