"""The money: every rule and edge of the four lines, against hand-made cases and other code."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import rulebook
from chalicelib.core.assessment import (
    DocumentError,
    assess_unit,
    canonical,
    document_hash,
    figures_of,
    in_language,
)
from chalicelib.core.lines import two_decimals
from chalicelib.core.rules import PerSeverity, Rulebook
from chalicelib.core.tallies import ComplaintTally, Figures, Sort, Tally, TallyError
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues

OWNER = rulebook.load()
POINTS = {"A": 2, "B": 1, "C": 0, "D": -1, "E": -2, "-": 0}


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def tally(*forms: str, silent: int = 0) -> Tally:
    made = Tally()
    for letters in forms:
        made.add_form(letters)
    for _ in range(silent):
        made.add_silent()
    return made


def complaints(number: int, **sort: str) -> ComplaintTally:
    made = ComplaintTally()
    if number:
        made.add(Sort(**sort), number)
    return made


def rules(**changes: Any) -> Rulebook:  # noqa: ANN401 # as the fields of the rulebook
    return dataclasses.replace(OWNER, **changes)


def assessed(
    now: Tally,
    before: Tally | None = None,
    cases: ComplaintTally | None = None,
    rules: Rulebook = OWNER,
    language: str = "en",
) -> dict[str, Any]:
    last = before.figures() if before else None
    return assess_unit("north-1", now, last, cases, rules, translator(language))


def amounts(entry: dict[str, Any]) -> dict[str, int]:
    return {line["code"]: line["amount"] for line in entry["lines"]}


def sentence(entry: dict[str, Any], code: str) -> str:
    return next(str(line["sentence"]) for line in entry["lines"] if line["code"] == code)


def note_reasons(entry: dict[str, Any]) -> list[str]:
    return [note["reason"] for note in entry["note_reasons"]]


TEN_FORMS_40_POINTS = tally(*["AAB"] * 5, *["ABC"] * 5)
TEN_FORMS_35_POINTS = tally(*["AAB"] * 5, *["ACC"] * 5)


# The change line


def test_ten_forms_with_forty_points_have_a_mean_of_four() -> None:
    entry = assessed(TEN_FORMS_40_POINTS)
    assert (entry["n"], entry["points"], entry["mean"]) == (10, 40, "4.00")


def test_a_rise_from_three_and_a_half_to_four_earns_the_award() -> None:
    entry = assessed(TEN_FORMS_40_POINTS, TEN_FORMS_35_POINTS)
    assert entry["previous"] == {"n": 10, "points": 35, "mean": "3.50"}
    assert amounts(entry)["change"] == 1000
    assert sentence(entry, "change") == (
        "Last month 35 ÷ 10 = 3.50 points, this month 40 ÷ 10 = 4.00 points: "
        "risen by 0.50 → award 1000"
    )


def test_a_fall_costs_the_penalty() -> None:
    entry = assessed(TEN_FORMS_35_POINTS, TEN_FORMS_40_POINTS)
    assert amounts(entry)["change"] == -1000
    assert "fallen by 0.50 → penalty 1000" in sentence(entry, "change")


def test_equal_means_of_different_numbers_of_forms_change_nothing() -> None:
    seven_thirds = tally("AAA", "CCC", "BCC")
    fourteen_sixths = tally("AAA", "AAA", "BBC", "CCC", "CCC", "CCC")
    entry = assessed(fourteen_sixths, seven_thirds)
    assert (entry["mean"], entry["previous"]["mean"]) == ("2.33", "2.33")
    assert amounts(entry)["change"] == 0
    assert "exactly equal → 0" in sentence(entry, "change")


def test_means_that_look_equal_but_are_not_say_so_with_the_exact_fraction() -> None:
    before = tally(*["ACC"] * 500, *["CCC"] * 500)
    now = tally(*["ACC"] * 500, *["CCC"] * 499, "BCC")
    entry = assessed(now, before)
    assert (entry["mean"], entry["previous"]["mean"]) == ("1.00", "1.00")
    assert amounts(entry)["change"] == 1000
    assert "risen by exactly 1/1000" in sentence(entry, "change")


def test_means_on_two_sides_of_a_rounding_edge_do_not_claim_a_change_of_nothing() -> None:
    before = Figures(forms=10_000, visits=10_000, points=23_349, squares=99_999)
    now = tally(*["AAA"] * 77, "AAB", *["CCC"] * 122)
    entry = assess_unit("north-1", now, before, None, OWNER, translator("en"))
    assert (entry["previous"]["mean"], entry["mean"]) == ("2.33", "2.34")
    assert "risen by exactly 1/10000" in sentence(entry, "change")


def test_a_change_that_rounds_otherwise_than_the_means_tells_which_it_is() -> None:
    entry = assessed(tally("AAC", "AAC", "CCC"), tally("AAA", "BCC", "CCC"))
    assert (entry["previous"]["mean"], entry["mean"]) == ("2.33", "2.67")
    assert "risen by 0.33 (counted before rounding)" in sentence(entry, "change")


@pytest.mark.parametrize(
    ("now", "before", "reason"),
    [
        pytest.param(tally("AAA"), None, "no_last_month", id="first month"),
        pytest.param(tally("AAA"), tally(silent=3), "no_forms_last_month", id="silent last month"),
        pytest.param(tally(silent=2), tally("AAA"), "no_forms", id="silent this month"),
        pytest.param(tally(), tally("AAA"), "no_forms", id="no visit this month"),
    ],
)
@pytest.mark.parametrize("denominator", ["forms", "visits"])
def test_nothing_to_compare_with_is_nothing_to_pay(
    now: Tally, before: Tally | None, reason: str, denominator: str
) -> None:
    entry = assessed(now, before, rules=rules(denominator=denominator))
    assert amounts(entry)["change"] == 0
    assert entry["lines"][0]["reason"] == reason
    assert "nothing to compare with" in sentence(entry, "change")


@pytest.mark.parametrize(
    ("now", "before", "amount"),
    [(2, 2, 1000), (1, 2, 0), (2, 1, 0)],
    ids=["enough in both", "too few now", "too few last month"],
)
def test_a_change_needs_its_minimum_of_forms_in_both_months(
    now: int, before: int, amount: int
) -> None:
    entry = assessed(
        tally(*["AAA"] * now, silent=9),
        tally(*["BBB"] * before, silent=9),
        rules=rules(change_min_forms=2),
    )
    assert amounts(entry)["change"] == amount


# Means


def test_both_means_are_shown_and_the_denominator_chooses() -> None:
    now = tally("AAA", "AAA", silent=2)
    by_form, by_visit = (assessed(now, rules=rules(denominator=d)) for d in ("forms", "visits"))
    assert (by_form["mean"], by_form["n"]) == ("6.00", 2)
    assert (by_visit["mean"], by_visit["n"]) == ("3.00", 4)
    assert {(e["mean_forms"], e["mean_visits"]) for e in (by_form, by_visit)} == {("6.00", "3.00")}


def test_the_denominator_of_this_month_divides_both_months() -> None:
    now, before = tally("AAA", silent=5), tally("BBB", silent=1)
    assert amounts(assessed(now, before))["change"] == 1000
    by_visit = assessed(now, before, rules=rules(denominator="visits"))
    assert amounts(by_visit)["change"] == -1000
    assert by_visit["previous"] == {"n": 2, "points": 3, "mean": "1.50"}


def test_a_month_without_forms_has_no_mean() -> None:
    entry = assessed(tally(silent=4))
    assert (entry["n"], entry["points"], entry["mean"], entry["visits"]) == (0, 0, None, 4)


def test_a_blank_is_in_n_and_adds_nothing() -> None:
    entry = assessed(tally("A-E", "AAA"))
    assert (entry["n"], entry["points"], entry["complete"]) == (2, 6, 1)
    assert entry["items"]["quality"] == {
        "n": 1,
        "points": 2,
        "counts": {"A": 1, "B": 0, "C": 0, "D": 0, "E": 0},
    }


@pytest.mark.parametrize(
    ("points", "n", "text"),
    [
        (1, 8, "0.13"),
        (-1, 8, "-0.13"),
        (1, 200, "0.01"),
        (-1, 200, "-0.01"),
        (-1, 201, "0.00"),
        (0, 7, "0.00"),
        (-6, 1, "-6.00"),
        (599, 100, "5.99"),
        (-2, 3, "-0.67"),
        (10**18 + 1, 10**18, "1.00"),
    ],
)
def test_two_decimals_half_away_from_zero_and_never_minus_nothing(
    points: int, n: int, text: str
) -> None:
    assert two_decimals(points, n) == text


# All A, all E


@pytest.mark.parametrize(
    ("forms", "best", "worst"),
    [
        pytest.param(["AAA"], 1000, 0, id="one form, all A"),
        pytest.param(["AAA"] * 9, 1000, 0, id="all A"),
        pytest.param(["EEE"] * 9, 0, -1000, id="all E"),
        pytest.param(["AAA"] * 9 + ["AA-"], 0, 0, id="a blank among A's"),
        pytest.param(["EEE"] * 9 + ["-EE"], 0, 0, id="a blank among E's"),
        pytest.param(["AAA"] * 9 + ["AAB"], 0, 0, id="one B"),
        pytest.param(["AAA", "EEE"], 0, 0, id="some A, some E"),
        pytest.param(["A--"], 0, 0, id="a single A"),
        pytest.param([], 0, 0, id="no form"),
    ],
)
def test_every_form_must_be_complete_and_alike(forms: list[str], best: int, worst: int) -> None:
    found = amounts(assessed(tally(*forms, silent=3)))
    assert (found["all_best"], found["all_worst"]) == (best, worst)


def test_all_best_comes_on_top_of_the_rise() -> None:
    entry = assessed(tally("AAA", "AAA"), tally("AAB"))
    assert (amounts(entry)["change"], amounts(entry)["all_best"]) == (1000, 1000)
    assert entry["amount"] == 2000


@pytest.mark.parametrize(("letters", "code"), [("AAA", "all_best"), ("EEE", "all_worst")])
def test_the_additional_lines_need_their_minimum_of_forms(letters: str, code: str) -> None:
    few, enough = (
        assessed(tally(*[letters] * number), rules=rules(special_min_forms=3)) for number in (2, 3)
    )
    assert amounts(few)[code] == 0
    assert "3" in sentence(few, code)
    assert abs(amounts(enough)[code]) == 1000


def test_amounts_are_the_rulebooks() -> None:
    dear = rules(rise_award=7, fall_penalty=11, all_best_award=13, all_worst_penalty=17)
    best = assessed(tally("AAA"), tally("BBB"), rules=dear)
    worst = assessed(tally("EEE"), tally("BBB"), rules=dear)
    assert amounts(best) == {"change": 7, "all_best": 13, "all_worst": 0}
    assert amounts(worst) == {"change": -11, "all_best": 0, "all_worst": -17}


# Complaints


@pytest.mark.parametrize(
    ("number", "amount", "tier", "sanction"),
    [
        (0, 5000, "0", False),
        (1, 0, "1-5", False),
        (5, 0, "1-5", False),
        (6, -3000, "6-10", False),
        (10, -3000, "6-10", False),
        (11, -5000, "11-15", False),
        (15, -5000, "11-15", False),
        (16, -10000, "16+", False),
        (29, -10000, "16+", False),
        (30, -10000, "16+", True),
        (31, -10000, "16+", True),
        (10**6, -10000, "16+", True),
    ],
)
def test_the_count_of_complaints_picks_the_row(
    number: int, amount: int, tier: str, sanction: bool
) -> None:
    entry = assessed(tally("ABC"), cases=complaints(number))
    assert amounts(entry)["complaints"] == amount
    assert entry["complaints"] == {"count": number, "weighted": number, "tier": tier}
    assert entry["sanction"] is sanction
    assert any("administrative measures" in note for note in entry["notes"]) is sanction


def test_the_sanction_is_a_sentence_and_no_sum() -> None:
    before, after = (assessed(tally("ABC"), cases=complaints(number)) for number in (29, 30))
    assert before["amount"] == after["amount"] == -10000


def test_no_complaints_file_means_three_lines_and_no_word_of_complaints() -> None:
    entry = assessed(tally("ABC"))
    assert [line["code"] for line in entry["lines"]] == ["change", "all_best", "all_worst"]
    assert (entry["complaints"], entry["sanction"]) == (None, False)


def test_no_complaint_in_a_file_is_the_award() -> None:
    entry = assessed(tally("ABC"), cases=ComplaintTally())
    assert [line["code"] for line in entry["lines"]][-1] == "complaints"
    assert amounts(entry)["complaints"] == 5000


@pytest.mark.parametrize(
    ("sort", "count"),
    [
        ({}, 1),
        ({"kind": "unread"}, 1),
        *(({"kind": kind}, 0) for kind in ("suggestion", "praise", "enquiry", "empty")),
        ({"kind": "repair_request"}, 0),
        ({"standing": "duplicate"}, 0),
        ({"standing": "out_of_scope"}, 0),
        *(({"channel": channel}, 1) for channel in ("hotline", "sms", "web", "desk", "call")),
        ({"severity": "grave"}, 1),
        ({"kind": "unread", "standing": "duplicate"}, 0),
    ],
)
def test_what_counts_is_a_complaint_in_good_standing(sort: dict[str, str], count: int) -> None:
    entry = assessed(tally("ABC"), cases=complaints(1, **sort))
    assert entry["complaints"]["count"] == count


def test_a_channel_that_does_not_count_does_not_count() -> None:
    mixed = complaints(6, channel="hotline")
    mixed.merge(complaints(4, channel="web"))
    entry = assessed(tally("ABC"), cases=mixed, rules=rules(counting_channels=("hotline",)))
    assert entry["complaints"]["count"] == 6
    assert entry["complaint_details"]["channels"] == {"hotline": 6, "web": 4}


def test_weights_pick_the_row_and_the_sanction_and_both_numbers_are_shown() -> None:
    heavy = rules(severity_weight=PerSeverity(minor=1, serious=2, grave=10))
    cases = complaints(1)
    cases.merge(complaints(2, severity="serious"))
    cases.merge(complaints(3, severity="grave"))
    entry = assessed(tally("ABC"), cases=cases, rules=heavy)
    assert entry["complaints"] == {"count": 6, "weighted": 35, "tier": "16+"}
    assert entry["sanction"]
    assert "count: 6, weighted by severity: 35" in sentence(entry, "complaints")


def test_the_row_with_the_set_aside_cases_stands_beside_the_one_without() -> None:
    cases = complaints(5)
    cases.merge(complaints(2, standing="duplicate"))
    entry = assessed(tally("ABC"), cases=cases)
    assert entry["complaints"]["tier"] == "1-5"
    assert entry["complaint_details"]["with_set_aside"]["tier"] == "6-10"
    assert "set_aside" in note_reasons(entry)


def test_unread_cases_are_marked() -> None:
    entry = assessed(tally("ABC"), cases=complaints(3, kind="unread"))
    assert "Cases not yet read, counted as complaints: 3." in entry["notes"]


@pytest.mark.parametrize(
    ("number", "edges"),
    [
        (0, {"edge_above"}),
        (1, {"edge_below"}),
        (3, set()),
        (5, {"edge_above"}),
        (16, {"edge_below"}),
    ],
)
def test_a_count_at_the_edge_of_its_row_says_so(number: int, edges: set[str]) -> None:
    entry = assessed(tally("ABC"), cases=complaints(number))
    assert {reason for reason in note_reasons(entry) if reason.startswith("edge")} == edges


def test_complaints_per_hundred_visits_stand_beside_the_row() -> None:
    entry = assessed(tally("ABC", silent=7), cases=complaints(3))
    assert entry["complaint_details"]["per_100_visits"] == "37.50"
    assert entry["complaints"] == {"count": 3, "weighted": 3, "tier": "1-5"}


@pytest.mark.parametrize(
    "sort",
    [{"kind": "rant"}, {"severity": "huge"}, {"standing": ""}, {"channel": "fax"}, {"kind": ""}],
)
def test_a_word_no_rule_knows_is_refused(sort: dict[str, str]) -> None:
    with pytest.raises(TallyError):
        complaints(1, **sort)


# Notes and sentences


def test_few_forms_are_noted_below_thirty() -> None:
    assert "few_forms" in note_reasons(assessed(tally(*["ABC"] * 29)))
    assert "few_forms" not in note_reasons(assessed(tally(*["ABC"] * 30)))


def test_a_small_move_among_scattered_forms_is_normal_fluctuation() -> None:
    scattered = ["AAA", "CCC", "EEE"] * 20
    entry = assessed(tally(*scattered, "AAA"), tally(*scattered))
    assert amounts(entry)["change"] == 1000
    assert "fluctuation" in note_reasons(entry)


def test_a_large_move_is_no_fluctuation() -> None:
    entry = assessed(tally(*["AAA", "AAB"] * 20), tally(*["EEE", "EED"] * 20))
    assert "fluctuation" not in note_reasons(entry)


def test_an_equal_mean_is_no_fluctuation() -> None:
    assert "fluctuation" not in note_reasons(assessed(TEN_FORMS_40_POINTS, TEN_FORMS_40_POINTS))


@pytest.mark.parametrize("denominator", ["forms", "visits"])
@pytest.mark.parametrize("min_forms", [1, 5])
@pytest.mark.parametrize("before", [None, tally(), tally("ABC", silent=1), tally("AAA", "EEE")])
@pytest.mark.parametrize(
    "now",
    [tally(silent=1), tally("ABC"), tally("AAA"), tally("EEE"), tally("AAA", "AEE", silent=2)],
)
@pytest.mark.parametrize("number", [0, 3, 30])
def test_every_document_can_be_said_again_in_the_other_language(
    now: Tally, before: Tally | None, number: int, min_forms: int, denominator: str
) -> None:
    case = rules(denominator=denominator, change_min_forms=min_forms, special_min_forms=min_forms)
    cases = complaints(number, kind="unread")
    cases.merge(complaints(number, standing="duplicate"))
    english = assessed(now, before, cases, case, "en")
    chinese = assessed(now, before, cases, case, "zh")
    assert in_language(english, translator("zh")) == chinese
    assert english["lines"] != chinese["lines"]


def test_trial_mode_is_marked_in_the_document() -> None:
    assert [assessed(tally(), rules=rules(mode=m))["mode"] for m in ("trial", "paid")] == [
        "trial",
        "paid",
    ]


# Tallies


@pytest.mark.parametrize("letters", ["", "---", "AA", "AAAA", "aaa", "AAF", "ААА", "A A", "AA "])
def test_what_is_no_form_is_refused(letters: str) -> None:
    with pytest.raises(TallyError):
        Tally().add_form(letters)


form = st.one_of(
    st.text("ABCDE-", min_size=3, max_size=3), st.sampled_from(["---", "AAA", "EEE", "ABC"])
)
visits = st.one_of(st.lists(form, max_size=8), st.lists(form, max_size=60))


def of_visits(letters: Iterable[str]) -> Tally:
    made = Tally()
    for one in letters:
        if one == "---":
            made.add_silent()
        else:
            made.add_form(one)
    return made


@given(visits, visits)
def test_parts_merge_into_the_whole_and_a_pause_loses_nothing(
    first: list[str], second: list[str]
) -> None:
    whole = of_visits(first + second)
    parts = Tally(json.loads(json.dumps(of_visits(second).state())))
    parts.merge(of_visits(first))
    assert parts.state() == whole.state()
    assert assessed(parts) == assessed(whole)


def test_a_tally_of_complaints_survives_a_pause() -> None:
    cases = complaints(2, severity="grave", channel="sms")
    cases.merge(complaints(1, kind="praise"))
    assert ComplaintTally(cases.state()).state() == cases.state()


# Other code, same money

sorts = st.builds(
    Sort,
    st.sampled_from(["complaint", "unread", "praise", "suggestion"]),
    st.sampled_from(["minor", "serious", "grave"]),
    st.sampled_from(["counts", "duplicate", "out_of_scope"]),
    st.sampled_from(["", "hotline", "sms", "web", "desk", "call"]),
)
rulebooks = st.builds(
    rules,
    denominator=st.sampled_from(["forms", "visits"]),
    change_min_forms=st.integers(1, 4),
    special_min_forms=st.integers(1, 4),
    sanction_from=st.integers(1, 40),
    counting_channels=st.sampled_from([("hotline", "sms", "web", "desk", "call"), ("sms",)]),
    severity_weight=st.builds(PerSeverity, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
)


def recomputed(
    now: list[str], before: list[str] | None, cases: list[Sort], rules: Rulebook
) -> dict[str, int]:
    """The four amounts from the raw letters by fractions: shares no code with core."""

    def mean(letters: list[str]) -> Fraction:
        given = [one for one in letters if set(one) != {"-"}]
        n = len(given if rules.denominator == "forms" else letters)
        return Fraction(sum(POINTS[grade] for one in letters for grade in one), n)

    forms = [one for one in now if set(one) != {"-"}]
    last = [one for one in before or [] if set(one) != {"-"}]
    change = 0
    if forms and last and min(len(forms), len(last)) >= rules.change_min_forms:
        moved = mean(now) - mean(before or [])
        change = 1000 if moved > 0 else -1000 if moved < 0 else 0
    enough = len(forms) >= rules.special_min_forms
    weights = {"minor": rules.severity_weight.minor, "serious": rules.severity_weight.serious}
    weighted = sum(
        weights.get(case.severity, rules.severity_weight.grave)
        for case in cases
        if case.kind in {"complaint", "unread"}
        and case.standing == "counts"
        and (not case.channel or case.channel in rules.counting_channels)
    )
    steps = [(16, -10000), (11, -5000), (6, -3000), (1, 0), (0, 5000)]
    return {
        "change": change,
        "all_best": 1000 if enough and set(forms) == {"AAA"} else 0,
        "all_worst": -1000 if enough and set(forms) == {"EEE"} else 0,
        "complaints": next(amount for start, amount in steps if weighted >= start),
    }


@settings(max_examples=400)
@given(
    st.one_of(visits, st.lists(st.sampled_from(["AAA", "EEE", "---"]), max_size=6)),
    st.one_of(st.none(), visits),
    st.lists(sorts, max_size=40),
    rulebooks,
)
def test_every_month_equals_its_recomputation_by_fractions(
    now: list[str], before: list[str] | None, cases: list[Sort], rules: Rulebook
) -> None:
    tallied = ComplaintTally()
    for case in cases:
        tallied.add(case)
    last = None if before is None else of_visits(before)
    entry = assessed(of_visits(now), last, tallied, rules)
    expected = recomputed(now, before, cases, rules)
    assert amounts(entry) == expected
    assert entry["amount"] == sum(expected.values())
    assert list(amounts(entry)) == ["change", "all_best", "all_worst", "complaints"]
    if entry["mean"] is not None:
        exact = Fraction(entry["points"], entry["n"])
        assert abs(Fraction(entry["mean"]) - exact) <= Fraction(1, 200)


@given(visits, visits)
def test_next_month_needs_nothing_but_the_document(first: list[str], second: list[str]) -> None:
    stored = json.loads(canonical(assessed(of_visits(first))))
    from_document = assess_unit(
        "north-1", of_visits(second), figures_of(stored), None, OWNER, translator("en")
    )
    assert from_document == assessed(of_visits(second), of_visits(first))


# Freezing


def frozen() -> dict[str, Any]:
    return {**assessed(tally("ABC"), language="zh"), "month": "2026-05", "previous_hash": ""}


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    document = frozen()
    assert canonical(dict(reversed(document.items()))) == canonical(document)
    assert json.loads(canonical(document)) == document


def test_canonical_bytes_are_utf8_without_spaces() -> None:
    assert canonical({"b": 1, "a": "回访"}) == '{"a":"回访","b":1}'.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), [1.5], {"deep": [{"er": 0.1}]}])
def test_a_float_has_no_canonical_bytes(value: object) -> None:
    with pytest.raises(DocumentError):
        canonical({"value": value})


def test_the_hash_covers_all_but_state_and_itself() -> None:
    document = frozen()
    digest = document_hash(document)
    assert digest == hashlib.sha256(canonical(document)).hexdigest()
    assert document_hash({**document, "state": "issued", "hash": digest}) == digest
    for key in document:
        assert document_hash({**document, key: "changed"}) != digest
