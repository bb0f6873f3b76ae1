"""The rehearsal: the whole service plays two months, and its money is what the texts come to."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.catalogues import compile_catalogues
from tools.__main__ import app
from tools.recount import Message
from tools.rehearsal import Rehearsed, rehearsed
from tools.rehearse import CONVERSATIONS, report

SEED, VISITS = 5, 26


@pytest.fixture(scope="module", autouse=True)
def _own_engine() -> Iterator[None]:
    compile_catalogues()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DYNAMODB_ENDPOINT", raising=False)
        yield


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, _own_engine: None) -> Rehearsed:
    return rehearsed(tmp_path_factory.mktemp("first") / "run", SEED, VISITS)


def left(folder: Path) -> dict[str, bytes]:
    """Every mail and frozen file under `folder`."""
    files = [path for part in ("mail", "blobs") for path in sorted((folder / part).rglob("*"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def altered(done: Rehearsed, old: str, new: str) -> Rehearsed:
    """The rehearsal with the first text that holds `old` replaced, as if a handset had lied."""
    threads = {number: list(thread) for number, thread in done.threads.items()}
    for thread in threads.values():
        for place, message in enumerate(thread):
            if not message.ours and old in message.text:
                thread[place] = Message(message.at, new, ours=False)
                return replace(done, threads=threads)
    raise LookupError(old)


def test_the_money_is_what_the_texts_come_to(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(done) == 0
    told = capsys.readouterr().out
    assert "nothing differs" in told
    for part in ("draw_committed", "draw_frozen", "draw_list", "close~2026-05~north"):
        assert part in told


def test_there_was_something_to_count(done: Rehearsed) -> None:
    assert sum(document["forms"] for document in done.documents.values()) >= VISITS // 3
    assert sum(document["complaints"]["count"] for document in done.documents.values()) > 0


def test_the_same_seed_leaves_the_same_bytes(
    done: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(done)
    first = capsys.readouterr().out.replace(str(done.folder), "")
    call = ["rehearse", "--seed", str(SEED), "--visits", str(VISITS), "--folder", str(tmp_path)]
    second = CliRunner().invoke(app, call)
    assert second.exit_code == 0
    assert second.stdout.replace(str(tmp_path), "") == first
    assert left(tmp_path) == left(done.folder)


def test_grades_that_the_documents_do_not_have_are_named(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(altered(done, "AA", "E E D")) == 1
    assert " points: the document says " in capsys.readouterr().err


def test_a_complaint_that_the_documents_do_not_have_is_named(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(altered(done, "complain", "hello")) == 1
    assert " complaints counted: the document says " in capsys.readouterr().err


def test_a_failed_schedule_or_a_logged_error_is_a_failure(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(replace(done, failed=["close: KeyError"])) == 1
    assert "close: KeyError" in capsys.readouterr().err


def test_a_folder_of_somebody_else_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    assert CliRunner().invoke(app, ["rehearse", "--folder", str(tmp_path)]).exit_code == 2
    assert (tmp_path / "letter.txt").exists()


def test_the_page_shows_both_languages_and_no_number(done: Rehearsed) -> None:
    for number in done.threads:
        assert number not in done.conversations
    assert "## Chinese" in done.conversations
    assert "## English" in done.conversations


def test_the_page_in_the_project_has_ten_conversations_of_each_language() -> None:
    chinese, english = CONVERSATIONS.read_text("utf-8").split("## English")
    assert chinese.count("### ") == english.count("### ") == 10
