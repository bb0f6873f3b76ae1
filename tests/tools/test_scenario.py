"""The scenario: the same from the same seed, with every habit, and data that the service takes."""

import unicodedata
from datetime import UTC, date, datetime

import phonenumbers
import pytest

from chalicelib import rulebook
from chalicelib.core.uploads import read_row
from chalicelib.core.visits import Facts
from chalicelib.services import phone_numbers
from tools.habits import FEATURED, MET_ONCE
from tools.recount_reader import BLANK, graded, offer
from tools.recount_rules import Rules
from tools.rehearsed_agenda import at_hour
from tools.rehearsed_calls import Call, keys
from tools.scenario import ZONE, Scenario, scenario
from tools.spellings import Text

SEEDS = range(12)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


def told(seed: int, visits: int = 80) -> Scenario:
    return scenario(seed, date(2026, 5, 1), 61, visits)


def test_the_same_seed_tells_the_same_and_another_another() -> None:
    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_featured_habit_is_met_in_both_languages(seed: int) -> None:
    met = {(job.habit, job.language) for job in told(seed).jobs}
    assert {(h.name, x) for h in FEATURED for x in ("zh", "en")} <= met
    assert {h.name for h in MET_ONCE} <= {habit for habit, _ in met}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_service_takes_every_job(seed: int) -> None:
    rules = rulebook.load(None)
    for job in told(seed).jobs:
        facts = read_row(job.row(), LATER, lambda n: phone_numbers.parse(n, "CN"), rules)
        assert isinstance(facts, Facts)
        assert facts.phone == job.number


@pytest.mark.parametrize("seed", SEEDS)
def test_a_customer_has_one_job_a_day_and_one_name(seed: int) -> None:
    jobs = [job for job in told(seed).jobs if job.number]
    days = [(job.number, job.completed_at.date()) for job in jobs]
    assert len(days) == len(set(days))
    assert len({job.number for job in jobs}) == len(
        {(job.number, job.customer_name) for job in jobs}
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_only_mobiles_that_can_answer_are_texted_from(seed: int) -> None:
    for job in told(seed).jobs:
        if any(isinstance(step.does, Text) for step in job.steps):
            number = phonenumbers.parse(job.number, None)
            assert phonenumbers.number_type(number) in (1, 2)
            assert phonenumbers.region_code_for_number(number) != "CN"


@pytest.mark.parametrize("seed", SEEDS)
def test_each_text_says_what_the_customer_means(seed: int) -> None:
    does = [step.does for job in told(seed).jobs for step in job.steps]
    for text in (each for each in does if isinstance(each, Text) and each.means):
        said = unicodedata.normalize("NFKC", text.words).upper()
        open_items = "-A-" if text.kind == "rest" else BLANK
        assert text.means in (graded(said, open_items), offer(said)), text


@pytest.mark.parametrize("seed", SEEDS)
def test_who_calls_does_not_come_again(seed: int) -> None:
    jobs = told(seed).jobs
    calling = {job.number for job in jobs if any(isinstance(s.does, Call) for s in job.steps)}
    assert sum(job.number in calling for job in jobs) == len(calling)


def test_a_poor_grade_is_confirmed_by_key() -> None:
    assert keys("AEC") == ("1", "5", "1", "3")


@pytest.mark.parametrize(
    ("at", "hour", "does"),
    [
        ("2026-06-17 11:05", "", "2026-06-17 11:05"),
        ("2026-06-17 11:05", "evening", "2026-06-17 21:05"),
        ("2026-06-17 21:30", "evening", "2026-06-17 21:30"),
        ("2026-06-17 23:10", "evening", "2026-06-18 21:10"),
        ("2026-06-17 11:05", "night", "2026-06-18 02:00"),
        ("2026-06-17 01:00", "night", "2026-06-17 02:00"),
        ("2026-06-18 11:05", "office", "2026-06-22 10:05"),
    ],
)
def test_people_do_things_at_their_hours(at: str, hour: str, does: str) -> None:
    begins, wanted = (datetime.fromisoformat(f"{x}+08:00") for x in (at, does))
    assert at_hour(begins.astimezone(ZONE), hour, Rules()) == wanted
