"""Planted cheats: data that the service takes, and a table that only counts what lies in files."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chalicelib import rulebook
from chalicelib.core.signals import SIGNALS
from chalicelib.core.uploads import read_row
from chalicelib.core.visits import Facts
from chalicelib.services import phone_numbers
from tools.cheat_table import CheatRow, ReasonRow, measured
from tools.cheats import CHEATS, with_cheats
from tools.scenario import Job, Scenario, scenario

FIRST, DAYS = date(2026, 5, 1), 61
LATER = datetime(2026, 9, 1, tzinfo=UTC)
SHOWN = {"X1": "no_visit", "X2": "confirmed", "H1": "differs"}
"""What calls came to."""


def told(seed: int) -> Scenario:
    return with_cheats(scenario(seed, FIRST, DAYS, 60), seed, FIRST, DAYS)


def planted(seed: int, cheat: str = "") -> list[Job]:
    return [job for job in told(seed).jobs if job.cheat and cheat in ("", job.cheat)]


# --- planting -------------------------------------------------------------------------------------


def test_the_same_seed_plants_the_same_and_another_another() -> None:
    assert planted(1) == planted(1)
    assert planted(1) != planted(2)


def test_every_way_is_planted_and_its_reason_is_one_of_the_services() -> None:
    assert Counter(job.cheat for job in planted(3)) == {way.name: way.jobs for way in CHEATS}
    assert {way.reason for way in CHEATS} - {""} <= SIGNALS.keys()


@pytest.mark.parametrize("seed", range(8))
def test_the_service_takes_what_is_planted(seed: int) -> None:
    rules = rulebook.load(None)
    for job in planted(seed):
        facts = read_row(job.row(), LATER, lambda n: phone_numbers.parse(n, "CN"), rules)
        assert isinstance(facts, Facts)


@pytest.mark.parametrize("seed", range(8))
def test_planting_leaves_honest_jobs_as_they_are(seed: int) -> None:
    honest = [job for job in told(seed).jobs if not job.cheat]
    assert honest == list(scenario(seed, FIRST, DAYS, 60).jobs)
    numbers = {job.number for job in honest if job.number}
    assert not numbers & {job.number for job in planted(seed)}
    ids = [job.visit_id for job in told(seed).jobs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("seed", range(8))
def test_each_way_is_what_it_says(seed: int) -> None:
    unit = told(seed).units[-1]
    for job in planted(seed, "gives the technician's phone as the customer's"):
        assert job.number in unit.phones
    for job in planted(seed, "leaves the number out at weekends"):
        assert (job.number, job.completed_at.weekday() >= 5) == ("", True)
    (number,) = {job.number for job in planted(seed, "gives one number for several customers")}
    assert number
    for job in planted(seed, "changes the number after the upload"):
        assert job.first_number not in ("", job.number)
    for job in planted(seed, "uploads poor jobs late"):
        assert (job.uploaded_at - job.completed_at).days >= 2


# --- the table ------------------------------------------------------------------------------------


def job(visit_id: str, cheat: str = "") -> Job:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    return Job(visit_id, "u", "t", at, at, cheat, "en", "", "", cheat=cheat)


def drawn(blobs: Path, key: str, frame: str, picks: list[str]) -> None:
    """A draw's files, as the service leaves them."""
    folder = blobs / "draws" / key
    (folder / "abc").mkdir(parents=True)
    (folder / "abc" / "frame.tsv").write_text(frame, "utf-8")
    manifest = {"frame_sha256": "abc", "picks": [{"id": each, "why": None} for each in picks]}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_the_table_counts_what_frames_and_manifests_say(tmp_path: Path) -> None:
    lines = "H1\tu\tt\tsilent\t\nH2\tu\tt\tanswered\tfast,partial\nX1\tu\tt\tanswered\tfast"
    drawn(tmp_path, "2026-W20", lines, ["X1", "H1"])
    drawn(tmp_path, "2026-W21", "X2\tu\tt\tsilent\t\nX3\tu\tt\tanswered\tnot_me", [])
    jobs = [job("H1"), job("H2"), job("H9"), job("X1", "a"), job("X2", "a"), job("X3", "b")]
    table = measured(tmp_path, [*jobs, job("X4", "b")], {"a": "fast", "b": ""}, SHOWN)
    assert table.cheats == (CheatRow("a", 2, 2, 1, 1, 1, 1), CheatRow("b", 2, 1, 1, None, 0, 0))
    assert table.reasons == (
        ReasonRow("fast", 1, 1), ReasonRow("not_me", 1, 0), ReasonRow("partial", 0, 1),
    )  # fmt: skip
    assert (table.honest, table.honest_with_reason) == (2, 1)


def test_a_visit_framed_twice_is_one_and_keeps_all_its_reasons(tmp_path: Path) -> None:
    drawn(tmp_path, "2026-W20", "X1\tu\tt\tsilent\t", ["X1"])
    drawn(tmp_path, "2026-W21", "X1\tu\tt\tanswered\tchanged_after_upload", [])
    table = measured(tmp_path, [job("X1", "a")], {"a": "changed_after_upload"}, {})
    assert table.cheats == (CheatRow("a", 1, 1, 1, 1, 1, 0),)


def test_the_table_is_shown_in_columns(tmp_path: Path) -> None:
    drawn(tmp_path, "2026-W20", "H1\tu\tt\tsilent\t\nX1\tu\tt\tanswered\tfast", ["X1"])
    lines = str(measured(tmp_path, [job("H1"), job("X1", "a")], {"a": ""}, SHOWN)).split("\n")
    assert lines[1].split() == ["a", "1", "1", "1", "-", "1", "1"]
    assert lines[-1] == "0 of 1 honest visits had a reason."
