"""A month's document: what it says of its facts, by other code too, and the same bytes anywhere."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chalicelib.core import facts, facts_reading
from chalicelib.core.assessment import canonical, in_language
from chalicelib.core.counted import Counted
from chalicelib.core.facts import CaseFact, Facts, Previous, Usual, VisitFact, WeekFact
from chalicelib.core.month_document import Place, month_document, place_of, previous_of
from chalicelib.core.verification import Verification
from chalicelib.core.visit_facts import Weeks, fact_of, fact_of_row, row_of
from chalicelib.core.visits import Answer
from chalicelib.store.codec import instant
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues
from tests.core.month_again import again
from tests.core.random_months import facts_of, month
from tests.core.visit_samples import COMPLETED, RULES, SCHEDULED

ROOT = Path(__file__).parents[2]
FIRST = Place(1, 1, "en", "")
MONTHS = range(1000)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def document(known: Facts, rules: Any = RULES, place: Place = FIRST) -> dict[str, Any]:  # noqa: ANN401 # a rulebook
    text = "".join(facts.lines(known))
    digest = sha256(text.encode()).hexdigest()
    say = translator(place.language)
    return month_document(known, Counted(known.visits), digest, rules, place, say)


def visit(visit_id: str, letters: str = "---", **more: Any) -> VisitFact:  # noqa: ANN401 # as its fields
    form = letters != "---"
    whole = VisitFact(
        visit_id, "ab12", letters, "answered" if form else "expired", "delivered",
        "direct" if form else "", "sms" if form else "", False, "", "", "", "", "", "2026-W20",
    )  # fmt: skip
    return whole._replace(**more)


def case(number: int, **more: Any) -> CaseFact:  # noqa: ANN401 # as its fields
    whole = CaseFact(
        f"{500000000 + number}", "", "complaint", "minor", "counts", "sms", "", "", "", "", 0
    )
    return whole._replace(**more)


def of(*visits: VisitFact, **more: Any) -> Facts:  # noqa: ANN401 # as its fields
    return Facts("U1", "2026-05", visits, **more)


def reasons(found: dict[str, Any]) -> list[str]:
    return [note["reason"] for note in found["note_reasons"]]


# By other code


def test_a_thousand_months_equal_what_other_code_makes_of_the_raw_rows() -> None:
    wrong = []
    for seed in MONTHS:
        made = month(seed)
        found = document(facts_of(made), made.rules)
        previous = made.previous._asdict() if made.previous else None
        expected = again(
            [asdict(each) for each in made.visits],
            [asdict(each) for each in made.cases],
            made.cells,
            previous,
            made.usual,
            asdict(made.rules),
        )
        wrong += [f"month {seed}: {each}" for each in _differing(found, expected)]
    assert wrong == []


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    amounts = {line["code"]: line["amount"] for line in found["lines"]}
    funnel = {name: value for name, value in found["funnel"].items() if name != "late_uploads"}
    usual = found["complaint_details"]["usual"]
    said = {**found, "lines": amounts, "funnel": funnel, "usual": usual}
    return [
        f"{name}: {said[name]} and not {value}"
        for name, value in expected.items()
        if said[name] != value
    ]


def test_facts_are_read_as_they_were_written() -> None:
    for seed in range(100):
        known = facts_of(month(seed))
        assert facts_reading.parse(facts.lines(known)) == known


# The same bytes


ELSEWHERE = """
import sys
from hashlib import sha256
from random import Random
from tests.core.random_months import facts_of, month
from chalicelib.core import facts
from chalicelib.core.assessment import canonical
from chalicelib.core.counted import Counted
from chalicelib.core.month_document import Place, month_document
from chalicelib.core.verification import Verification
from chalicelib.core.visit_facts import Weeks, fact_of, fact_of_row, row_of
from chalicelib.core.visits import Answer
from chalicelib.store.codec import instant
from chalicelib.texts import translator
for seed in range(40):
    made = month(seed)
    order = list(range(len(made.visits)))
    Random(int(sys.argv[1])).shuffle(order)
    known = facts_of(made, order)
    visits = list(known.visits)
    Random(int(sys.argv[1])).shuffle(visits)
    text = "".join(facts.lines(known)).encode()
    for language in ("zh", "en"):
        found = month_document(
            known, Counted(visits), sha256(text).hexdigest(), made.rules,
            Place(1, 1, language, ""), translator(language),
        )
        print(sha256(text + canonical(found)).hexdigest())
