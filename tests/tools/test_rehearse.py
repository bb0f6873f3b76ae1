"""The rehearsal: the whole service plays two months, and its money is what was said comes to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.catalogues import compile_catalogues
from tools.__main__ import app
from tools.recount import Message
from tools.recount_calls import listen
from tools.recount_reader import BLANK
from tools.rehearsal import Rehearsed, rehearsed
from tools.rehearse import CONVERSATIONS, report
from tools.rehearsed_stories import Story
from tools.scenario import ZONE

SEED, VISITS = 5, 54


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
    """The rehearsal with each text that holds `old` replaced, as if handsets had lied."""
    threads = {
        number: [_altered(message, old, new) for message in thread]
        for number, thread in done.happened.threads.items()
    }
    return replace(done, happened=replace(done.happened, threads=threads))


def _altered(message: Message, old: str, new: str) -> Message:
    lies = not message.ours and old in message.text
    return Message(message.at, new, ours=False) if lies else message


def test_the_money_is_what_was_said_comes_to(
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


def test_keys_that_the_documents_do_not_have_are_named(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    left = [call for call in done.happened.calls if listen(call).grades == BLANK]
    assert report(replace(done, happened=replace(done.happened, calls=left))) == 1
    assert " points: the document says " in capsys.readouterr().err


def test_a_complaint_on_the_hotline_that_is_not_played_is_named(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    left = [replace(call, recorded=False) for call in done.happened.calls]
    assert report(replace(done, happened=replace(done.happened, calls=left))) == 1
    told = capsys.readouterr().err
    assert " complaints counted: the document says " in told
    assert "missed calls: " in told


def test_a_second_person_who_said_nothing_is_missed(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    one = [act for act in done.happened.acts if act.says.get("kind") != "praise"]
    assert report(replace(done, happened=replace(done.happened, acts=one))) == 1
    assert " complaints counted: the document says " in capsys.readouterr().err


# --- stories --------------------------------------------------------------------------------------


def happened(story: Story) -> list[tuple[str, str]]:
    """Who did what, without instants and details; members alike."""
    short = [(who, what.split()[0]) for _, who, what in story.lines]
    return [
        ("member" if "@" in who else who.split(":")[0], what)
        for who, what in short
        if (who, what) != ("text to the customer", "") and what != "breached"
    ]


def test_a_case_goes_from_the_recording_to_its_end_with_texts_to_the_customer(
    done: Rehearsed,
) -> None:
    told = [story for story in done.stories.cases if "complains on the hotline" in story.title]
    assert len(told) == 2, "one in each language"
    for story in told:
        acts = [act for act in happened(story) if "text" not in act[0] and act[1] != "dated"]
        round_of_unit = [("member", "forwarded"), ("unit", "answered"), ("unit", "solved")]
        assert acts == [
            ("customer", "received"), ("member", "read"),
            *round_of_unit, ("member", "reopened"),
            *round_of_unit, ("member", "confirmed"), ("member", "closed"),
        ]  # fmt: skip
        texts = [act for act in happened(story) if act[0] == "text to the customer"]
        assert len(texts) >= 3, "received, solved, solved again"
        assert [at for at, _, _ in story.lines] == sorted(at for at, _, _ in story.lines)


def test_each_month_is_signed_objected_to_and_issued(done: Rehearsed) -> None:
    told = {
        story.title: [what.split()[0] for _, _, what in story.lines]
        for story in done.stories.months
    }
    assert len(told) == 4
    assert all(title.endswith(": issued") for title in told)
    for title, steps in told.items():
        assert [step for step in steps if step in ("closed", "signed", "issued")] == [
            "closed", "signed", "issued",
        ]  # fmt: skip
        assert ("objected" in steps) == ("ruled" in steps) == ("harbour" in title)


def test_every_kind_of_case_is_met(done: Rehearsed) -> None:
    assert {"complaint", "praise", "enquiry", "empty", "duplicate"} <= done.stories.kinds.keys()


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [("call: completed, presses 1", range(5, 7)), ("replies: 1", range(5, 12))],
    ids=["by key", "by text"],
)
def test_a_text_of_danger_at_two_pages_the_second_phone_when_the_first_is_silent(
    done: Rehearsed, answer: str, minutes: range
) -> None:
    found = [story for story in done.stories.dangers if _answered(story, answer) in minutes]
    assert len(found) == 1
    (story,) = found
    opened = story.lines[0][0]
    assert opened.astimezone(ZONE).hour == 2
    of = {who: [what for _, by, what in story.lines if by == who] for _, who, _ in story.lines}
    assert [what.split(":")[0] for what in of["duty phone 1"]] == ["text", "call"]
    assert of["duty phone 1"][-1] == "call: no-answer"
    assert of["duty phone 2"][-1] == "has taken it over"
    second = [at for at, who, _ in story.lines if who == "duty phone 2"]
    assert min(second) - opened >= timedelta(minutes=5)


def _answered(story: Story, answer: str) -> int:
    """After how many minutes a duty phone answered so; -1 if it did not."""
    opened = story.lines[0][0]
    found = [at for at, _, what in story.lines if what == answer]
    return int((found[0] - opened).total_seconds() // 60) if found else -1


# --- cheats ---------------------------------------------------------------------------------------


def test_every_planted_visit_is_framed_and_each_way_that_shows_is_found(done: Rehearsed) -> None:
    for row in done.cheats.cheats:
        assert row.framed == row.planted, row
        assert row.expected is None or row.expected >= 1, row
    silent = [row for row in done.cheats.cheats if row.expected is None]
    assert silent, "some ways leave no trace in the data, and the table says so"


def test_the_draw_had_to_choose_and_false_alarms_are_counted(done: Rehearsed) -> None:
    assert 0 < sum(row.picked for row in done.cheats.cheats) < len(done.happened.visits)
    assert 0 < done.cheats.honest_with_reason < done.cheats.honest // 2


def test_notes_of_calls_that_the_documents_do_not_have_are_named(
    done: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in ("call-told", "approve-void"):
        left = [note for note in done.happened.notes if note.verb != verb]
        assert report(replace(done, happened=replace(done.happened, notes=left))) == 1
        assert " the document says " in capsys.readouterr().err


def test_calls_bring_to_light_what_the_data_do_not_say(done: Rehearsed) -> None:
    rows = [row for row in done.cheats.cheats if row.expected is None]
    assert sum(row.shown for row in rows) > 0
    assert all(row.shown <= row.picked for row in done.cheats.cheats)


# --- faults ---------------------------------------------------------------------------------------


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
    for number in done.happened.threads:
        assert number not in done.conversations
    assert "## Chinese" in done.conversations
    assert "## English" in done.conversations


def test_the_page_in_the_project_has_ten_conversations_of_each_language() -> None:
    chinese, english = CONVERSATIONS.read_text("utf-8").split("## English")
    assert chinese.count("### ") == english.count("### ") == 10
