"""Several endpoints side by side: each has its path, its secrets and, with `STRIPE_LIVEMODE`, its mode."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from webhook_ingest.keyring import LARGEST_FILE, Keyring
from webhook_ingest.settings import Settings

Service = Any
MakeService = Callable[..., Service]
Event = Callable[..., bytes]
Until = Callable[[Callable[[], object]], Awaitable[None]]
CONNECT, THIN = "/webhooks/stripe/connect", "/webhooks/stripe/thin"


@pytest.fixture
def service(make_service: MakeService) -> Service:
    """With two further endpoints, one of which rolls its secret."""
    return make_service(endpoints="connect=whsec_new|whsec_before,thin=whsec_thin")


def told(service: Service) -> list[dict[str, str]]:
    """The headers of all that was written."""
    return [{name: value.decode() for name, value in record.headers} for record in service.kafka.records()]


@pytest.mark.shows("POST /webhooks/stripe/{endpoint}")
async def test_a_secret_counts_on_its_own_path_only(service: Service, event: Event) -> None:
    secrets = {"/webhooks/stripe": "whsec_test", CONNECT: "whsec_new", THIN: "whsec_thin"}
    for path in secrets:
        for home, secret in secrets.items():
            answer = await service.deliver(event(), path=path, secret=secret)
            assert answer.status == (200 if path == home else 400)
            assert path == home or answer.body["code"] == "signature_mismatch"
    assert [headers["ce_stripeendpoint"] for headers in told(service)] == ["default", "connect", "thin"]


async def test_the_old_and_the_new_secret_count_while_one_is_rolled(service: Service, event: Event) -> None:
    for secret in ("whsec_before", "whsec_new"):
        assert (await service.deliver(event(), path=CONNECT, secret=secret)).status == 200


@pytest.mark.parametrize("path", ["/webhooks/stripe/other", "/webhooks/stripe/other%0a", "/webhooks/stripe/default/x"])
async def test_an_endpoint_that_nobody_named_is_404(service: Service, event: Event, path: str) -> None:
    assert (await service.deliver(event(), path=path)).status == 404
    assert service.kafka.written == []


async def test_the_drop_in_path_works_only_where_it_is_switched_on(
    service: Service, make_service: MakeService, event: Event
) -> None:
    assert (await service.deliver(event(), path="/webhook")).status == 404
    switched_on = make_service(drop_in_routes=True)
    assert (await switched_on.deliver(event(), path="/webhook")).status == 200
    assert (await switched_on.deliver(event(), path="/webhook", secret="whsec_other")).status == 400
    assert told(switched_on)[0]["ce_stripeendpoint"] == "default"


@pytest.mark.shows("POST /webhook")
async def test_the_drop_in_path_is_the_default_endpoint(make_service: MakeService, event: Event) -> None:
    service = make_service(drop_in_routes=True)
    assert (await service.deliver(event(), path="/webhook")).body == {"received": True}
    assert len(service.kafka.records()) == 1


@pytest.mark.parametrize(("deployment", "event_is_live"), [(True, False), (False, True)])
async def test_an_event_of_the_other_mode_is_answered_200_and_not_written(
    make_service: MakeService, event: Event, deployment: bool, event_is_live: bool
) -> None:
    """Stripe sends test events to live Connect endpoints, and disables an endpoint that keeps refusing."""
    service = make_service(livemode=deployment)
    answer = await service.deliver(event(livemode=event_is_live))
    assert (answer.status, answer.body, service.kafka.written) == (200, {"received": True}, [])
    assert (service.count("event_of_other_mode"), service.count("stored")) == (1, 0)


@pytest.mark.parametrize(
    ("deployment", "event_is_live"),
    [(True, True), (False, False), (None, True), (None, False), (True, None), (False, None)],
)
async def test_an_event_of_the_same_or_no_mode_is_written(
    make_service: MakeService, event: Event, deployment: bool | None, event_is_live: bool | None
) -> None:
    service = make_service(livemode=deployment)
    assert (await service.deliver(event(livemode=event_is_live))).status == 200
    assert service.count("stored") == 1


async def test_an_event_of_the_other_mode_with_a_wrong_signature_is_refused(
    make_service: MakeService, event: Event
) -> None:
    service = make_service(livemode=True)
    assert (await service.deliver(event(livemode=False), secret="whsec_other")).status == 400


async def test_the_connected_account_stands_in_a_header(service: Service, event: Event) -> None:
    thin = event(
        "thin", type="v1.payment_intent.succeeded", object="v2.core.event", created="2026-01-01T00:00:00.250Z",
        context="acct_2", data=None, related_object={"id": "pi_2", "url": "/v1/payment_intents/pi_2"},
    )  # fmt: skip
    for body in (event(1, account="acct_1"), thin, event(2), event(3, account="x\ny")):
        assert (await service.deliver(body)).status == 200
    assert [headers.get("ce_stripeaccount") for headers in told(service)] == ["acct_1", "acct_2", None, None]
    assert service.kafka.records()[1].key == b"pi_2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the secrets stand."""
    return tmp_path / "secrets"


@pytest.fixture
def from_file(monkeypatch: pytest.MonkeyPatch, file: Path) -> Callable[[], Keyring]:
    """A keyring that looks into the file."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_given")
    monkeypatch.setenv("WEBHOOK_INGEST_ENDPOINTS", "thin=whsec_thin")
    return lambda: Keyring(Settings(secrets_file=file, secrets_every=timedelta(milliseconds=1)))


def replace(file: Path, text: str) -> None:
    """As a secret's new version is mounted: all at once."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.rename(file)


def test_the_file_replaces_the_secrets_of_the_endpoints_that_it_names(
    file: Path, from_file: Callable[[], Keyring]
) -> None:
    replace(file, "default=whsec_a|whsec_b\nconnect=whsec_c\n")
    assert from_file().keys == {
        "default": (b"whsec_a", b"whsec_b"), "connect": (b"whsec_c",), "thin": (b"whsec_thin",)
    }  # fmt: skip


@pytest.mark.parametrize("text", ["whsec_a", "connect=", "a=ü", "a=b\n" * 2, "a" * (LARGEST_FILE + 1)])
def test_a_file_that_makes_no_sense_changes_nothing(
    file: Path, from_file: Callable[[], Keyring], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(file, "default=whsec_a")
    keyring = from_file()
    replace(file, text)
    keyring.look()
    assert keyring.keys["default"] == (b"whsec_a",)
    assert "whsec_" not in capsys.readouterr().out


def test_a_file_that_is_gone_changes_nothing(file: Path, from_file: Callable[[], Keyring]) -> None:
    keyring = from_file()
    assert keyring.keys["default"] == (b"whsec_given",)
    replace(file, "default=whsec_a")
    keyring.look()
    file.unlink()
    keyring.look()
    assert keyring.keys["default"] == (b"whsec_a",)
