"""What is measured, each with those that it is compared to."""

from bench.model import Scenario
from bench.scenarios.ingest import INGEST

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in (INGEST,)}
