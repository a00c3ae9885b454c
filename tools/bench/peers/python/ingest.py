"""Stripe's webhooks into Kafka as one usually writes it: FastAPI, `construct_event`, `send_and_wait`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import stripe
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Header, HTTPException, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One producer for the life of the process."""
    app.state.producer = AIOKafkaProducer(bootstrap_servers=os.environ["KAFKA"], acks="all")
    await app.state.producer.start()
    yield
    await app.state.producer.stop()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    """Up."""
    return {"status": "ok"}


@app.post("/webhooks/stripe")
async def webhook(request: Request, stripe_signature: Annotated[str, Header()]) -> dict[str, bool]:
    """Verify, write, answer."""
    body = await request.body()
    try:
        event = stripe.Webhook.construct_event(body, stripe_signature, os.environ["STRIPE_WEBHOOK_SECRET"])
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise HTTPException(400, str(error)) from None
    key = event["data"]["object"]["id"].encode()
    await app.state.producer.send_and_wait(os.environ["TOPIC"], body, key=key)
    return {"received": True}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False)
