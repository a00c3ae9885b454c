"""Who hears Ctrl-C."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def alone_in_the_terminal() -> Iterator[None]:
    """Let the terminal's Ctrl-C reach this process and not the `make` that started it, which would call it an error."""
    if not sys.stdin.isatty() or os.getpgrp() == os.getpid():
        yield
        return
    before = os.getpgrp()
    if os.tcgetpgrp(sys.stdin.fileno()) != before:
        yield
        return
    os.setpgid(0, 0)
    _take(os.getpgrp())
    try:
        yield
    finally:
        _take(before)


@contextmanager
def every_end_as_an_interrupt() -> Iterator[None]:
    """SIGTERM and the terminal's end raise KeyboardInterrupt as Ctrl-C does."""
    signals = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = {number: signal.signal(number, _interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not stop the clearing up."""
    signals = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _take(group: int) -> None:
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # else a background process that takes over is stopped
    try:
        os.tcsetpgrp(sys.stdin.fileno(), group)
    except OSError:
        return  # the terminal is gone
    finally:
        signal.signal(signal.SIGTTOU, before)
