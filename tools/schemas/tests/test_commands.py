"""`generate` and `check` on a history of their own."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import create_model
from typer.testing import CliRunner

from schemas import history
from schemas.__main__ import app
from schemas.models import schema_of, schemas_today

EVENT = "shop.happened.v1"


class Models:
    """Stands in for the contracts: what the models say is what the test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch

    def say(self, **fields: Any) -> None:
        """The one event now has these fields."""
        schema = schema_of(create_model("Happened", **fields))
        self._monkeypatch.setattr("schemas.__main__.schemas_today", lambda: {EVENT: schema})

    def run(self, command: str) -> tuple[int, str]:
        """The exit code and what was printed."""
        result = CliRunner().invoke(app, [command, "--folder", str(self.folder)])
        return result.exit_code, result.output

    def versions(self) -> list[str]:
        return list(history.versions(self.folder, EVENT))


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    made = Models(tmp_path / "schemas", monkeypatch)
    made.say(amount=(int, ...))
    return made


def test_what_is_generated_passes_the_check(models: Models) -> None:
    assert models.run("check")[0] == 1
    assert models.run("generate")[0] == 0
    assert models.run("check")[0] == 0
    assert models.versions() == ["0001.json"]


def test_generating_twice_writes_once(models: Models) -> None:
    models.run("generate")
    assert models.run("generate") == (0, "")
    assert models.versions() == ["0001.json"]


def test_an_optional_addition_must_be_written_down_and_becomes_the_next_version(models: Models) -> None:
    models.run("generate")
    models.say(amount=(int, ...), note=(str | None, None))
    code, output = models.run("check")
    assert code == 1
    assert "python -m schemas generate" in output
    assert models.run("generate")[0] == 0
    assert models.versions() == ["0001.json", "0002.json"]
    assert models.run("check")[0] == 0


def test_a_breaking_change_fails_the_check_and_is_not_generated(models: Models) -> None:
    models.run("generate")
    models.say(total=(int, ...))
    for command in ("check", "generate"):
        code, output = models.run(command)
        assert code == 1
        assert f"{EVENT} cannot follow its 0001.json" in output
        assert "amount: was removed or renamed" in output
        assert "total: is new and required" in output
    assert models.versions() == ["0001.json"]


def test_a_change_is_held_against_every_version_and_not_only_the_first(models: Models) -> None:
    models.run("generate")
    models.say(amount=(int, ...), note=(str | None, None))
    models.run("generate")
    models.say(amount=(int, ...))
    code, output = models.run("check")
    assert code == 1
    assert "0002.json" in output
    assert "0001.json" not in output


def test_a_change_that_broke_two_versions_ago_is_still_found_when_the_newest_agrees(models: Models) -> None:
    models.run("generate")
    models.say(amount=(str, ...))
    history.append(models.folder, EVENT, schema_of(create_model("Happened", amount=(str, ...))))
    code, output = models.run("check")
    assert code == 1
    assert "cannot follow its 0001.json" in output


def test_a_lost_version_and_a_lost_model_are_named(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    models.run("generate")
    models.say(amount=(int, ...), note=(str | None, None))
    models.run("generate")
    (models.folder / EVENT / "0001.json").unlink()
    assert f"{EVENT}/0001.json is gone" in models.run("check")[1]
    monkeypatch.setattr("schemas.__main__.schemas_today", dict)
    assert f"The model of {EVENT} is gone" in models.run("check")[1]


def test_the_contracts_agree_with_what_is_committed() -> None:
    assert set(schemas_today()) == {
        "tillstream.order.placed.v1",
        "tillstream.order.status-changed.v1",
        "tillstream.payment.attached.v1",
        "tillstream.subscription.status-changed.v1",
    }
    assert CliRunner().invoke(app, ["check"]).exit_code == 0
