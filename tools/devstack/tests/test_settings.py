"""What the user sets is respected, and what cannot work is refused with a sentence that says what to do."""

import socket
from pathlib import Path

import pytest

from devstack import given
from devstack.addresses import DEFAULTS, Addresses
from devstack.given import given_settings
from devstack.keys import all_keys
from devstack.ports import LOOPBACK
from devstack.programs import Plan
from devstack.trouble import Trouble

STRIPE = {
    "STRIPE_SECRET_KEY": "sk_test_theirs",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_theirs",
    "STRIPE_WEBHOOK_SECRET": "whsec_theirs",
}


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("NOTIFIER_PORT=1\nKAFKA_PORT=2\n")
    monkeypatch.setattr(given, "REPOSITORY", tmp_path)
    monkeypatch.setenv("NOTIFIER_PORT", "3")
    settings = given_settings()
    assert (settings["NOTIFIER_PORT"], settings["KAFKA_PORT"]) == ("3", "2")


def test_an_empty_setting_is_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("STRIPE_SECRET_KEY=\n")
    monkeypatch.setattr(given, "REPOSITORY", tmp_path)
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    assert "STRIPE_SECRET_KEY" not in given_settings()


def test_an_empty_setting_switches_off_what_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("STRIPE_SECRET_KEY=sk_test_from_the_file\n")
    monkeypatch.setattr(given, "REPOSITORY", tmp_path)
    monkeypatch.setenv("STRIPE_SECRET_KEY", "")
    assert "STRIPE_SECRET_KEY" not in given_settings()


def test_a_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe")
    monkeypatch.setattr(given, "REPOSITORY", tmp_path)
    with pytest.raises(Trouble, match=r"Cannot read .*\.env"):
        given_settings()


def test_keys_are_made_up_once_and_kept_from_others(state: Path) -> None:
    assert all_keys({}) == all_keys({})
    assert (state / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_given_key_is_used_and_not_written_down(state: Path) -> None:
    assert all_keys({"TILLSTREAM_SECRET_KEY": "sk_of_the_user"})["TILLSTREAM_SECRET_KEY"] == "sk_of_the_user"
    assert "sk_of_the_user" not in (state / "secrets.env").read_text()


@pytest.mark.parametrize("missing", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"])
def test_half_an_account_is_refused_by_the_name_of_what_is_missing(state: Path, missing: str) -> None:
    with pytest.raises(Trouble, match=missing):
        all_keys({name: value for name, value in STRIPE.items() if name != missing})


def test_a_live_key_is_refused(state: Path) -> None:
    with pytest.raises(Trouble, match="no test key"):
        all_keys({**STRIPE, "STRIPE_SECRET_KEY": "sk_live_theirs"})


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="NOTIFIER_PORT"):
        Addresses.chosen({"NOTIFIER_PORT": text})


def test_one_port_for_two_is_refused() -> None:
    with pytest.raises(Trouble, match=r"KAFKA_PORT.*STOREFRONT_PORT|STOREFRONT_PORT.*KAFKA_PORT"):
        Addresses.chosen({"KAFKA_PORT": "8000"})


def test_a_port_in_use_is_named_with_its_setting_and_process() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=rf"Port {port} is in use by \S.* \(process \d+\): .* NOTIFIER_PORT"):
            Addresses.chosen({"NOTIFIER_PORT": str(port)}).ensure_free("NOTIFIER_PORT")


def test_every_program_hears_of_a_moved_port(state: Path) -> None:
    moved = {name: str(20_000 + number) for number, name in enumerate(DEFAULTS)}
    told = " ".join(value for program in Plan.from_settings(moved).services() for value in program.environment.values())
    assert not [port for port in DEFAULTS.values() if f":{port}" in told]


def test_with_an_account_the_simulator_stays_away(state: Path) -> None:
    plan = Plan.from_settings(STRIPE)
    services = {program.name: program.environment for program in plan.services()}
    assert "stripe-sim" not in services
    assert "STRIPE_API_BASE" not in services["intent-api"]
    assert services["storefront"]["STOREFRONT_STRIPE_JS_URL"] == "https://js.stripe.com/v3/"


@pytest.mark.parametrize(
    ("program", "knows"),
    [
        ("stripe-sim", {"STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"}),
        (
            "intent-api",
            {
                "TILLSTREAM_SECRET_KEY",
                "TILLSTREAM_PUBLISHABLE_KEY",
                "TILLSTREAM_TOKEN_SECRET",
                "STRIPE_SECRET_KEY",
                "STRIPE_PUBLISHABLE_KEY",
            },
        ),
        ("webhook-ingest", {"STRIPE_WEBHOOK_SECRET"}),
        ("order-service", {"TILLSTREAM_SECRET_KEY", "TILLSTREAM_TOKEN_SECRET", "POSTGRES_PASSWORD"}),
        ("order-service-resolver", {"STRIPE_SECRET_KEY"}),
        ("order-service-reconciler", {"STRIPE_SECRET_KEY", "POSTGRES_PASSWORD"}),
        ("notifier", {"TILLSTREAM_TOKEN_SECRET"}),
        ("storefront", {"TILLSTREAM_SECRET_KEY", "TILLSTREAM_PUBLISHABLE_KEY"}),
    ],
)
def test_a_program_knows_the_secrets_of_its_work_and_no_others(state: Path, program: str, knows: set[str]) -> None:
    plan = Plan.from_settings({})
    told = " ".join(next(p for p in plan.services() if p.name == program).environment.values())
    assert {name for name, value in plan.keys.items() if value in told} == knows
