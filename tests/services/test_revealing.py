"""Draws are opened with the first weekly mail 14 days after them, and then anybody can check."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib.core.draws import Draw
from chalicelib.services import draw_mails
from tests.services.draws import (
    CLOSING_MAY,
    DAY,
    MONDAY,
    QUARTER,
    WEEK,
    draw_at,
    filled,
    put,
    tick,
    visit,
)
from tests.stage import Stage, plain
from tools.verify_draw import load

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_draw.py"


@pytest.fixture
def begun(stage: Stage) -> Stage:
    """A stage with the closing draw of May and that of MONDAY drawn, both with visits."""
    tick(stage)
    filled(stage, stage.storage.draws.all()[-1], size=9)
    draw_at(stage, CLOSING_MAY)
    filled(stage, stage.storage.draws.all()[-1], size=9)
    put(stage, visit("bad", MONDAY - DAY, "EEE"))
    draw_at(stage, MONDAY)
    return stage


def revealed(stage: Stage) -> list[str]:
    return [draw.key for draw in stage.storage.draws.all() if draw.revealed_at is not None]


def two_weeks_later(stage: Stage) -> Draw:
    draw_at(stage, MONDAY + WEEK)
    return draw_at(stage, MONDAY + 2 * WEEK)


def file(stage: Stage, key: str, name: str = "revealed") -> Path:
    return stage.folder / "blobs" / "draws" / key / f"{name}.json"


def stored(stage: Stage, key: str) -> Draw:
    draw = stage.storage.draws.get(key)
    assert draw is not None
    return draw


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """The auditor's own program on the auditor's own file: nothing of Huifang, no network."""
    return subprocess.run(  # noqa: S603 # our own script
        [sys.executable, "-I", str(SCRIPT), str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
    )


def test_a_draw_is_revealed_with_the_first_weekly_mail_14_days_after_it(begun: Stage) -> None:
    assert revealed(begun) == []
    draw_at(begun, MONDAY + WEEK)
    assert revealed(begun) == []
    draw_at(begun, MONDAY + 2 * WEEK)
    assert revealed(begun) == ["2026-05-close", "2026-W24"]
    draw_at(begun, MONDAY + 3 * WEEK)
    assert revealed(begun) == ["2026-05-close", "2026-W24", "2026-W25"]


def test_the_mail_of_a_closing_draw_on_another_day_reveals_nothing(begun: Stage) -> None:
    """The closing draw of July comes on a Thursday, 17 days after the Monday before the last."""
    while True:
        due = begun.storage.draws.all()[-1].due_at
        assert due is not None
        before = revealed(begun)
        draw = draw_at(begun, due)
        if draw.key == "2026-07-close":
            break
    assert draw.boundary is None
    assert revealed(begun) == before


def test_what_is_revealed_holds_for_whoever_checks_it(begun: Stage) -> None:
    two_weeks_later(begun)
    for key in ("2026-05-close", "2026-W24"):
        result = checked(file(begun, key))
        assert result.returncode == 0, result.stdout + result.stderr
        draw = stored(begun, key)
        assert draw.commitment in result.stdout
        assert draw.frame_sha256 in result.stdout
    manifest = load(file(begun, "2026-W24"))
    picks = [pick for pick in begun.storage.draws.picks("2026-W24") if not pick.reserve]
    assert [pick.visit_id for pick in picks] == [entry["id"] for entry in manifest["picks"]]
    assert {pick.visit_id: pick.why for pick in picks} == {
        entry["id"]: entry["why"] for entry in manifest["picks"]
    }


def test_before_its_reveal_a_manifest_is_not_revealed(begun: Stage) -> None:
    result = checked(file(begun, "2026-W24", "manifest"))
    assert result.returncode == 2
    assert "not revealed" in result.stderr
    assert not file(begun, "2026-W24").exists()


def test_it_is_mailed_to_supervision_and_audit_with_the_file(begun: Stage) -> None:
    two_weeks_later(begun)
    (mail,) = begun.mails("2026-W24~draw_revealed")
    assert str(mail["To"]).split(", ") == [
        "lin@supervision.example",
        "ou@audit.example",
        "sun@supervision.example",
    ]
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "2026-W24.json"
    content = attachment.get_content()
    assert content == file(begun, "2026-W24").read_bytes()
    assert sha256(content).hexdigest() in plain(mail)
    assert stored(begun, "2026-W24").commitment in plain(mail)


def test_a_file_too_large_for_a_mail_is_named_by_its_place(
    begun: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draw_mails, "LARGEST_ATTACHED", 100)
    two_weeks_later(begun)
    (mail,) = begun.mails("2026-W24~draw_revealed")
    assert list(mail.iter_attachments()) == []
    assert "draws/2026-W24/revealed.json" in plain(mail)
    assert sha256(file(begun, "2026-W24").read_bytes()).hexdigest() in plain(mail)


def test_a_mail_some_minutes_earlier_in_its_day_puts_nothing_off(stage: Stage) -> None:
    tick(stage)
    draw_at(stage, CLOSING_MAY)
    tick(stage, MONDAY + 2 * QUARTER)
    tick(stage, MONDAY + 3 * QUARTER)
    draw_at(stage, MONDAY + WEEK)
    draw_at(stage, MONDAY + 2 * WEEK)
    assert "2026-W24" in revealed(stage)


def test_a_frame_that_was_tampered_with_is_not_revealed_and_holds_up_no_other(
    begun: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    (frame,) = (begun.folder / "blobs").glob("draws/2026-05-close/*/frame.tsv")
    frame.write_bytes(frame.read_bytes().replace(b"answered", b"silent", 1) + b"\n")
    draw = two_weeks_later(begun)
    assert revealed(begun) == ["2026-W24"]
    assert draw.state == "drawn"
    assert "a draw cannot be revealed" in caplog.text
    (mail,) = begun.mails("2026-05-close~draw_tampered")
    assert mail["To"] == "lin@supervision.example, ou@audit.example"
