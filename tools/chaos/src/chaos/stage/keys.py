"""Keys and secrets of one run, and the webhook secret that can be rolled."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from devstack.keys import MAKERS

LOOK_SECONDS = 0.5
"""How soon webhook-ingest notices."""


class Keys:
    """Made up for this run. The webhook secrets are also in a file, which every webhook-ingest looks at."""

    def __init__(self, folder: Path) -> None:
        self.values: Mapping[str, str] = {name: make() for name, make in MAKERS.items()}
        self.file = folder / "webhook-secrets"
        self._webhook: tuple[str, ...] = (self.values["STRIPE_WEBHOOK_SECRET"],)
        self._rolling = asyncio.Lock()
        self._write(self._webhook)

    @property
    def webhook(self) -> tuple[str, ...]:
        """The secrets that are valid now; Stripe signs with the first."""
        return self._webhook

    @asynccontextmanager
    async def rolled(self) -> AsyncIterator[None]:
        """A new secret signs from now on, and the old one is valid until this is left."""
        async with self._rolling:
            new = f"whsec_{secrets.token_hex(16)}"
            self._write((new, *self._webhook))
            await asyncio.sleep(3 * LOOK_SECONDS)
            self._webhook = (new, *self._webhook)
            try:
                yield
            finally:
                self._webhook = (new,)
                self._write(self._webhook)

    def _write(self, valid: tuple[str, ...]) -> None:
        arriving = self.file.with_suffix(".arriving")
        arriving.touch(mode=0o600)
        arriving.write_text(f"default={'|'.join(valid)}\n")
        arriving.replace(self.file)
