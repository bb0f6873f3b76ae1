"""The manifest before and after its reveal."""

import json

from chalicelib.core.manifest import redacted
from chalicelib.core.tickets import commitment, seed
from tests.core.synthetic_weeks import manifest_of, week

KEYS = {
    *("version", "key", "commitment", "secret", "frame", "frame_count", "frame_sha256", "seed"),
    *("calls_per_week", "min_per_unit", "quotas", "picks", "reserve"),
}

WHOLE = manifest_of(week(4))
WITH_INCIDENT = manifest_of(week(3))


def test_a_manifest_has_the_agreed_keys_and_the_length_of_its_reserve() -> None:
    assert WHOLE.keys() == KEYS | {"reserve_count"}
    assert WHOLE["frame"][0].keys() == {"id", "unit", "technician", "stratum", "reasons"}
    for entry in (WHOLE["picks"][0], WHOLE["reserve"][0]):
        assert entry.keys() == {"id", "stratum", "ticket", "why"}


def test_owed_incident_calls_stand_in_it_where_there_are_any() -> None:
    (owed,) = week(3).incidents.items()
    assert WITH_INCIDENT["incidents"] == {"/".join(owed[0]): owed[1]}


def test_commitment_and_seed_follow_from_the_secret_it_reveals() -> None:
    secret = bytes.fromhex(WHOLE["secret"])
    assert WHOLE["commitment"] == commitment(secret)
    assert WHOLE["seed"] == seed(secret, WHOLE["frame_sha256"])


def test_before_the_reveal_neither_secret_seed_reasons_nor_reserve_can_be_read() -> None:
    text = json.dumps(redacted(WITH_INCIDENT))
    assert WITH_INCIDENT["secret"] not in text
    assert WITH_INCIDENT["seed"] not in text
    for word in ("fast", "late_upload", "partial", "worst_grade", "random", 'why": "incident'):
        assert word not in text
    assert all(entry["ticket"] not in text for entry in WITH_INCIDENT["reserve"])


def test_hiding_leaves_the_whole_manifest_as_it_was() -> None:
    before = json.dumps(WHOLE)
    hidden = redacted(WHOLE)
    assert json.dumps(WHOLE) == before
    assert hidden.keys() == WHOLE.keys()
    assert hidden["frame_sha256"] == WHOLE["frame_sha256"]
