"""`tools draw`: the plain draw from a list of ids."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tools.__main__ import app

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    return tmp_path / "frame.txt"


def run(frame: Path, content: bytes, n: int = 4, seed: str = "31") -> tuple[int, str, str]:
    frame.write_bytes(content)
    arguments = ["draw", "--frame", str(frame), "--seed", seed, "--n", str(n)]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_ids_come_one_a_line_in_ticket_order(frame: Path) -> None:
    assert run(frame, b"a\nb\nc\nd\n") == (0, "b\na\nd\nc\n", "")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"d\nc\nb\na", id="other-order-no-last-line-end"),
        pytest.param(b"\n\na\nb\n  \nc\nd\n\n", id="blank-lines"),
        pytest.param(b"a\r\nb\r\nc\r\nd\r\n", id="windows-line-ends"),
        pytest.param(b"\xef\xbb\xbfa\nb\nc\nd\n", id="byte-order-mark"),
        pytest.param(b" a\nb \nc\nd\n", id="white-space-around"),
        pytest.param(b"a\tU1\tT\tsilent\t\nb\tU1\tT\tanswered\tfast\nc\nd\n", id="frame-lines"),
    ],
)
def test_the_ids_alone_decide(frame: Path, content: bytes) -> None:
    assert run(frame, content, n=3) == (0, "b\na\nd\n", "")


def test_fewer_ids_than_asked_for_come_all(frame: Path) -> None:
    assert run(frame, b"a\nb\n", n=10)[:2] == (0, "b\na\n")


def test_no_ids_and_no_number_give_nothing(frame: Path) -> None:
    assert run(frame, b"", n=3) == (0, "", "")
    assert run(frame, b"a\n", n=0) == (0, "", "")


def test_ids_and_seeds_of_any_script_are_drawn(frame: Path) -> None:
    status, out, _ = run(frame, "访问-1\n访问-2\n".encode(), seed="种子 🎲")
    assert status == 0
    assert sorted(out.split()) == ["访问-1", "访问-2"]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(b"a\nb\n\na\n", 4, "'a' stands on line 1 already", id="twice"),
        pytest.param(b"a\nb\n b\r\n", 3, "'b' stands on line 2 already", id="twice-but-for-space"),
        pytest.param(b"a\n\xff\n", 2, "is not UTF-8", id="bytes"),
        pytest.param(b"a\n\tU1\n", 2, "is missing", id="empty-column"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_drawn(
    frame: Path, content: bytes, line: int, reason: str
) -> None:
    assert run(frame, content) == (2, "", f"{frame}:{line}: id: {reason}\n")


def test_of_many_ids_the_one_that_stands_twice_is_found(frame: Path) -> None:
    ids = "".join(f"V-{number}\n" for number in range(30_000))
    assert run(frame, ids.encode())[0] == 0
    status, out, error = run(frame, (ids + "V-123\n").encode())
    assert (status, out) == (2, "")
    assert error == f"{frame}:30001: id: 'V-123' stands on line 124 already\n"


def test_a_missing_file_is_a_bad_call(frame: Path) -> None:
    arguments = ["draw", "--frame", str(frame), "--seed", "1", "--n", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stderr == f"{frame}:1: id: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("n", ["-1", "x"])
def test_a_number_that_is_none_is_a_bad_call(frame: Path, n: str) -> None:
    frame.write_text("a\n")
    arguments = ["draw", "--frame", str(frame), "--seed", "1", "--n", n]
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="no /dev/stdin on this system")
def test_a_pipe_is_read_once_and_still_searched_for_ids_that_stand_twice() -> None:
    command = [sys.executable, "-m", "tools", "draw", "--frame", "/dev/stdin", "--seed", "31"]
    done = [
        subprocess.run(  # noqa: S603 (our own program)
            [*command, "--n", "2"], input=text, capture_output=True, cwd=ROOT, check=False
        )
        for text in (b"a\nb\nc\nd\n", b"a\nb\na\n")
    ]
    assert [result.returncode for result in done] == [0, 2]
    assert done[0].stdout == b"b\na\n"
    assert b":3: id: 'a'" in done[1].stderr


def test_the_output_is_utf8_whatever_the_locale(frame: Path) -> None:
    frame.write_text("访问-1\n", "utf-8")
    command = [sys.executable, "-m", "tools", "draw", "--frame", str(frame)]
    command += ["--seed", "1", "--n", "1"]
    latin = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(  # noqa: S603 (our own program)
        command, capture_output=True, cwd=ROOT, env=latin, check=True
    )
    assert done.stdout == "访问-1\n".encode()
