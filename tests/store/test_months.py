"""What happens to months is found by unit, by month, and by when it is due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.store.storage import Storage
from tests.store.samples import AMENDMENT, HOUR, NOW, PROCEEDING, REGISTERED, RULES_SEEN


def test_a_proceeding_is_due_until_nothing_has_to_be_done(storage: Storage) -> None:
    storage.commit([PROCEEDING], [])
    assert storage.proceedings.due(NOW - HOUR, 9) == []
    (found,) = storage.proceedings.due(NOW, 9)
    assert found == replace(PROCEEDING, version=1)
    storage.commit([], [replace(found, due_at=None)])
    assert storage.proceedings.due(NOW + 99 * HOUR, 9) == []
    assert storage.proceedings.of_unit("north-3") == [replace(found, due_at=None, version=2)]


def test_an_amendment_is_untold_then_overdue_then_neither(storage: Storage) -> None:
    storage.commit([AMENDMENT], [])
    (found,) = storage.amendments.untold(NOW, 9)
    assert found == replace(AMENDMENT, version=1)
    assert storage.amendments.overdue(NOW, 9) == []
    later = NOW + timedelta(days=5)
    storage.commit([], [replace(found, due_at=later)])
    assert storage.amendments.untold(later, 9) == []
    assert storage.amendments.overdue(later - HOUR, 9) == []
    (told,) = storage.amendments.overdue(later, 9)
    storage.commit([], [replace(told, due_at=None, state="refused")])
    assert storage.amendments.overdue(later, 9) == []


def test_a_cause_proposes_once_and_one_decision_holds(storage: Storage) -> None:
    storage.commit([AMENDMENT], [])
    with pytest.raises(AlreadyThere):
        storage.commit([AMENDMENT], [])
    read = storage.amendments.get(AMENDMENT.unit, AMENDMENT.month, AMENDMENT.cause)
    assert read is not None
    storage.commit([], [replace(read, state="approved")])
    with pytest.raises(Stale):
        storage.commit([], [replace(read, state="refused")])


def test_amendments_are_listed_by_unit_and_month(storage: Storage) -> None:
    june = replace(AMENDMENT, month="2026-06")
    storage.commit([AMENDMENT, june, replace(AMENDMENT, unit="north-1")], [])
    assert [each.month for each in storage.amendments.of_unit("north-3")] == ["2026-05", "2026-06"]
    assert [each.month for each in storage.amendments.of_unit("north-3", "2026-06")] == ["2026-06"]


def test_the_register_lists_a_month_in_the_order_of_the_chains(storage: Storage) -> None:
    entries = [replace(REGISTERED, sequence=number) for number in (11, 2)]
    storage.commit([*entries, replace(REGISTERED, month="2026-06")], [])
    assert [each.sequence for each in storage.register.of_month("2026-05")] == [2, 11]
    with pytest.raises(AlreadyThere):
        storage.commit([replace(entries[0], amount=0)], [])


def test_the_rulebook_last_seen_is_one_row(storage: Storage) -> None:
    assert storage.rulebooks.last() is None
    storage.commit([], [RULES_SEEN])
    seen = storage.rulebooks.last()
    assert seen == replace(RULES_SEEN, version=1)
    with pytest.raises(Stale):
        storage.commit([], [RULES_SEEN])
