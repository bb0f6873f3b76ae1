"""The corpus as a test: nothing wrong, clear spellings accepted, every row well formed."""

from collections import Counter
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from chalicelib.core.replies import read
from tools.corpus import STORED, CorpusError, Row, corpus, enough, rows, verdict

FOLDER = Path(__file__).parent / "corpus"
LEAST_ROWS = 600
LEAST_CLEAR = 250
LEAST_NO_RATINGS = 300


@pytest.fixture(scope="module")
def corpus_rows() -> list[Row]:
    return list(rows(FOLDER))


def test_corpus_is_large_and_mixed(corpus_rows: list[Row]) -> None:
    assert len(corpus_rows) >= LEAST_ROWS
    assert sum(row.clear for row in corpus_rows) >= LEAST_CLEAR
    assert sum(not row.kinds & STORED for row in corpus_rows) >= LEAST_NO_RATINGS


def test_every_row_names_the_rule_it_comes_from(corpus_rows: list[Row]) -> None:
    assert [row.place for row in corpus_rows if not row.why.strip()] == []


def test_no_reply_of_the_corpus_is_read_wrongly(corpus_rows: list[Row]) -> None:
    readings = [(row, read(row.text, row.context)) for row in corpus_rows]
    assert [
        (row.place, row.text, reading.kind, dict(reading.grades), reading.comment, reading.rule)
        for row, reading in readings
        if verdict(row, reading) == "wrong"
    ] == []


def test_clear_spellings_are_accepted_without_asking(corpus_rows: list[Row]) -> None:
    clear = [row for row in corpus_rows if row.clear]
    accepted = [verdict(row, read(row.text, row.context)) == "accepted" for row in clear]
    assert enough(accepted), [
        row.text for row, fine in zip(clear, accepted, strict=True) if not fine
    ]


def test_replies_are_read_by_the_kind_expected(corpus_rows: list[Row]) -> None:
    counts = Counter(verdict(row, read(row.text, row.context)) for row in corpus_rows)
    assert counts["other"] == 0, counts


def corpus_of(folder: Path, *lines: str) -> Path:
    (folder / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        pytest.param(['{"text": "A'], "Unterminated string", id="no JSON"),
        pytest.param(["[]"], "not an object", id="a list"),
        pytest.param(['{"text": "A", "kind": "ask"}'], "why: missing", id="no rule"),
        pytest.param(['{"text": "A", "kind": "grade", "why": "x"}'], "kind: not one", id="kind"),
        pytest.param(['{"text": "A", "kind": "grades", "why": "x"}'], "grades: missing", id="none"),
        pytest.param(
            ['{"text": "A", "kind": "grades", "grades": "AF-", "why": "x"}'], "three of", id="F"
        ),
        pytest.param(['{"text": 1, "kind": "ask", "why": "x"}'], "wrong type", id="type"),
        pytest.param(['{"text": "A", "sent": [], "kind": "ask", "why": "x"}'], "unknown", id="key"),
        pytest.param(
            ['{"text": "A", "kind": "ask", "why": "x", "clear": true}'], "clear: only", id="clear"
        ),
        pytest.param(
            ['{"text": "A", "kind": "ask", "why": "x"}'] * 2, "the same as", id="a row twice"
        ),
    ],
)
def test_malformed_corpus_is_refused_with_its_place(
    tmp_path: Path, lines: list[str], reason: str
) -> None:
    with pytest.raises(CorpusError, match=reason) as caught:
        list(rows(corpus_of(tmp_path, *lines)))
    assert str(caught.value).startswith(f"{tmp_path}/some.jsonl:{len(lines)}: ")


@pytest.mark.parametrize(
    ("line", "status", "shown"),
    [
        pytest.param(
            '{"text": "A B A", "kind": "grades", "grades": "ABA", "clear": true, "why": "x"}',
            0,
            "1 of 1, 100.00 %",
            id="as expected",
        ),
        pytest.param(
            '{"text": "A B A", "kind": "grades", "grades": "ABB", "why": "x"}',
            1,
            "wrong",
            id="other grades",
        ),
        pytest.param(
            '{"text": "A B A", "kind": "comment", "why": "x"}', 1, "wrong", id="should be no grade"
        ),
        pytest.param(
            '{"text": "STOP", "kind": "comment", "why": "x"}', 1, "wrong", id="a keyword misread"
        ),
        pytest.param('{"text": "so so", "kind": "optout", "why": "x"}', 1, "wrong", id="missed"),
        pytest.param(
            '{"text": "so so", "kind": "grades", "grades": "CCC", "clear": true, "why": "x"}',
            1,
            "0 of 1, 0.00 %",
            id="a clear one asked",
        ),
        pytest.param('{"text": "A"}', 2, "", id="malformed"),
    ],
)
def test_command_exits_by_what_it_found(tmp_path: Path, line: str, status: int, shown: str) -> None:
    app = typer.Typer()
    app.command()(corpus)
    result = CliRunner().invoke(app, [str(corpus_of(tmp_path, line))])
    assert result.exit_code == status
    assert shown in result.output
