"""Asking by number and code: guessers find nothing and wait, honest askers get in."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from secrets import token_bytes

import pytest

from chalicelib.core.cases import Case, case_number
from chalicelib.core.wrong_codes import WrongCodes
from chalicelib.services.case_lookup import CaseLookup, Found, Waiting
from tests.stage import Stage
from tests.web.browser import Browser, Kept, Page

MINUTE = timedelta(minutes=1)
LookUp = Callable[[str, str, str, datetime], object]
GUESSER = "203.0.113.7"
OWNER = "198.51.100.9"


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage)


@pytest.fixture
def receipt(browser: Browser) -> Kept:
    return browser.complain("It leaks")


@pytest.fixture
def neighbour(browser: Browser) -> Kept:
    return browser.complain("It drips")


def ask(browser: Browser, number: str, code: str) -> Page:
    return browser.send("/lookup", case_number=number, code=code)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_number_and_code_show_the_case(browser: Browser, receipt: Kept) -> None:
    page = ask(browser, receipt.number, receipt.code)
    assert page.status == 200
    assert f"Number {receipt.number}" in page.words
    assert "It leaks" in page.words


def test_as_people_type_them(browser: Browser, receipt: Kept) -> None:
    number = " ".join(receipt.number[at : at + 3] for at in (0, 3, 6))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in receipt.code)
    assert ask(browser, f" {number} ", f"{wide[:3]}-{wide[3:]}").status == 200


def test_the_page_it_leads_to_takes_what_is_added_and_is_good_for_a_day(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    page = ask(browser, receipt.number, receipt.code)
    (link,) = {link.removeprefix("/stage") for link in page.links if "/c/" in link}
    assert f'action="/stage{link}"' in page.html
    assert browser.post(link, {**page.values, "text": "wet"}).status == 200
    stage.move(stage.now + timedelta(hours=25))
    assert browser.get(link).status == 404


def test_unknown_number_and_wrong_code_cannot_be_told_apart(
    browser: Browser, receipt: Kept
) -> None:
    pages = [
        ask(browser, number, "000000")
        for number in (receipt.number, case_number(12345), "123456789", "12", "", "x" * 300)
    ]
    assert {page.status for page in pages} == {404}
    assert len({re.sub(r'value="[^"]*"', "", page.html) for page in pages}) == 1


def test_the_code_is_never_written_back(browser: Browser, receipt: Kept) -> None:
    page = ask(browser, receipt.number, "987654")
    assert page.values == {"case_number": receipt.number, "code": ""}


def test_wrong_codes_wait_doubling_and_even_the_right_one_waits(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    waits = []
    for _ in range(3):
        assert ask(browser, receipt.number, other(receipt.code)).status == 404
    for _ in range(9):
        assert ask(browser, receipt.number, other(receipt.code)).status == 404
        page = ask(browser, receipt.number, receipt.code)
        assert page.status == 429
        waits.append(int(page.answered.headers["Retry-After"]))
        stage.move(stage.now + timedelta(seconds=waits[-1]))
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert ask(browser, receipt.number, receipt.code).status == 200


def test_asking_while_waiting_does_not_make_the_wait_longer(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    for _ in range(4):
        ask(browser, receipt.number, other(receipt.code))
    for _ in range(20):
        assert ask(browser, receipt.number, other(receipt.code)).status == 429
    stage.move(stage.now + timedelta(seconds=30))
    assert ask(browser, receipt.number, receipt.code).status == 200


def test_a_mistake_now_and_then_never_waits(stage: Stage, browser: Browser, receipt: Kept) -> None:
    for _ in range(30):
        assert ask(browser, receipt.number, other(receipt.code)).status == 404
        assert ask(browser, receipt.number, receipt.code).status == 200
        stage.move(stage.now + timedelta(hours=1))


def test_the_wait_says_what_works_meanwhile(browser: Browser, receipt: Kept) -> None:
    for _ in range(4):
        ask(browser, receipt.number, other(receipt.code))
    words = ask(browser, receipt.number, receipt.code).words
    assert "try again in 30 s" in words
    assert "calling +862158386666 from your own phone" in words


# --- guessers ------------------------------------------------------------------------------------


class Counts:
    """Counts in memory: the engine's own are held to one another in tests/store."""

    def __init__(self) -> None:
        self.kept: dict[str, WrongCodes] = {}

    def of(self, places: Sequence[str]) -> list[WrongCodes]:
        return [self.kept.get(place, WrongCodes(place)) for place in places]

    def save(self, wrong: WrongCodes) -> WrongCodes:
        self.kept[wrong.place] = wrong
        return wrong


