"""Python's garbage collector, in a process that imports much and then serves for long."""

import gc


def spare_the_collector() -> None:
    """Keep it from walking all that was imported, again and again. Call it once, when all is imported and made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
