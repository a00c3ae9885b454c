"""What went wrong, said so that its reader can put it right."""

from pathlib import Path


class Trouble(Exception):
    """The house cannot go on. The message is one line: what is wrong and what to do."""

    def __init__(self, message: str, *, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log
        """The file whose last lines tell more."""


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or nothing where there is none."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
