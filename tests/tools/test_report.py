"""python -m tools report: the workbook of one unit's month, on demand."""

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from tests.conftest import Tables
from tests.services.months import MAY, close, put_forms
from tests.stage import Stage, service, shared_connection, stage
from tests.tools.stages import stage_on
from tools.__main__ import app

__all__ = ["service", "shared_connection", "stage"]
"""The fixtures of a stage, used here as in the tests of services."""


@pytest.fixture
def closed(stage: Stage, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage with a closed May that commands find."""
    put_forms(stage, MAY, ["AAB", "ABC"])
    assert close(stage, MAY) == 1
    stage_on(tables, tmp_path, monkeypatch)
    monkeypatch.setenv("BLOB_FOLDER", str(stage.folder / "blobs"))
    return stage


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["report", *(str(word) for word in words)])


@pytest.mark.parametrize(("edition", "has_forms"), [([], True), (["--own"], False)])
def test_the_workbook_is_supervisions_unless_the_units_own_is_asked_for(
    closed: Stage, tmp_path: Path, edition: list[str], has_forms: bool
) -> None:
    out = tmp_path / "report.xlsx"
    result = run("U1", MAY, "--out", out, "--language", "en", *edition)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n"), result.stderr
    assert ("Forms" in openpyxl.load_workbook(out).sheetnames) is has_forms


@pytest.mark.parametrize(
    "words", [("U2", MAY), ("U1", "2026-09"), ("U1", "May"), ("U1", MAY, "--language", "fr")]
)
def test_what_is_not_there_is_refused(
    closed: Stage, tmp_path: Path, words: tuple[str, ...]
) -> None:
    out = tmp_path / "report.xlsx"
    assert run(*words, "--out", out).exit_code == 2
    assert not out.exists()


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.xls"])
def test_a_file_that_is_neither_is_not_written_under_a_wrong_name(
    closed: Stage, tmp_path: Path, name: str
) -> None:
    result = run("U1", MAY, "--out", tmp_path / name)
    assert result.exit_code == 2
    assert "neither .xlsx nor .html" in " ".join(result.stderr.split())
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("edition", "title"), [([], "report for supervision"), (["--own"], "report for the unit")]
)
def test_pages_to_print_are_written_if_the_file_is_one(
    closed: Stage, tmp_path: Path, edition: list[str], title: str
) -> None:
    out = tmp_path / "report.html"
    result = run("U1", MAY, "--out", out, "--language", "en", *edition)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n"), result.stderr
    assert title in out.read_text("utf-8")
