"""python -m tools act ack-list: who has taken the list of a draw over."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib.core.draws import Draw
from chalicelib.core.people import Member
from chalicelib.store.storage import Storage
from tests.conftest import Tables
from tests.tools.stages import NOW, stage_on
from tools.__main__ import app

SUN, HU = "sun@s.example", "hu@h.example"


@pytest.fixture
def storage(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    made = stage_on(tables, tmp_path, monkeypatch)
    made.people.put(Member("Sun", SUN, "supervisor"))
    made.people.put(Member("Hu", HU, "hr"))
    made.draws.create(Draw("2026-W23", "drawn", "c" * 64))
    made.draws.create(Draw("2026-W24", "committed", "d" * 64))
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["act", "ack-list", *words])


def test_a_list_is_taken_over_once(storage: Storage) -> None:
    first, second = run("2026-W23", "--by", "Sun"), run("2026-W23", "--by", SUN)
    told = {"verb": "ack-list", "id": "2026-W23", "by": SUN}
    assert json.loads(first.stdout) == {**told, "result": "acknowledged"}
    assert json.loads(second.stdout) == {**told, "result": "unchanged"}
    draw = storage.draws.get("2026-W23")
    assert draw is not None
    assert (draw.acknowledged_by, draw.acknowledged_at) == (SUN, datetime.fromisoformat(NOW))


@pytest.mark.parametrize(
    ("key", "by", "told"),
    [
        ("2026-W99", SUN, "there is no draw 2026-W99"),
        ("2026-W24", SUN, "has not been drawn yet"),
        ("2026-W23", HU, "not for hr"),
    ],
)
def test_what_cannot_be_taken_over_is_refused(
    storage: Storage, key: str, by: str, told: str
) -> None:
    result = run(key, "--by", by)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert [draw.acknowledged_by for draw in storage.draws.all()] == ["", ""]
