"""What a rebuild needs to know beside what every operator's tool does."""

from typing import Annotated

from pydantic import Field

from order_service.operator_settings import OperatorSettings


class RebuildSettings(OperatorSettings):
    """What a rebuild needs to know: it reads records as the consumer does."""

    order_id_key: Annotated[str, Field(min_length=1, max_length=40)] = "order_id"
    """The key of Stripe's metadata that names the order."""
    max_record_bytes: Annotated[int, Field(ge=1024, le=8 * 2**20)] = 2**20
    """A larger record is not read."""
