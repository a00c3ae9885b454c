"""What is done to them: planned from a seed, then carried out and written down."""

from chaos.faults.acting import act
from chaos.faults.kinds import KINDS, Kind, planned
from chaos.faults.plan import Planned

__all__ = ["KINDS", "Kind", "Planned", "act", "planned"]
