"""Links of surveys: taken apart, compared, kept."""

from datetime import UTC, datetime

import pytest

from chalicelib.core import links
from chalicelib.core.visits import Facts, Visit

COMPLETED = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
VISIT = Visit(Facts("V-1", "U1", "Li", COMPLETED), "2026-06", COMPLETED, salt="0" * 32)
SECRET = links.secret_of(bytes(range(16)))


def test_a_secret_has_128_bits_and_its_hash_says_nothing_of_it() -> None:
    assert links.is_secret(SECRET)
    assert links.secret_of(bytes(range(15)) + b"\xff") != SECRET
    assert SECRET not in links.hashed(SECRET)


@pytest.mark.parametrize("visit_id", ["V-1", "1", "a" * 64, "A.b_c-9"])
def test_a_token_is_taken_apart_into_what_it_was_made_of(visit_id: str) -> None:
    token = links.survey_token(visit_id, SECRET)
    assert links.survey_parts(token) == (visit_id, SECRET)
    assert "/" not in token


@pytest.mark.parametrize(
    "token", ["", "V-1", f"V-1{SECRET}", f"~{SECRET}", f"V-1~{SECRET}x", f"V-1~{SECRET}\n", "V/1~x"]
)
def test_what_can_be_no_token_is_none(token: str) -> None:
    assert links.survey_parts(token) is None


def test_a_visit_opens_for_its_own_secrets_alone() -> None:
    visit = links.with_link(VISIT, SECRET)
    assert links.opens_survey(visit, SECRET, COMPLETED)
    assert not links.opens_survey(visit, links.secret_of(bytes(16)), COMPLETED)
    assert not links.opens_survey(VISIT, SECRET, COMPLETED)


def test_the_same_link_is_kept_once_and_the_first_gives_way_beyond_three() -> None:
    visit = VISIT
    for place in (1, 1, 2, 3, 1, 4):
        visit = links.with_link(visit, links.secret_of(bytes([place]) * 16))
    good = [
        links.opens_survey(visit, links.secret_of(bytes([p]) * 16), COMPLETED) for p in (1, 2, 3, 4)
    ]
    assert good == [True, False, True, True]


def test_the_secret_of_texts_depends_on_key_visit_and_number() -> None:
    made = {
        links.text_secret(key, visit, number)
        for key in (b"k", b"l")
        for visit in ("V-1", "V-11")
        for number in ("+8521", "1+8521")
    }
    assert len(made) == 8
    assert all(links.is_secret(secret) for secret in made)
