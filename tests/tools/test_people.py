"""python -m tools people: a file in, what it did out, or each flaw with its line."""

import json
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib.core.people import Unit
from chalicelib.store.storage import Storage
from tests.conftest import Tables
from tests.tools.stages import stage_on
from tools import connected
from tools.__main__ import app
from tools.people import line_of

EXAMPLE = Path(__file__).parents[2] / "docs" / "people.example.toml"


@pytest.fixture
def storage(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    return stage_on(tables, tmp_path, monkeypatch)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.toml"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["people", *map(str, words)])


def refusal(file: Path, content: str | bytes) -> list[str]:
    """The lines that a refused file is answered with, without its name."""
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    result = run(file)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.replace(f"{file}:", "").splitlines()


def test_the_example_is_loaded_and_then_unchanged(storage: Storage) -> None:
    result = run(EXAMPLE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "units": {"created": 2},
        "technicians": {"created": 2},
        "members": {"created": 5},
        "tokens": {"created": 1},
        "members_not_in_file": [],
    }
    assert [unit.since for unit in storage.people.units()] == ["2026-06", "2026-06"]
    again = json.loads(run(EXAMPLE).stdout)
    assert [again[table] for table in ("units", "technicians", "members", "tokens")] == [
        {"unchanged": 2},
        {"unchanged": 2},
        {"unchanged": 5},
        {"unchanged": 1},
    ]


def test_members_whom_the_file_does_not_name_are_told(storage: Storage, file: Path) -> None:
    run(EXAMPLE)
    file.write_text("")
    told = json.loads(run(file).stdout)["members_not_in_file"]
    assert len(told) == 5
    assert "zhou.jie@hr.example" in told


def test_a_file_of_windows_with_a_mark_and_cr_is_read(storage: Storage, file: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace("\n", "\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert run(file).exit_code == 0
    assert len(storage.people.members()) == 5


def test_every_flaw_is_told_by_its_line_and_nothing_is_written(
    storage: Storage, file: Path
) -> None:
    storage.people.put(Unit("stays", "Stays"))
    told = refusal(
        file,
        "# who is who\n"
        '[[members]]\nname = "A"\nmail = "a@s.example"\nrole = "boss"\n'
        '\n[[units]]\nid = "u1"\n'
        '[[members]]\nname = "B"\nmail = "b@s.example"\nrole = "lead"\nphone = [\n  1\n]\n'
        '[people]\nname = "C"\n',
    )
    assert [line.rpartition(", is ")[0] or line for line in told] == [
        '5: members[1].role: must be one of "supervisor", "lead", "hr", "auditor", "admin"',
        "7: units[1]: name is missing",
        '13: members[2].phone: must be a number such as "+8613800000000"',
        "16: people: unknown key",
    ]
    assert [unit.unit_id for unit in storage.people.units()] == ["stays"]
    assert storage.people.members() == []


@pytest.mark.parametrize(
    ("content", "told"),
    {
        "broken": ("[[units]]\nid = \n", "2: file: Invalid value"),
        "not UTF-8": (b'[[units]]\n\nid = "\xb1\xb1"\n', "3: file: is not UTF-8"),
        "a key twice": ('[[units]]\nid="a"\nid="b"\n', "3: file: Cannot overwrite a value"),
        "too deep": ("units=" + "[" * 5000 + "]" * 5000, "1: file: "),
    }.values(),
    ids=["broken", "not UTF-8", "a key twice", "too deep"],
)
def test_what_is_no_toml_is_refused_by_line(
    storage: Storage, file: Path, content: str | bytes, told: str
) -> None:
    (line,) = refusal(file, content)
    assert line.startswith(told)


def test_a_file_that_is_not_there_is_told(storage: Storage, tmp_path: Path) -> None:
    result = run(tmp_path / "none.toml")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/none.toml:1: file: cannot be read: {NOT_THERE}\n"


NOT_THERE = "No such file or directory"


@pytest.fixture
def deployed(tables: Tables, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A deployed stage: the engine stands where botocore looks for AWS."""
    monkeypatch.setattr(connected, "STAGE", "local")
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    monkeypatch.setenv("HUIFANG_STAGE", tables.stage)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", tables.endpoint)
    return storage


def test_members_get_into_a_deployed_stage(deployed: Storage, tables: Tables) -> None:
    result = run(EXAMPLE)
    assert (result.exit_code, result.stderr) == (0, f"stage {tables.stage} in eu-central-1\n")
    assert len(deployed.people.members()) == 5
    (mail,) = deployed.effects.due("effect", datetime.now(UTC), 10)
    assert mail.cause.startswith("members.")


def test_a_deployed_stage_that_is_not_there_is_told(
    deployed: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIFANG_STAGE", "nowhere")
    result = run(EXAMPLE)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no tables of the stage nowhere that these credentials reach" in result.stderr


def test_a_deployed_stage_without_a_region_is_told(
    deployed: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    result = run(EXAMPLE)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "region" in result.stderr


@pytest.mark.parametrize("words", [(), ("--dynamodb", "http://127.0.0.1:9")])
def test_a_local_database_is_never_a_deployed_stage(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HUIFANG_STAGE", "prod")
    if words:
        monkeypatch.delenv("DYNAMODB_ENDPOINT")
    result = run(EXAMPLE, *words)
    assert result.exit_code == 2
    assert "HUIFANG_STAGE=prod is a deployed stage and its database is at AWS" in result.stderr
    assert storage.people.members() == []


def test_the_database_can_be_named(
    storage: Storage, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    assert run(EXAMPLE).exit_code == 2
    assert run(EXAMPLE, "--dynamodb", tables.endpoint).exit_code == 0
    assert len(storage.people.units()) == 2


TRICKY = {
    "rows of one line": ('units = [{id = "a", name = "A"}, {id = "b c", name = "B"}]\n', 1),
    "a header in a text": (
        '[[units]]\nid = "a"\nname = """\n[[units]]\n"""\n[[units]]\nid = "b c"\nname = "B"\n',
        7,
    ),
    "a header with spaces": ('[[units]]\nid="a"\nname="A"\n [[ units ]]\n\nid="b c"\nname="B"', 6),
}


@pytest.mark.parametrize(("source", "line"), TRICKY.values(), ids=TRICKY.keys())
def test_the_line_is_right_however_the_row_is_written(source: str, line: int, file: Path) -> None:
    from chalicelib.toml_values import Flaw

    assert line_of(source, tomllib.loads(source), Flaw("x", ("units", 1, "id"))) == line


def test_a_flaw_at_the_end_of_a_long_file_is_found_soon(storage: Storage, file: Path) -> None:
    """The line of a flaw is found by reading its row again, not the file up to each line."""
    rows = [f'[[technicians]]\nunit = "u1"\nname = "T{n}"\n' for n in range(5000)]
    content = '[[units]]\nid = "u1"\nname = "U"\n' + "".join(rows) + 'phone = "1"\n'
    started = time.process_time()
    (line,) = refusal(file, content)
    assert line.startswith("15004: technicians[5000].phone: must be a number")
    assert time.process_time() - started < 20
