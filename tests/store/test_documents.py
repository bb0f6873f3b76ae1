"""The contract of DocumentStore."""

from dataclasses import replace

import pytest

from chalicelib.core.documents import ChainHead
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.store.storage import Storage
from tests.store.samples import DOCUMENT, HEAD


class TestDocumentStore:
    def test_a_unit_without_documents_has_a_fresh_head(self, storage: Storage) -> None:
        assert storage.documents.head("north-3") == ChainHead("north-3")
        assert storage.documents.of_month("north-3", "2026-05") is None
        assert storage.documents.entry("north-3", 1) is None

    def test_an_appended_document_is_the_one_that_holds_for_its_month(
        self, storage: Storage
    ) -> None:
        storage.documents.append(DOCUMENT, HEAD)
        assert storage.documents.head("north-3") == replace(HEAD, version=1)
        assert storage.documents.entry("north-3", 1) == DOCUMENT
        assert storage.documents.of_month("north-3", "2026-05") == DOCUMENT
        assert storage.documents.of_month("north-3", "2026-06") is None
        assert storage.documents.of_month("south-1", "2026-05") is None

    def test_an_amendment_takes_the_months_place_and_the_first_stays(
        self, storage: Storage
    ) -> None:
        storage.documents.append(DOCUMENT, HEAD)
        head = storage.documents.head("north-3")
        second = replace(DOCUMENT, sequence=2, version_of_month=2)
        storage.documents.append(second, replace(head, sequence=2, months={"2026-05": 2}))
        assert storage.documents.of_month("north-3", "2026-05") == second
        assert storage.documents.entry("north-3", 1) == DOCUMENT

    def test_a_taken_place_in_the_chain_moves_nothing(self, storage: Storage) -> None:
        storage.documents.append(DOCUMENT, HEAD)
        head = storage.documents.head("north-3")
        with pytest.raises(AlreadyThere):
            storage.documents.append(replace(DOCUMENT, body="{}"), head)
        assert storage.documents.entry("north-3", 1) == DOCUMENT
        assert storage.documents.head("north-3") == head

    def test_a_moved_head_lets_nothing_in(self, storage: Storage) -> None:
        storage.documents.append(DOCUMENT, HEAD)
        with pytest.raises(Stale):
            storage.documents.append(replace(DOCUMENT, sequence=2), HEAD)
        assert storage.documents.entry("north-3", 2) is None
