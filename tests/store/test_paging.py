"""The contract of PageStore and ObservationStore."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.store.storage import Storage
from tests.store.samples import HOUR, NOW, OBSERVATION, PAGE


class TestPageStore:
    def test_pages_are_found_from_an_instant_on(self, storage: Storage) -> None:
        later = replace(PAGE, cause="SM2", opened_at=NOW + HOUR)
        storage.commit([later, PAGE])
        assert [page.cause for page in storage.pages.since(NOW)] == [PAGE.cause, "SM2"]
        assert [page.cause for page in storage.pages.since(NOW + HOUR)] == ["SM2"]
        assert storage.pages.since(NOW + 2 * HOUR) == []

    def test_a_page_is_due_until_somebody_has_it(self, storage: Storage) -> None:
        storage.commit([PAGE])
        assert storage.pages.due(NOW, 10) == []
        (page,) = storage.pages.due(NOW + HOUR, 10)
        assert page == replace(PAGE, version=1)
        storage.commit(saves=[replace(page, acknowledged_at=NOW, due_at=None)])
        assert storage.pages.due(NOW + HOUR, 10) == []
        assert [page.is_open for page in storage.pages.since(NOW)] == [False]


class TestObservationStore:
    def test_what_was_noted_of_a_unit_is_found_by_instant(self, storage: Storage) -> None:
        other = replace(OBSERVATION, unit="south-1")
        assert all(storage.observations.add(each) for each in (OBSERVATION, other))
        assert storage.observations.of_unit("north-3", NOW) == [OBSERVATION]
        assert storage.observations.of_unit("north-3", NOW + HOUR) == []

    def test_a_note_is_kept_once(self, storage: Storage) -> None:
        assert storage.observations.add(OBSERVATION)
        assert not storage.observations.add(replace(OBSERVATION, note="another"))
        later = replace(OBSERVATION, noted_at=NOW + timedelta(microseconds=1))
        assert storage.observations.add(later)
