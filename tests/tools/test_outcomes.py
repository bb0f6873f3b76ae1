"""python -m tools outcomes: exit 0 taken, exit 2 with a line for each reason, local stage alone."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib.core.people import Member
from chalicelib.store.storage import Storage
from tests.conftest import Tables
from tests.tools.filled_sheets import CALLED, SUN, WEN, cell_of, filled, week_of
from tests.tools.stages import stage_on
from tools.__main__ import app


@pytest.fixture
def storage(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    made = stage_on(tables, tmp_path, monkeypatch)
    made.people.put(Member("Sun", SUN, "supervisor"))
    made.people.put(Member("Wen", WEN, "supervisor", language="en"))
    made.people.put(Member("Hu", "hu@personnel.example", "hr"))
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "week.xlsx"


def run(file: Path, by: str = SUN) -> Result:
    return CliRunner().invoke(app, ["outcomes", str(file), "--by", by])


def test_a_workbook_in_which_nothing_was_filled_in_is_taken(storage: Storage, file: Path) -> None:
    file.write_bytes(week_of({"V-1": SUN}))
    result = run(file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert run(file).stdout == result.stdout


def test_each_reason_stands_on_a_line_with_file_sheet_and_cell(
    storage: Storage, file: Path
) -> None:
    content = filled(week_of({"V-1": SUN}), **{**CALLED, "time_1": "noon"}, quality="Q")
    file.write_bytes(content)
    result = run(file, "Wen")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{file}: 1 sun!{cell_of('time_1')}: is no time: noon (write 14:05)",
        f"{file}: 1 sun!{cell_of('quality')}: is none of the choices: Q; choose one of the list",
    ]


def test_a_visit_that_is_not_there_is_refused(storage: Storage, file: Path) -> None:
    file.write_bytes(filled(week_of({"V-1": SUN}), **CALLED))
    result = run(file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{file}: 1 sun!{cell_of('job')}: 没有工单 V-1\n"


@pytest.mark.parametrize("content", [b"", b"visit,grade\n", b"PK\x03\x04"])
def test_another_file_is_no_workbook(storage: Storage, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    result = run(file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{file}: ")


def test_a_file_that_is_not_there_is_told(storage: Storage, file: Path) -> None:
    assert run(file).exit_code == 2


@pytest.mark.parametrize("by", ["nobody@x.example", "hu@personnel.example"])
def test_only_members_who_call_hand_in(storage: Storage, file: Path, by: str) -> None:
    file.write_bytes(filled(week_of({"V-1": SUN}), **CALLED))
    result = run(file, by)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_a_deployed_stage_is_refused(
    storage: Storage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIFANG_STAGE", "prod")
    file.write_bytes(week_of({"V-1": SUN}))
    result = run(file)
    assert result.exit_code == 2
    assert "deployed stage" in result.stderr
