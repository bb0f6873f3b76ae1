"""python -m tools read: the lines in, the objects out, the bad calls."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tools.__main__ import app

FIELDS = ["text", "kind", "grades", "comment", "complaint", "rule"]
EXPLAINED = ["cleaned", "considered", "answer", "number", "danger", "person"]


def run(lines: bytes, *options: str) -> Result:
    return CliRunner().invoke(app, ["read", *options], input=lines)


def objects(lines: str | bytes, *options: str) -> list[dict[str, Any]]:
    given = lines.encode("utf-8", "surrogatepass") if isinstance(lines, str) else lines
    result = run(given, *options)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout_bytes.decode().split("\n")[:-1]]


def kinds(lines: str, *options: str) -> list[str]:
    return [found["kind"] for found in objects(lines, *options)]


def test_one_object_a_line_says_what_would_be_stored() -> None:
    found = objects("ABA\nＡ，Ｂ，Ａ\nbad\n5\nStop sending me broken parts\n退订\n")
    assert [one["kind"] for one in found] == [
        *("grades", "grades", "ask", "ask", "comment", "optout")
    ]
    assert list(found[0]) == FIELDS
    assert found[0]["grades"] == {"timeliness": "A", "quality": "B", "attitude": "A"}
    assert found[4]["comment"] == "Stop sending me broken parts"


def test_lines_end_at_a_line_feed_only_and_a_last_one_adds_none() -> None:
    assert [one["text"] for one in objects("A\u2028B\x85A\r\n\nAAB")] == [
        *("A\u2028B\x85A\r", "", "AAB")
    ]
    assert objects("") == []
    assert kinds("A\rB\rA\nA\x0bB\x0cA\n") == ["grades", "grades"]


def test_every_object_is_one_line_however_lines_are_counted() -> None:
    result = run("a\u2028b\x85c\u2029d\x1ce\n".encode())
    assert len(result.stdout_bytes.decode().splitlines()) == 1


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert objects(b"AAB \xff\xe5\n")[0]["text"] == "AAB \ufffd\ufffd"


def test_explain_adds_how_the_reading_was_reached() -> None:
    found = objects("Ａ-Ｂ-Ａ\n漏气\n进度 123456789\n??\n", "--explain")
    assert list(found[0]) == [*FIELDS, *EXPLAINED]
    assert (found[0]["cleaned"], found[0]["considered"][:2]) == ("a-b-a", ["dropped", "optout"])
    assert [one["danger"] for one in found] == ["", "page", "", ""]
    assert (found[2]["number"], found[3]["person"]) == ("123456789", True)


def test_pending_names_the_items_still_open() -> None:
    assert objects("B\n", "--pending", "attitude")[0]["grades"] == {"attitude": "B"}
    found = objects("A B\nAAB\n", "--pending", "attitude,quality")
    assert [one["grades"] for one in found] == [{"quality": "A", "attitude": "B"}, {}]
    assert kinds("AAB\n", "--pending", "") == ["comment"]


def test_asked_is_an_open_question_that_yes_and_no_answer() -> None:
    found = objects("y\nno\n取消\nAAC\n", "--asked", "aba")
    assert [one["kind"] for one in found] == ["grades", "comment", "comment", "grades"]
    assert found[0]["grades"] == {"timeliness": "A", "quality": "B", "attitude": "A"}
    assert objects("y\n", "--asked=-B-")[0]["grades"] == {"quality": "B"}


def test_sent_messages_tell_quotes_and_the_example(tmp_path: Path) -> None:
    sent = tmp_path / "sent.txt"
    sent.write_text("请按顺序回复三个字母，例如 B C A 。\nThank you, noted.\n", encoding="utf-8")
    text = "BCA\nABA\n“请按顺序回复三个字母，例如 B C A 。”\n"
    assert kinds(text) == ["grades", "grades", "confirm"]
    assert kinds(text, "--sent", str(sent)) == ["confirm", "grades", "comment"]


def test_json_lines_bring_their_own_context() -> None:
    lines = [
        {"text": "A\nB\nA"},
        {"text": "质量C", "answered": True},
        {"text": "y", "offered": {"quality": "B"}, "pending": ["quality"]},
        {"text": "y", "offered": "ABA"},
        {"text": "进度", "open_case": True},
        {"text": "B C A", "ours": ["例如BCA。"]},
        {"text": "B", "pending": ["timeliness"], "offered": None},
        {"text": "\ud800 AAB"},
    ]
    found = objects("".join(json.dumps(line) + "\n" for line in lines), "--json")
    assert [one["kind"] for one in found] == [
        *("grades", "grades", "grades", "grades", "status", "confirm", "grades", "confirm")
    ]
    assert found[1]["grades"] == {"quality": "C"}
    assert found[6]["grades"] == {"timeliness": "B"}
    assert found[7]["text"] == "\ud800 AAB"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_either_language_is_read_whichever_is_set(language: str) -> None:
    assert kinds("满意 满意 一般\nsatisfied, satisfied, neutral\n", "--language", language) == [
        *("grades", "grades")
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--pending", "speed"], "pending: 'speed' is none of"),
        (["--language", "de"], "language: 'de' is none of"),
        (["--asked", "ABX"], "asked: 'ABX' is not three"),
        (["--asked", "AB"], "asked: 'AB' is not three"),
        (["--sent", "/nowhere/at/all"], "/nowhere/at/all: "),
        (["--unknown"], "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_bad_call_ends_with_two_and_says_why(options: list[str], reason: str) -> None:
    result = run(b"ABA\n", *options)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "stdin:2: json: "),
        (b"[" * 100_000, "stdin:2: json: "),
        (b"[]", "stdin:2: json: not an object"),
        (b"", "stdin:2: json: "),
        (b"{}", "stdin:2: text: missing"),
        (b'{"text": 1}', "stdin:2: text: wrong type"),
        (b'{"text": "A", "pending": ["speed"]}', "stdin:2: pending: 'speed'"),
        (b'{"text": "A", "pending": "quality"}', "stdin:2: pending: wrong type"),
        (b'{"text": "A", "offered": "X"}', "stdin:2: offered: 'X' is not three"),
        (b'{"text": "A", "offered": {"speed": "A"}}', "stdin:2: offered: 'speed'"),
        (b'{"text": "A", "offered": {"quality": 1}}', "stdin:2: offered: "),
        (b'{"text": "A", "answered": 1}', "stdin:2: answered: wrong type"),
        (b'{"text": "A", "who": "me"}', "stdin:2: who: unknown"),
    ],
)
def test_a_bad_line_ends_with_two_and_names_its_number(line: bytes, reason: str) -> None:
    result = run(b'{"text": "ABA"}\n' + line + b"\n", "--json")
    assert result.exit_code == 2
    assert reason in result.stderr
