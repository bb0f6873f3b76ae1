"""What a verification call leaves in a visit's row, for the draws to come."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.store.codec import instant
from chalicelib.store.storage import Storage
from tests.store.samples import ANSWER, NOW, VISIT


def test_a_call_is_no_change_that_puts_a_visit_into_another_frame(storage: Storage) -> None:
    told = replace(ANSWER, channel="call", evidence="supervision", at=NOW + timedelta(days=1))
    silent = replace(VISIT, facts=replace(VISIT.facts, visit_id="silent"), answers=(told,))
    storage.visits.create(replace(VISIT, answers=(ANSWER, told)))
    storage.visits.create(silent)
    rows = storage.visits.month(VISIT.facts.unit, VISIT.month, ("changed_at",))
    changed = {row["visit_id"]: row.get("changed_at") for row in rows}
    assert changed == {VISIT.facts.visit_id: instant(ANSWER.at), "silent": None}
