"""Cases are numbered once, whoever opens them and however many at once."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from threading import Barrier, Thread

import pytest

from chalicelib.core.cases import (
    CATEGORIES,
    Case,
    case_number,
    code_hash,
    is_case_number,
    is_reference,
)
from chalicelib.core.effects import Effect
from chalicelib.core.paging import Page
from chalicelib.core.saving import AlreadyThere
from chalicelib.rulebook import load
from chalicelib.services.intake import Intake, NewCase
from chalicelib.store.storage import Storage, connect
from tests.conftest import Tables
from tests.core.lives import at

NOON = at("2026-06-30 23:59")
NEW = NewCase("web", NOON, "The heater leaks", phone="+85251230001")
RULES = load()


@pytest.fixture
def storage(tables: Tables) -> Storage:
    return connect(tables.stage, tables.endpoint)


def drawn(*numbers: int) -> Callable[[], int]:
    """Chance that gives these, then counts on."""
    row = chain(numbers, range(10**6, 10**7))
    return lambda: next(row)


def open_until_free(storage: Storage, intake: Intake, new: NewCase) -> Case:
    """What every channel does when a number is taken."""
    while True:
        made = intake.opened(new)
        try:
            storage.commit(made.adds, [])
        except AlreadyThere:
            continue
        return made.case


def test_sixteen_creators_who_draw_the_same_numbers_get_sixteen(storage: Storage) -> None:
    """Each draws the same row of three, so that every first number meets fifteen others."""
    together, made = Barrier(16), list[Case]()

    def creates() -> None:
        intake = Intake(RULES, drawn())
        together.wait()
        made.append(open_until_free(storage, intake, NEW))

    threads = [Thread(target=creates) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({case.number for case in made}) == 16
    assert len({case.reference for case in made}) == 16
    listed = storage.cases.of_month("", "2026-06")
    assert {case.number for case in listed} == {case.number for case in made}
    for case in made:
        assert storage.cases.of_reference(case.reference) is not None
        assert [event.sequence for event in storage.cases.events(case.number)] == [0]


def test_a_number_is_nine_digits_with_a_check_digit() -> None:
    row = drawn()
    intake = Intake(RULES, lambda: row() * 7919)
    numbers = [intake.opened(NEW).case.number for _ in range(50)]
    assert all(is_case_number(number) for number in numbers)
    assert len(set(numbers)) == 50


def test_number_code_and_reference_tell_nothing_of_each_other() -> None:
    made = Intake(RULES, drawn(1, 2, 3)).opened(NEW)
    other = Intake(RULES, drawn(9, 2, 3)).opened(NEW)
    assert (made.case.number, other.case.number) == (case_number(1), case_number(9))
    assert (made.code, made.case.reference) == (other.code, other.case.reference)
    assert is_reference(made.case.reference)


def test_the_code_is_six_digits_told_once_and_kept_as_a_hash() -> None:
    made = Intake(RULES, drawn(1, 1_000_042)).opened(NEW)
    assert made.code == "000042"
    assert made.case.code_sha256 == code_hash(made.case.number, "000042")
    assert "000042" not in str(made.adds)


def test_a_case_belongs_to_the_month_of_its_receipt_in_the_organisations_zone() -> None:
    assert Intake(RULES, drawn()).opened(NEW).case.month == "2026-06"
    later = replace(NEW, received_at=at("2026-07-01 00:00"))
    assert Intake(RULES, drawn()).opened(later).case.month == "2026-07"


@pytest.mark.parametrize("category", ["", *CATEGORIES])
def test_only_supervision_calls_about_people_unless_the_customer_says_otherwise(
    category: str,
) -> None:
    people = category in ("", "attitude", "conduct", "safety")
    case = Intake(RULES, drawn()).opened(replace(NEW, category=category)).case
    assert (case.contact, case.contact_said) == ("supervision" if people else "unit", False)
    said = Intake(RULES, drawn()).opened(replace(NEW, category=category, contact="unit")).case
    assert (said.contact, said.contact_said) == ("unit", True)


def test_the_clock_of_supervision_runs_from_the_receipt() -> None:
    assert Intake(RULES, drawn()).opened(NEW).case.due_at == at("2026-07-01 13:00")


@pytest.mark.parametrize(("category", "danger"), [("safety", False), ("price", True)])
def test_danger_and_safety_page_the_duty_phones(category: str, danger: bool) -> None:
    rules = replace(RULES, duty_numbers=("+8613900000001", "+8613900000002"))
    made = Intake(rules, drawn()).opened(replace(NEW, category=category), danger=danger)
    (page,) = [add for add in made.adds if isinstance(add, Page)]
    texts = [a for a in made.adds if isinstance(a, Effect) and a.what == "danger_page"]
    assert (page.case, page.rung) == (made.case.number, ("+8613900000001",))
    assert [text.values["to"] for text in texts] == ["+8613900000001"]


def test_what_is_no_danger_pages_nobody() -> None:
    rules = replace(RULES, duty_numbers=("+8613900000001",))
    made = Intake(rules, drawn()).opened(replace(NEW, category="price"))
    assert not any(isinstance(add, Page) for add in made.adds)