"""


def _elsewhere(zone: str, locale: str, seed: str) -> str:
    environ = {**os.environ, "TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": seed}
    done = subprocess.run(  # noqa: S603 # ourselves
        [sys.executable, "-X", "utf8=0", "-c", ELSEWHERE, seed],
        cwd=ROOT,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_other_zones_locales_hash_seeds_and_orders_make_the_same_bytes() -> None:
    here = _elsewhere("Asia/Shanghai", "C.UTF-8", "0")
    assert len(set(here.split())) == 80
    assert _elsewhere("America/St_Johns", "C", "1") == here
    assert _elsewhere("Pacific/Kiritimati", "POSIX", "4242") == here


def test_the_visits_may_be_counted_in_any_order_and_any_number_of_times_alike() -> None:
    made = month(7)
    known = facts_of(made)
    shuffled = list(known.visits)
    Random(1).shuffle(shuffled)  # noqa: S311 # an order, no secret
    digest = sha256(b"").hexdigest()
    say = translator("en")
    one, other = (
        month_document(known, Counted(visits), digest, made.rules, FIRST, say)
        for visits in (known.visits, shuffled)
    )
    assert canonical(one) == canonical(other)


def test_people_leave_no_trace_in_facts_and_document() -> None:
    for seed in range(60):
        made = month(seed)
        whole = facts_of(made)
        made.visits = [
            replace(
                each,
                facts=replace(each.facts, customer_name="", phone="", appliance="", country=""),
                comment="",
            )
            for each in made.visits
        ]
        made.cases = [
            replace(each, phone="", text="", customer_name="", recording="", summary="", owner="")
            for each in made.cases
        ]
        assert facts_of(made) == whole
        said = canonical(document(whole, made.rules)).decode() + "".join(facts.lines(whole))
        for hidden in ("Chan", "李", "漏水", "5123000", "Zhao", "王", "谢谢"):
            assert hidden not in said


# What it says


def test_it_has_its_place_and_says_it_again() -> None:
    superseded = {"sequence": 2, "hash": "a" * 64, "amendments": [{"cause": "x", "reason": "void"}]}
    place = Place(3, 2, "zh", "b" * 64, superseded)
    found = json.loads(canonical(document(of(visit("V1", "ABC")), place=place)))
    assert (found["sequence"], found["version"], found["previous_hash"]) == (3, 2, "b" * 64)
    assert place_of(found) == place


def test_it_can_be_said_again_in_the_other_language() -> None:
    for seed in range(60):
        made = month(seed)
        known = facts_of(made)
        english = document(known, made.rules)
        chinese = document(known, made.rules, Place(1, 1, "zh", ""))
        said = {**in_language(english, translator("zh")), "language": "zh"}
        assert said == chinese


def test_next_month_is_told_what_it_needs() -> None:
    may = document(of(visit("V1", "ABC"), visit("V2", "AAA", channel="paper", evidence="staff")))
    told = previous_of(may, "c" * 64)
    assert told == Previous(1, "c" * 64, 2, 2, 9, 45, sms=1, paper=1)
    june = document(of(visit("V3", "ABC"), previous=told))
    assert june["previous"] == {"n": 2, "points": 9, "mean": "4.50"}
    assert june["previous_document"] == {
        "version": 1,
        "hash": "c" * 64,
        "forms": 2,
        "visits": 2,
        "points": 9,
        "squares": 45,
    }


@pytest.mark.parametrize(
    ("void", "forms", "visits", "points"),
    [("", 2, 3, 9), ("proposed", 2, 3, 9), ("form", 1, 3, 3), ("visit", 1, 2, 3)],
)
def test_a_void_takes_the_form_and_perhaps_the_visit_once_it_is_approved(
    void: str, forms: int, visits: int, points: int
) -> None:
    left = "---" if void in ("form", "visit") else "AAA"
    called = visit("V1", left, void=void, outcome="no_visit" if void == "visit" else "")
    found = document(of(called, visit("V2", "ABC"), visit("V3")))
    assert (found["forms"], found["visits"], found["points"]) == (forms, visits, points)
    assert found["funnel"]["void"] == (void in ("form", "visit"))
    assert ("void_proposed" in reasons(found)) == (void == "proposed")


@pytest.mark.parametrize(
    ("void", "outcome", "told"),
    [
        ("proposed", "never_answered", ("ABA", "direct", "sms", "proposed")),
        ("refused", "never_answered", ("ABA", "direct", "sms", "")),
        ("approved", "never_answered", ("---", "", "", "form")),
        ("approved", "no_visit", ("---", "", "", "visit")),
    ],
)
def test_a_voided_form_is_in_no_column_of_its_visit(
    void: str, outcome: str, told: tuple[str, ...]
) -> None:
    said = Answer("ABA", "sms", "direct", COMPLETED, "SM1")
    call = Verification("k", "k/U1/ab/answered/none", "random", outcome=outcome, void=void)
    called = replace(SCHEDULED, answers=(said,), verification=call)
    fact = fact_of(called, "", RULES)
    assert (fact.letters, fact.evidence, fact.channel, fact.void) == told
    row = {**row_of(called), "visit_id": "V1", "completed_at": instant(COMPLETED)}
    assert fact_of_row(row, Weeks("2026-06", RULES)) == fact


def test_a_row_tells_the_same_fact_as_its_body() -> None:
    for seed in range(60):
        made = month(seed)
        weeks = Weeks("2026-05", made.rules)
        for each in made.visits:
            row = {
                **row_of(each),
                "visit_id": each.facts.visit_id,
                "completed_at": instant(each.facts.completed_at),
            }
            assert fact_of_row(row, weeks) == fact_of(each, "", made.rules)
            read = {**row, "delivery": "read"}
            assert fact_of_row(read, weeks) == fact_of(each, "read", made.rules)


def test_the_funnel_counts_each_step() -> None:
    found = document(
        of(
            visit("V1", "AAA", outcome="confirmed", cell="k/U1/ab12/answered/none"),
            visit("V2", late=True),
            visit("V3", delivery="", state="uninvitable"),
            visit("V4", delivery="sent", state="invited"),
            visit("V5", delivery="invited", state="opted_out"),
            late_uploads=2,
        )
    )
    assert found["funnel"] == {
        "visits": 5,
        "reachable": 4,
        "invited": 4,
        "delivered": 2,
        "answered": 1,
        "late": 1,
        "late_uploads": 2,
        "verified": 1,
        "void_proposed": 0,
        "void": 0,
    }
    assert found["response"] == {"rr1": "0.2000", "rr2": "0.2000"}
    assert found["completeness"] == "unproven"


def test_clocks_and_categories_are_of_all_cases() -> None:
    found = document(
        of(
            cases=(
                case(1, forwarded="kept", answered="kept", solved="open", category="price"),
                case(2, forwarded="late", category="price"),
                case(3, kind="praise", category="attitude"),
            )
        )
    )
    assert found["clocks"] == {
        "forwarded": {"kept": 1, "late": 1, "open": 0},
        "answered": {"kept": 1, "late": 0, "open": 0},
        "solved": {"kept": 0, "late": 0, "open": 1},
    }
    assert found["complaint_details"]["categories"] == {"attitude": 1, "price": 2}


def test_no_visit_has_no_rate_and_no_mean() -> None:
    found = document(of())
    assert found["response"] == {"rr1": None, "rr2": None}
    assert found["technicians"] == []
    assert found["verification"]["rate"] is None
    assert found["verification"]["adjusted_mean"] is None


# Notes


def many(number: int, letters: str, **more: Any) -> list[VisitFact]:  # noqa: ANN401 # as a visit
    return [visit(f"V{letters}{place:03}", letters, **more) for place in range(number)]


@pytest.mark.parametrize(
    ("forms", "before", "noted"),
    [(10, (11, 20), False), (10, (12, 20), True), (0, (2, 20), True), (0, (1, 9), False)],
    ids=["five points fewer", "ten points fewer", "none any more", "too few to say"],
)
def test_a_fallen_response_is_noted(forms: int, before: tuple[int, int], noted: bool) -> None:
    last = Previous(1, "f" * 64, *before, 0, 0, sms=before[0])
    found = document(of(*many(forms, "ABC"), *many(20 - forms, "---"), previous=last))
    assert ("response_fallen" in reasons(found)) is noted


def test_shares_in_notes_are_whole_percents() -> None:
    last = Previous(1, "f" * 64, 12, 20, 0, 0, sms=12)
    found = document(of(*many(9, "ABC"), *many(11, "---"), previous=last))
    (note,) = [one for one in found["note_reasons"] if one["reason"] == "response_fallen"]
    assert note["values"] == {"share": "45", "before": "60"}


@pytest.mark.parametrize(("paper", "noted"), [(1, False), (2, True)])
def test_another_mix_of_channels_is_noted(paper: int, noted: bool) -> None:
    forms = [
        *many(10 - paper, "ABC"),
        *many(paper, "ABA", channel="paper", evidence="staff"),
    ]
    found = document(of(*forms, previous=Previous(1, "f" * 64, 10, 10, 0, 0, sms=10)))
    assert ("channel_mix" in reasons(found)) is noted


def test_what_counts_nowhere_is_noted() -> None:
    weeks = (
        WeekFact("2026-W19", 3, "a" * 64, "holds"),
        WeekFact("2026-W20", 3, "a" * 64, "differs"),
    )
    found = document(of(late_uploads=3, unassigned=2, weeks=weeks))
    assert {"late_uploads", "unassigned", "weeks_differ"} <= set(reasons(found))
    assert found["weeks_differ"] == ["2026-W20"]
    assert "2026-W20" in found["notes"][-1]
    quiet = reasons(document(of(visit("V1"))))
    assert not {"late_uploads", "unassigned", "weeks_differ", "void_proposed"} & set(quiet)


@pytest.mark.parametrize(("number", "noted"), [(0, True), (1, False), (10, False), (11, True)])
def test_a_number_of_complaints_that_is_unusual_for_the_size_is_noted(
    number: int, noted: bool
) -> None:
    visits = many(200, "ABC")
    found = document(of(*visits, cases=tuple(map(case, range(number))), usual=Usual(1000, 25)))
    assert found["complaint_details"]["usual"] == {"from": 1, "to": 10}
    assert ("unusual" in reasons(found)) is noted


def test_its_size_does_not_grow_with_forms_and_cases() -> None:
    few, lots = (
        canonical(document(of(*many(n, "ABC"), *many(n, "---"), cases=tuple(map(case, range(n))))))
        for n in (40, 900)
    )
    assert len(lots) < len(few) + 100