class Cases:
    """Asks the engine about the numbers that were given out, not about ten thousand others."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.given_out = {row["pk"]["S"] for row in stage.everything()}

    def get(self, number: str) -> Case | None:
        known = f"CASE#{number}" in self.given_out
        return self.stage.storage.cases.get(number) if known else None


@pytest.fixture
def look_up(stage: Stage, receipt: Kept, neighbour: Kept) -> LookUp:
    """The same rules as over HTTP and an engine, a hundred times as fast."""
    shown, commit = stage.wiring.case_pages.shown, stage.storage.commit
    return CaseLookup(Cases(stage), Counts(), shown, commit, lambda: token_bytes(16)).look_up


def test_ten_thousand_guesses_find_nothing_and_shut_nobody_out(
    stage: Stage, receipt: Kept, neighbour: Kept, look_up: LookUp
) -> None:
    """From one address over an hour; its honest neighbours and the owner ask as ever."""
    random = Random(1)  # noqa: S311 # no secret
    asked = 0
    for place in range(10_000):
        now = stage.now + place * timedelta(seconds=0.36)
        number = receipt.number if place % 10 == 0 else case_number(random.getrandbits(64))
        code = f"{random.randrange(1_000_000):06d}"
        if (number, code) == (receipt.number, receipt.code):
            continue
        found = look_up(number, code, GUESSER, now)
        assert not isinstance(found, Found)
        asked += number == receipt.number and found is None
        if place % 1_000 == 500:
            assert isinstance(look_up(receipt.number, receipt.code, OWNER, now), Found)
    assert asked < 12
    later = stage.now + timedelta(hours=1)
    assert isinstance(look_up(neighbour.number, neighbour.code, GUESSER, later), Found)
    again = look_up(receipt.number, receipt.code, GUESSER, later + timedelta(hours=1))
    assert isinstance(again, Found)


def test_many_addresses_together_get_few_guesses_at_one_number(
    stage: Stage, receipt: Kept, look_up: LookUp
) -> None:
    asked = 0
    for place in range(2_000):
        address = f"2001:db8:{place:x}::1"
        now = stage.now + place * timedelta(seconds=43.2)
        asked += look_up(receipt.number, other(receipt.code), address, now) is None
    assert 50 < asked < 110, "a day of it"
    morning = stage.now + timedelta(hours=25)
    assert isinstance(look_up(receipt.number, receipt.code, OWNER, morning), Found)


def test_a_household_of_ipv6_is_one_asker(stage: Stage, receipt: Kept) -> None:
    look_up, found = stage.wiring.case_lookup.look_up, []
    for place in range(10):
        address = f"2001:db8::{place:x}"
        found.append(look_up(receipt.number, other(receipt.code), address, stage.now))
    assert [isinstance(each, Waiting) for each in found] == [False] * 4 + [True] * 6


def test_every_number_that_calls_is_an_asker_of_its_own(stage: Stage, receipt: Kept) -> None:
    look_up, now = stage.wiring.case_lookup.look_up, stage.now
    guesser, owner = "+85251230009", "+85251230001"
    found = [look_up(receipt.number, other(receipt.code), guesser, now) for _ in range(6)]
    assert [isinstance(each, Waiting) for each in found] == [False] * 4 + [True] * 2
    assert isinstance(look_up(receipt.number, receipt.code, owner, now), Found)
    assert isinstance(look_up(receipt.number, receipt.code, guesser, now), Waiting)


def test_who_holds_up_his_own_address_holds_up_no_number_nobody_guessed_at(
    stage: Stage, receipt: Kept
) -> None:
    look_up, now = stage.wiring.case_lookup.look_up, stage.now
    for place in range(100):
        look_up(case_number(place), "000000", GUESSER, now)
    assert isinstance(look_up(case_number(1), "000000", GUESSER, now), Waiting)
    assert isinstance(look_up(receipt.number, receipt.code, GUESSER, now), Found)


def test_wrong_codes_at_the_same_moment_are_all_counted(stage: Stage, receipt: Kept) -> None:
    look_up = stage.wiring.case_lookup.look_up

    def guess(place: int) -> object:
        return look_up(receipt.number, other(receipt.code), f"10.0.0.{place}", stage.now)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(48)))
    (counted,) = stage.storage.wrong_codes.of([f"number#{receipt.number}"])
    assert counted.count == answers.count(None)


def test_what_is_stored_of_an_asker_is_no_address(stage: Stage, receipt: Kept) -> None:
    at: datetime = stage.now
    stage.wiring.case_lookup.look_up(receipt.number, other(receipt.code), GUESSER, at)
    assert GUESSER not in str(stage.everything())
