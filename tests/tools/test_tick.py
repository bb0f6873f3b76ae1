"""python -m tools tick: the schedules once, beside everything that `make run` starts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib import wiring
from chalicelib.core.cases import Case, case_number
from chalicelib.core.people import SCOPES, ApiToken
from tests.catalogues import compile_catalogues
from tests.conftest import Tables
from tests.tools.stages import stage_on
from tools import connected, local
from tools.__main__ import app
from tools.local import Local

EXAMPLE = Path(__file__).parents[2] / "docs" / "people.example.toml"
START = datetime.fromisoformat("2026-05-11T09:00:00+08:00")
MONDAY = "2026-05-18T07:00:00+08:00"
AFTER_CLOSE = "2026-06-11T10:00:00+08:00"
PHONE = "+12025550143"
VISIT = {
    "visit_id": "V1",
    "unit": "north-1",
    "technician": "王小明",
    "completed_at": "2026-05-11T08:00:00+08:00",
    "phone": PHONE,
}


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """All that `make run` starts, with the example's people."""
    compile_catalogues()
    for name in (*connected.SETTINGS, "HUIFANG_STAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(connected, "RUN_FILE", tmp_path / "run.json")
    monkeypatch.setattr(wiring, "_in_use", [])
    with local.running(tmp_path, START) as made:
        local.write_addresses(made, tmp_path / "run.json")
        assert CliRunner().invoke(app, ["people", str(EXAMPLE)]).exit_code == 0
        yield made


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["tick", *words])


def done(*words: str) -> dict[str, Any]:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return dict(json.loads(result.stdout))


def mails(running: Local) -> list[str]:
    return sorted(path.name for path in running.mail_folder.glob("*.eml"))


def test_a_first_tick_commits_the_first_draw_and_mails_it(running: Local) -> None:
    assert done() == {
        "now": "2026-05-11T01:00:00+00:00",
        "sweep": {"brought": 0},
        "draw": {"drawn": 0, "recalls": 0, "late_outcomes": 0},
        "close": {"documents": 0, "audited": 0, "late_forms": 0, "payrolls": 0, "digests": 0},
        "watch": {"pages": 0, "breaches": 0, "unread": 0},
        "dispatch": {"visits": 0, "effects": 2},
    }
    committed, members = mails(running)
    assert committed == "draw~2026-W21~draw_committed.0.eml"
    assert members.startswith("members.20260511T01")


def test_a_draw_of_another_instant_is_drawn_and_its_mails_go_out(running: Local) -> None:
    done()
    told = done("--now", MONDAY)
    assert (told["now"], told["draw"]) == (
        "2026-05-17T23:00:00+00:00",
        {"drawn": 1, "recalls": 0, "late_outcomes": 0},
    )
    assert "draw~2026-W21~draw_list.0.eml" in mails(running)
    assert running.wiring.now() == START


def test_a_named_schedule_runs_alone(running: Local) -> None:
    assert done("draw") == {
        "now": "2026-05-11T01:00:00+00:00",
        "draw": {"drawn": 0, "recalls": 0, "late_outcomes": 0},
    }
    assert mails(running) == []
    assert list(done("dispatch", "close")) == ["now", "dispatch", "close"]


def test_an_invitation_goes_through_the_simulator_once(running: Local) -> None:
    token = ApiToken("0" * 64, SCOPES)
    running.wiring.visits.upload([VISIT], token, START)
    noon = ("dispatch", "--now", "2026-05-13T15:00:00-04:00")
    assert [done(*noon)["dispatch"]["visits"] for _ in range(2)] == [1, 0]
    assert len(running.simulator.thread(PHONE)) == 1


def test_a_close_makes_documents_and_says_what_holds_up_the_others(running: Local) -> None:
    at = datetime(2026, 5, 20, tzinfo=UTC)
    case = Case(case_number(1), at, "2026-05", "sms", "south-1", text="投诉")
    running.wiring.storage.commit([case], [])
    result = run("close", "--now", AFTER_CLOSE)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["close"]["documents"] == 1
    (line,) = result.stderr.splitlines()
    warning = json.loads(line)
    assert warning["message"] == "unread cases hold up"
    assert (warning["unit"], warning["month"]) == ("south-1", "2026-05")


def test_an_unknown_schedule_is_refused_before_anything_runs(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_on(tables, tmp_path, monkeypatch)
    result = run("draw", "dance")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "dance is no schedule; there are: sweep, draw, close, watch, dispatch\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "set TWILIO_AUTH_TOKEN, TWILIO_API_BASE, MAIL_FOLDER, BLOB_FOLDER"),
        (("--now", "2026-06-04"), "set TWILIO_AUTH_TOKEN"),
    ],
)
def test_where_nothing_runs_nothing_is_sent_to_anybody(
    tables: Tables,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    told: str,
) -> None:
    stage_on(tables, tmp_path, monkeypatch)
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_an_instant_without_a_zone_is_refused(running: Local) -> None:
    result = run("--now", "2026-06-04T07:00:00")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "needs a zone" in result.stderr
