"""Documents after the first: an amendment reads its subjects anew and nothing else."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.amendments import Amendment
from chalicelib.core.documents import StoredDocument, facts_place
from chalicelib.core.draws import Draw
from chalicelib.core.people import Unit
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Answer
from chalicelib.services.month_maker import NoFactsError
from tests.services.months import JUNE, MAY, close, close_at, document, put_cases, put_forms
from tests.stage import Stage

DAY = timedelta(days=1)


def holding(stage: Stage, month: str = MAY) -> StoredDocument:
    stored = stage.storage.documents.of_month("U1", month)
    assert stored is not None
    return stored


def lines(stage: Stage, stored: StoredDocument) -> list[str]:
    packed = stage.wiring.blobs.get(facts_place(stored))
    assert packed is not None
    return gzip.decompress(packed).decode().splitlines()


def amended(stage: Stage, *subjects: str, month: str = MAY) -> dict[str, Any]:
    """The document after an amendment of these subjects, committed as the desk does it."""
    (unit,) = stage.wiring.people.units()
    amendment = Amendment("U1", month, "test", "other", stage.now, "lin@x.example", subjects)
    made = stage.wiring.month_maker.amended(unit, amendment, stage.now)
    stage.storage.commit(made.adds, made.saves)
    return document(stage, month)


def answer(stage: Stage, visit_id: str, letters: str, *, late: bool = True) -> None:
    visit = stage.visit(visit_id)
    said = Answer(letters, "sms", "direct", stage.now, f"SM-{visit_id}-late", late)
    stage.storage.visits.save(replace(visit, answers=(*visit.answers, said)))


def closed(stage: Stage) -> StoredDocument:
    """May with two forms, a silent visit and a complaint."""
    put_forms(stage, MAY, ["ABC", "AAA", "---"])
    put_cases(stage, MAY, 1)
    close(stage, MAY)
    stage.move(stage.now + DAY)
    return holding(stage)


def test_a_late_answer_counts_when_its_visit_is_named_and_only_then(stage: Stage) -> None:
    first = closed(stage)
    answer(stage, "U1-2026-05-002", "EEE")
    answer(stage, "U1-2026-05-001", "BBB")
    found = amended(stage, "visit U1-2026-05-002")
    assert (found["forms"], found["points"], found["version"]) == (3, 3 + 6 - 6, 2)
    before, after = lines(stage, first), lines(stage, holding(stage))
    assert len(before) == len(after)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new.split("\t")[1] for _, new in changed] == ["U1-2026-05-002"]


def test_it_names_what_it_supersedes_and_stands_behind_it_in_the_chain(stage: Stage) -> None:
    first = closed(stage)
    answer(stage, "U1-2026-05-002", "EEE")
    found = amended(stage, "visit U1-2026-05-002")
    assert found["supersedes"] == {
        "sequence": 1,
        "hash": first.sha256,
        "amendments": [{"cause": "test", "reason": "other"}],
    }
    assert (found["sequence"], found["previous_hash"]) == (2, first.sha256)
    head = stage.storage.documents.head("U1")
    assert (head.sequence, dict(head.months or {})) == (2, {MAY: 2})
    proceeding = stage.storage.proceedings.get("U1", 2)
    assert proceeding is not None
    assert proceeding.state == "closed"


def test_a_late_upload_that_is_named_becomes_a_visit_of_the_month(stage: Stage) -> None:
    closed(stage)
    row = stage.row("late", completed_at="2026-05-10T12:00:00+08:00", phone="")
    assert stage.upload(row)[0]["status"] == "created"
    answer(stage, "late", "AAB")
    found = amended(stage, "visit late")
    assert (found["visits"], found["forms"], found["points"]) == (4, 3, 3 + 6 + 5)


def test_an_approved_void_takes_the_form_out(stage: Stage) -> None:
    closed(stage)
    visit = stage.visit("U1-2026-05-001")
    call = Verification("k", "k/U1/ab/answered/none", "random", outcome="never_answered")
    stage.storage.visits.save(replace(visit, verification=replace(call, void="approved")))
    found = amended(stage, "visit U1-2026-05-001")
    assert (found["visits"], found["forms"], found["points"]) == (3, 1, 3)
    assert found["funnel"]["void"] == 1


def test_a_case_is_read_anew_and_leaves_with_its_unit(stage: Stage) -> None:
    closed(stage)
    (case,) = stage.storage.cases.of_month("U1", MAY)
    stage.storage.commit([], [replace(case, standing="out_of_scope")])
    assert amended(stage, f"case {case.number}")["complaints"]["count"] == 0
    (case,) = stage.storage.cases.of_month("U1", MAY)
    stage.storage.commit([], [replace(case, unit="U2")])
    found = amended(stage, f"case {case.number}")
    assert found["complaint_details"]["kinds"] == {}
    assert found["version"] == 3


def test_a_case_that_has_become_the_units_comes_in(stage: Stage) -> None:
    closed(stage)
    (case,) = put_cases(stage, MAY, 1, unit="U2")
    stage.storage.commit([], [replace(case, version=1, unit="U1")])
    assert amended(stage, f"case {case.number}")["complaints"]["count"] == 2


def test_the_following_month_is_compared_with_the_amended_one(stage: Stage) -> None:
    closed(stage)
    put_forms(stage, JUNE, ["AAC"])
    close(stage, JUNE)
    assert document(stage, JUNE)["previous"] == {"n": 2, "points": 9, "mean": "4.50"}
    stage.move(close_at(stage, JUNE) + DAY)
    answer(stage, "U1-2026-05-002", "EEE")
    may = amended(stage, "visit U1-2026-05-002")
    june = amended(stage, "previous", month=JUNE)
    assert june["previous"] == {"n": 3, "points": 3, "mean": "1.00"}
    assert june["previous_document"]["version"] == may["version"] == 2


def test_nothing_new_makes_the_same_facts(stage: Stage) -> None:
    first = closed(stage)
    amended(stage, "visit U1-2026-05-000")
    assert holding(stage).facts_sha256 == first.facts_sha256


def test_a_visit_that_is_gone_stays_in_the_facts(stage: Stage) -> None:
    first = closed(stage)
    amended(stage, "visit nobody-knows-it")
    assert holding(stage).facts_sha256 == first.facts_sha256


def test_facts_that_were_changed_are_not_amended(stage: Stage) -> None:
    first = closed(stage)
    text = "\n".join(lines(stage, first)).replace("ABC", "AAA")
    path = stage.folder / "blobs" / facts_place(first)
    path.write_bytes(gzip.compress(f"{text}\n".encode()))
    with pytest.raises(NoFactsError):
        amended(stage, "visit U1-2026-05-000")


def test_late_uploads_are_told_once_by_the_next_document(stage: Stage) -> None:
    closed(stage)
    row = stage.row("late", completed_at="2026-05-10T12:00:00+08:00", phone="")
    assert stage.upload(row)[0]["status"] == "created"
    close(stage, JUNE)
    close(stage, "2026-07")
    months = (MAY, JUNE, "2026-07")
    told = [document(stage, month)["funnel"]["late_uploads"] for month in months]
    assert told == [0, 1, 0]
    assert "late_uploads" in [note["reason"] for note in document(stage, JUNE)["note_reasons"]]


def test_complaints_without_a_unit_are_told(stage: Stage) -> None:
    put_cases(stage, MAY, 2, unit="")
    put_cases(stage, MAY, 1, unit="", kind="praise")
    close(stage, MAY)
    assert document(stage, MAY)["complaint_details"]["unassigned"] == 2


def test_cells_of_every_draw_are_in_the_facts(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    due = close_at(stage, MAY) - 20 * DAY
    stage.storage.draws.create(
        Draw("2026-W21", "drawn", "c" * 64, due_at=due, frame_sha256="a" * 64)
    )
    cells = {"U1": {MAY: {"2026-W21/U1/ab/answered/none": 1}}, "U2": {}}
    key = f"draws/2026-W21/{'a' * 64}/cells.json"
    stage.wiring.blobs.put(key, json.dumps(cells).encode())
    close(stage, MAY)
    assert "cell\t2026-W21/U1/ab/answered/none\t1" in lines(stage, holding(stage))


def test_what_is_usual_is_of_all_units_last_month(stage: Stage) -> None:
    stage.wiring.people.put(Unit("U2", "West", since=MAY))
    put_forms(stage, MAY, ["ABC"] * 2)
    put_forms(stage, MAY, ["ABC"] * 6, unit="U2")
    put_cases(stage, MAY, 2, unit="U2")
    put_forms(stage, JUNE, ["ABC"] * 4)
    close(stage, MAY)
    assert document(stage, MAY)["complaint_details"]["usual"] is None
    close(stage, JUNE)
    assert "usual\t8\t2" in lines(stage, holding(stage, JUNE))
    assert document(stage, JUNE)["complaint_details"]["usual"] == {"from": 0, "to": 3}
