"""The judge: reads what each side left, and knows nothing of how the services work."""

from chaos.judging.verdict import Check, Verdict

__all__ = ["Check", "Verdict"]
