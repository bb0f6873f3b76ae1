"""How programs find the local stage, and which one they refuse."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import config, wiring
from tests.conftest import Tables
from tests.tools.stages import stage_on
from tools import connected, local
from tools.connected import NotConnectedError, local_stage, settings

TOLD = {
    "simulator": "http://127.0.0.1:1",
    "service": "http://127.0.0.1:2",
    "dynamodb": "http://127.0.0.1:3",
    "mail_folder": "/somewhere/mail",
    "api_token": "t",
    "account_sid": "AC0",
    "auth_token": "a",
    "number": "+15005550006",
}


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(TOLD), "utf-8")
    return path


def test_a_running_stage_is_found_with_the_settings_it_has_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "_in_use", [])
    with local.running(tmp_path / "run", datetime(2026, 6, 4, tzinfo=UTC)) as running:
        local.write_addresses(running, tmp_path / "run.json")
        found = settings({}, tmp_path / "run.json")
        assert config.read(found) == running.wiring.settings


def test_the_environment_goes_before_the_run(run_file: Path) -> None:
    found = settings({"HUIFANG_NOW": "2026-06-04T00:00:00Z", "MAIL_FOLDER": "/m"}, run_file)
    assert found["HUIFANG_NOW"] == "2026-06-04T00:00:00Z"
    assert found["MAIL_FOLDER"] == "/m"
    assert found["TWILIO_API_BASE"] == TOLD["simulator"]


def test_a_run_on_another_database_is_left_aside(run_file: Path) -> None:
    same = settings({"DYNAMODB_ENDPOINT": TOLD["dynamodb"] + "/"}, run_file)
    other = settings({"DYNAMODB_ENDPOINT": "http://127.0.0.1:4"}, run_file)
    assert same["MAIL_FOLDER"] == TOLD["mail_folder"]
    assert other == {
        "DYNAMODB_ENDPOINT": "http://127.0.0.1:4",
        "HUIFANG_STAGE": "local",
    }


def test_a_deployed_stage_is_refused_whatever_runs_here(run_file: Path) -> None:
    with pytest.raises(NotConnectedError, match="HUIFANG_STAGE=dev is a deployed stage"):
        settings({"HUIFANG_STAGE": "dev", "DYNAMODB_ENDPOINT": "http://127.0.0.1:3"}, run_file)


@pytest.mark.parametrize("content", ["", "[]", '{"mail_folder": "/m"}', '{"mail_folder": 3}'])
def test_a_broken_run_file_is_told(run_file: Path, content: str) -> None:
    run_file.write_text(content, "utf-8")
    with pytest.raises(NotConnectedError, match="start `make run` again"):
        settings({}, run_file)


@pytest.fixture
def _alone(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage_on(tables, tmp_path, monkeypatch)


@pytest.mark.usefixtures("_alone")
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotConnectedError, match="TWILIO_API_BASE, MAIL_FOLDER, BLOB_FOLDER"):
        local_stage(sends=True)
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with pytest.raises(NotConnectedError, match="start `make run`, or set DYNAMODB_ENDPOINT"):
        local_stage()


@pytest.mark.usefixtures("_alone")
def test_nothing_sends_without_a_number_to_send_from(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in connected.TO_SEND:
        monkeypatch.setenv(name, "x")
    with pytest.raises(NotConnectedError, match="TWILIO_NUMBER is not set"):
        local_stage(sends=True)


@pytest.mark.usefixtures("_alone")
@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("DYNAMODB_ENDPOINT", "http://127.0.0.1:9", "is `make run` up"),
        ("DYNAMODB_ENDPOINT", "nowhere", "Invalid endpoint"),
        ("HUIFANG_NOW", "2026-06-04T00:00:00", "needs a zone"),
        ("HUIFANG_NOW", "yesterday", "yesterday"),
        ("HUIFANG_NOW", "file:/nowhere/now", "No such file"),
        ("HUIFANG_RULEBOOK", "/nowhere/rulebook.toml", "cannot be read"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, told: str
) -> None:
    monkeypatch.setenv(setting, value)
    with pytest.raises(NotConnectedError, match=told):
        local_stage()


@pytest.mark.usefixtures("_alone")
def test_a_database_without_our_tables_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connected, "STAGE", "bare")
    with pytest.raises(NotConnectedError, match="no tables of the stage bare"):
        local_stage()


@pytest.mark.usefixtures("_alone")
def test_a_database_and_an_instant_given_go_before_all(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    made = local_stage(dynamodb=tables.endpoint, now="2026-01-31T23:00:00Z")
    assert made.month() == "2026-02"
    assert made.people.members() == []
