"""What pages leave in the store: acts once, links, counts of wrong codes that end by themselves."""

from dataclasses import replace

import pytest

from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.core.wrong_codes import FORGOTTEN, WrongCodes
from chalicelib.store.storage import Storage
from chalicelib.store.table import Key, number
from tests.store.samples import CASE, CASE_LINK, NOW, SUBMISSION, WRONG_CODES


def test_an_act_is_stored_once_with_all_it_led_to(storage: Storage) -> None:
    storage.commit([SUBMISSION, CASE], [])
    assert storage.submissions.get(SUBMISSION.key) == SUBMISSION
    with pytest.raises(AlreadyThere) as refusal:
        storage.commit([SUBMISSION, replace(CASE, number="572000012")], [])
    assert refusal.value.record == SUBMISSION
    assert storage.cases.get("572000012") is None


def test_an_act_nobody_made_is_none(storage: Storage) -> None:
    assert storage.submissions.get("0" * 64) is None


def test_a_link_is_found_by_the_hash_of_its_secret(storage: Storage) -> None:
    storage.commit([CASE_LINK], [])
    assert storage.case_links.get(CASE_LINK.sha256) == CASE_LINK
    assert storage.case_links.get("B" * 43) is None


def test_counts_are_read_together_and_fresh_where_nothing_was_wrong(storage: Storage) -> None:
    storage.wrong_codes.save(replace(WRONG_CODES, version=0))
    counted, fresh = storage.wrong_codes.of([WRONG_CODES.place, "address#x"])
    assert counted == replace(WRONG_CODES, version=1)
    assert fresh == WrongCodes("address#x")


def test_of_two_who_count_at_once_one_is_told_to_count_again(storage: Storage) -> None:
    saved = storage.wrong_codes.save(WRONG_CODES)
    storage.wrong_codes.save(saved)
    with pytest.raises(Stale):
        storage.wrong_codes.save(saved)


def test_the_database_may_drop_what_has_run_out(storage: Storage) -> None:
    storage.commit([CASE_LINK], [])
    storage.wrong_codes.save(WRONG_CODES)
    keys = [Key(f"LINK#{CASE_LINK.sha256}"), Key(f"LIM#{WRONG_CODES.place}")]
    rows = storage.table.get_many(keys)
    assert [number(rows[key], "ttl") for key in keys] == [
        int(CASE_LINK.expires_at.timestamp()),
        int((NOW + FORGOTTEN).timestamp()),
    ]
