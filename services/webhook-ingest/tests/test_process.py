"""The service as a process behind a real socket."""

import asyncio
import io
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiokafka import AIOKafkaConsumer

from tillstream_contracts import STRIPE_EVENTS

pytestmark = pytest.mark.integration
Sign = Callable[..., bytes]
Event = Callable[..., bytes]
Until = Callable[..., Awaitable[None]]


@dataclass
class Running:
    """The process, and where it listens."""

    process: asyncio.subprocess.Process
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def service(kafka_bootstrap: str, kafka_prefix: str, tmp_path: Path) -> AsyncIterator[Running]:
    """`python -m webhook_ingest`, ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "STRIPE_WEBHOOK_SECRET": "whsec_test",
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": kafka_prefix,
        "WEBHOOK_INGEST_PORT": str(port),
        "WEBHOOK_INGEST_ENDPOINTS": "connect=whsec_connect",
        "WEBHOOK_INGEST_SECRETS_FILE": str(tmp_path / "secrets"),
        "WEBHOOK_INGEST_SECRETS_EVERY": "0.05",
        "STRIPE_LIVEMODE": "false",
        "LOG_FORMAT": "json",
    }
    log = tmp_path / "log"
    with log.open("wb") as written:
        command = (sys.executable, "-m", "webhook_ingest")
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=written, stderr=written)
    running = Running(process, port, log)
    await _until_ready(running)
    yield running
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _until_ready(running: Running) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(f"{running.url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def test_sigterm_in_flight_loses_no_acknowledged_event(
    service: Running, kafka_bootstrap: str, kafka_prefix: str, sign: Sign, event: Event, until: Until
) -> None:
    acknowledged: set[str] = set()
    refused: list[int] = []

    async def keep_posting(session: aiohttp.ClientSession, worker: int) -> None:
        for number in range(100_000):
            body = event(f"{worker}_{number}")
            headers = {"stripe-signature": sign(body).decode()}
            async with session.post(f"{service.url}/webhooks/stripe", data=body, headers=headers) as answer:
                if answer.status == 200:
                    acknowledged.add(f"evt_{worker}_{number}")
                else:
                    refused.append(answer.status)

    async def until_refused(session: aiohttp.ClientSession, worker: int) -> None:
        with suppress(aiohttp.ClientError):
            await keep_posting(session, worker)

    async with aiohttp.ClientSession() as session:
        workers = [asyncio.create_task(until_refused(session, worker)) for worker in range(20)]
        await until(lambda: len(acknowledged) >= 300, seconds=20)
        service.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            await asyncio.gather(*workers)
            await service.process.wait()
    assert refused == []
    assert service.process.returncode == 0
    assert acknowledged <= await _written(kafka_bootstrap, kafka_prefix, at_least=len(acknowledged))


async def _written(bootstrap: str, prefix: str, *, at_least: int) -> set[str]:
    consumer = AIOKafkaConsumer(
        STRIPE_EVENTS.under(prefix), bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            return {dict((await consumer.getone()).headers)["ce_id"].decode() for _ in range(at_least)} | {
                dict(record.headers)["ce_id"].decode()
                for records in (await consumer.getmany(timeout_ms=500)).values()
                for record in records
            }
    finally:
        await consumer.stop()


async def test_rubbish_on_the_socket_never_stops_the_service(service: Running) -> None:
    source = random.Random(5)
    begin = b"POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\n"
    rubbish = [
        source.randbytes(500),
        begin + b"stripe-signature: " + source.randbytes(50).replace(b"\n", b"") + b"\r\ncontent-length: 2\r\n\r\n{}",
        begin + b"stripe-signature: t=1,v1=0\r\ncontent-length: -5\r\n\r\n{}",
        begin + b"stripe-signature: t=1,v1=0\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        begin + b"stripe-signature: t=1,v1=0\r\ncontent-length: 9999999\r\nexpect: 100-continue\r\n\r\n",
        begin + b"stripe-signature: t=1,v1=0\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n{}",
        begin + b"\xff\xfe: \x00\r\n\r\n",
    ]
    for sent in rubbish:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(sent)
        writer.write_eof()
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                status = (await reader.read()).partition(b" ")[2][:3]
            assert status in {b"", b"400", b"413"}
        writer.close()
    async with aiohttp.ClientSession() as session, session.get(f"{service.url}/readyz") as answer:
        assert answer.status == 200


async def test_a_body_far_too_large_is_answered_413_over_the_socket(service: Running) -> None:
    async with aiohttp.ClientSession() as session:
        for data in (io.BytesIO(b"x" * 3_000_000), _chunks(3_000_000)):
            headers = {"stripe-signature": "t=1,v1=0"}
            async with session.post(f"{service.url}/webhooks/stripe", data=data, headers=headers) as answer:
                assert (answer.status, (await answer.json())["code"]) == (413, "body_too_large")


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 50_000):
        yield b"x" * 50_000


async def test_logs_and_metrics_tell_no_body_and_no_header(service: Running, sign: Sign, event: Event) -> None:
    async with aiohttp.ClientSession() as session:
        body = event("live", livemode=True)
        headers = {"stripe-signature": sign(body).decode()}
        async with session.post(f"{service.url}/webhooks/stripe", data=body, headers=headers) as answer:
            assert answer.status == 200
        body = event(1, data={"object": {"id": "pi_1", "object": "payment_intent", "receipt_email": "a@b.example"}})
        for headers in ({"stripe-signature": sign(body).decode()}, {"stripe-signature": "t=1,v1=secretive"}):
            async with session.post(f"{service.url}/webhooks/stripe", data=body, headers=headers) as answer:
                await answer.read()
        async with session.get(f"{service.url}/metrics") as answer:
            metrics = await answer.text()
    log = service.log.read_text()
    assert '"code": "timestamp_out_of_tolerance"' in log
    assert not any(word in log + metrics for word in ("a@b.example", "secretive", "v1=", "whsec_", "pi_1"))
    assert '"event": "event_of_other_mode"' in log
    assert 'webhook_ingest_webhooks_total{outcome="event_of_other_mode"} 1.0' in metrics
    assert 'webhook_ingest_webhooks_total{outcome="stored"} 1.0' in metrics
    assert 'webhook_ingest_webhooks_total{outcome="timestamp_out_of_tolerance"} 1.0' in metrics
    assert "webhook_ingest_write_seconds_count 1.0" in metrics


async def test_a_secret_is_rolled_without_a_restart_and_without_one_refusal(
    service: Running, tmp_path: Path, sign: Sign, event: Event
) -> None:
    """First both secrets count, then Stripe signs with the new one, then the old one counts no more."""
    url = f"{service.url}/webhooks/stripe/connect"

    async with aiohttp.ClientSession() as session:

        async def deliver(secret: str) -> int:
            body = event()
            headers = {"stripe-signature": sign(body, secret=secret).decode()}
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status

        async def until_answered(secret: str, status: int) -> list[int]:
            meanwhile = []
            async with asyncio.timeout(20):
                while await deliver(secret) != status:
                    meanwhile.append(await deliver("whsec_connect" if status == 200 else "whsec_new"))
            return meanwhile

        assert (await deliver("whsec_connect"), await deliver("whsec_new")) == (200, 400)
        _put(tmp_path / "secrets", "connect=whsec_connect|whsec_new\n")
        assert set(await until_answered("whsec_new", 200)) <= {200}
        assert await deliver("whsec_connect") == 200
        _put(tmp_path / "secrets", "connect=whsec_new\n")
        assert set(await until_answered("whsec_connect", 400)) <= {200}
        assert await deliver("whsec_new") == 200


def _put(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text)
    new.rename(file)


async def test_memory_stays_below_120_mb(service: Running) -> None:
    assert psutil.Process(service.process.pid).memory_info().rss < 120 * 1024 * 1024
