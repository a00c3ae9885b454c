"""What a caller may say about an order, whichever way it will be paid."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from intent_api.catalog import Sku
from intent_api.locales import Locale
from intent_api.orders import RESERVED_METADATA
from tillstream_contracts.types import Currency

MAX_LINES = 100
MAX_QUANTITY = 1000
MAX_METADATA = 20
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"  # PostgreSQL's text cannot hold NUL, and a log line no line break


def _not_reserved(name: str) -> str:
    if name in RESERVED_METADATA:
        raise ValueError(f"{name} is set by Tillstream; choose another name")
    return name


MetadataKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$"), AfterValidator(_not_reserved)]
MetadataValue = Annotated[str, Field(max_length=500, pattern=PRINTABLE)]


class Body(BaseModel):
    """A request body: nothing is converted or passed over in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Item(Body):
    """One line of the cart."""

    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY, examples=[2])]


Items = Annotated[list[Item], Field(min_length=1, max_length=MAX_LINES)]


def lower(told: object) -> object:
    """A currency in upper case, as ISO 4217 writes it, in lower case, as Stripe does."""
    return told.lower() if isinstance(told, str) else told


Reference = Annotated[str, Field(max_length=200, pattern=PRINTABLE, examples=["A-1001"])]
Email = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$", examples=["ada@example.com"])
]


class OrderBody(Body):
    """What the shop may add to any order."""

    currency: Annotated[Currency, BeforeValidator(lower), Field(examples=["eur"])]
    """An ISO 4217 code."""
    reference: Reference | None = None
    """The shop's own number for the order."""
    customer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,200}$", examples=["cust-77"])] | None = None
    """The shop's own id for the buyer; not a name, not an address. Or Stripe's `cus_…`, which is then told to Stripe
    too: with the secret key, or that customer's own token."""
    locale: Locale | None = None
    """The language in which Stripe speaks to the buyer; the nearest that it knows is taken. Left out: the first that
    the caller's `Accept-Language` asks for."""
    metadata: Annotated[dict[MetadataKey, MetadataValue], Field(max_length=MAX_METADATA)] = {}
    """Notes that travel with the order. No personal data, please: they are stored in events."""
