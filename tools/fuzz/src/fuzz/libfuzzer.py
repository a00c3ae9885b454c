"""`python -m fuzz.libfuzzer TARGET CORPUS OPTIONS…`: one search by atheris, which ends this process."""

import random
import sys
from typing import Final

import atheris

PACKAGES: Final = [
    "tillstream_contracts", "webhook_ingest", "order_service", "notifier", "intent_api", "jwt", "stripe._webhook",
]  # fmt: skip


def main() -> None:
    """Import the services so that each of their branches is seen, then search."""
    with atheris.instrument_imports(include=PACKAGES):
        from fuzz.mutation import structural  # noqa: PLC0415
        from fuzz.targets import TARGETS  # noqa: PLC0415 what is imported before is not instrumented
    target = TARGETS[sys.argv.pop(1)]

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311 the search has to be repeatable
        changed = structural(bytes(data), target.words, chance) if chance.random() < 0.5 else None
        if changed is None or len(changed) > longest:
            return bytes(atheris.Mutate(data, longest))
        return changed

    atheris.Setup(sys.argv, lambda data: target.check(bytes(data)), custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
