"""What the person at the terminal sees while things happen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from devstack.trouble import Trouble, tail


class Progress:
    """One line per step: while it goes on in a terminal, and with its seconds once done."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, reached: str) -> Iterator[None]:
        """A step that takes a while; `reached` says what is so when it is over."""
        begun = time.monotonic()
        with self.console.status(f"[dim]not yet:[/] {escape(reached)}"):
            yield
        self.done(f"{reached} [dim]{time.monotonic() - begun:.1f} s[/]")

    def done(self, sentence: str) -> None:
        """A step that is over."""
        self.console.print(f"[green]✓[/] {sentence}")

    def trouble(self, trouble: Trouble) -> None:
        """What went wrong and what to do, below the end of the log that tells of it."""
        if trouble.log and (lines := tail(trouble.log)):
            self.console.print(f"[dim]{escape(lines)}[/]\n[dim]({escape(str(trouble.log))})[/]", highlight=False)
        self.console.print(f"[red]✗[/] {escape(str(trouble))}", highlight=False, soft_wrap=True)
