"""What callers write after the `?`: only what a route knows, each once, and `metadata[key]=value`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import AfterValidator, AwareDatetime, WithJsonSchema

from order_service.order_filters import Filters
from order_service.stripe_values import MAX_MINOR_UNITS
from tillstream_contracts import OrderStatus
from tillstream_operations import Problem

NO_NUL: Final = r"^[^\x00]*$"
MOST_METADATA: Final = 3
LONGEST_VALUE: Final = 500
_METADATA = re.compile(r"metadata\[([^\[\]\0]{1,100})\]")
METADATA_PARAMETER: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "metadata",
            "in": "query",
            "style": "deepObject",
            "explode": True,
            "required": False,
            "description": f"What the shop sent with the order: `metadata[key]=value`, up to {MOST_METADATA} pairs, "
            "of which all have to match to the letter.",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": MOST_METADATA},
            "example": {"channel": "app"},
        }
    ]
}


def _within_reach(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is too far away") from error


_WRITTEN: Final = {
    "anyOf": [
        {"type": "string", "format": "date-time"},
        {"type": "number"},
        {"type": "null"},
    ]
}
Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
MOMENT: Final = "ISO 8601 with an offset, or Unix seconds; that moment itself is left out."
AMOUNT: Final = "What was ordered, in minor units: at "

Statuses = Annotated[list[OrderStatus] | None, Query(description="May be given several times, for any of them.")]
CustomerId = Annotated[
    str | None,
    Query(max_length=200, pattern=NO_NUL, description="The shop's own id, or Stripe's `cus_…` where that is known."),
]
CurrencyCode = Annotated[str | None, Query(pattern=r"^[a-z]{3}$", description="ISO 4217, in lower case.")]
AtLeast = Annotated[int | None, Query(ge=0, le=MAX_MINOR_UNITS, description=f"{AMOUNT}least this.")]
AtMost = Annotated[int | None, Query(ge=0, le=MAX_MINOR_UNITS, description=f"{AMOUNT}most this.")]
After = Annotated[Moment | None, WithJsonSchema(_WRITTEN), Query(description=MOMENT)]
ShopsNumber = Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="The shop's own number.")]
Flag = Annotated[
    str | None,
    Query(pattern=r"^[a-z_]{1,64}$", description="What a person should look at.", examples=["overpaid"]),
]


async def order_filters(
    request: Request,
    status: Statuses = None,
    customer: CustomerId = None,
    currency: CurrencyCode = None,
    amount_min: AtLeast = None,
    amount_max: AtMost = None,
    created_after: After = None,
    created_before: After = None,
    reference: ShopsNumber = None,
    flag: Flag = None,
) -> Filters:
    """What a list of orders is filtered by. Raises a 422 problem."""
    refuse_unknown(request, several=["status"], also=_METADATA)
    return Filters(
        statuses=tuple(status or ()),
        customer=customer,
        currency=currency,
        amount_min=amount_min,
        amount_max=amount_max,
        created_after=created_after,
        created_before=created_before,
        reference=reference,
        flag=flag,
        metadata=_metadata(request),
    )


def refuse_unknown(request: Request, *, several: Sequence[str] = (), also: re.Pattern[str] | None = None) -> None:
    """A filter that is misspelt, or given twice, would else show more than was asked for. Raises a 422 problem."""
    known = set(_parameters(request.scope["route"].dependant))
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known and not (also and also.fullmatch(name)):
            raise _wrong(name, "is no parameter of this route")
        if times > 1 and name not in several:
            raise _wrong(name, "may be given only once")


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for part in dependant.dependencies:
        yield from _parameters(part)


def _metadata(request: Request) -> tuple[tuple[str, str], ...]:
    matches = [(_METADATA.fullmatch(name), value) for name, value in request.query_params.multi_items()]
    pairs = [(match[1], value) for match, value in matches if match]
    if len(pairs) > MOST_METADATA:
        raise _wrong("metadata", f"may have {MOST_METADATA} pairs at most")
    for key, value in pairs:
        if len(value) > LONGEST_VALUE or "\x00" in value:
            raise _wrong(f"metadata[{key}]", f"is a text of {LONGEST_VALUE} characters at most")
    return tuple(pairs)


def _wrong(field: str, message: str) -> Problem:
    detail = f"Correct these fields and send again: {field[:100]}."
    return Problem(422, "invalid_request", detail, errors=[{"field": field[:100], "message": message}])
