"""`GET /v1/catalog`: what can be bought. Open to all, as a shop window is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from intent_api.catalog import Product
from intent_api.desk import Desk, the_desk

router = APIRouter(prefix="/v1", tags=["catalogue"])


class CatalogAnswer(BaseModel):
    """What can be bought, and in which currencies."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    products: tuple[Product, ...]
    currencies: tuple[str, ...]
    """In which a cart may be paid; a single product may be missing in some."""


@router.get("/catalog", summary="What can be bought, with prices in minor units")
async def show_catalog(desk: Annotated[Desk, Depends(the_desk)], response: Response) -> CatalogAnswer:
    """No key is needed. Prices are in the currency's smallest unit: 2400 is 24.00 usd, and 2400 jpy."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return CatalogAnswer(products=desk.catalog.products, currencies=tuple(sorted(desk.catalog.currencies)))
