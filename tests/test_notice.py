"""The notice: every sum with what it rests on, nothing that a unit may not know, on one sheet."""

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.amendments import REASONS
from chalicelib.core.disclosure import FEW, withheld
from chalicelib.core.people import technician_code
from chalicelib.core.proceedings import OBJECTED, Happened
from chalicelib.notice_grounds import GONE
from chalicelib.printed import percent
from chalicelib.room import lines_of_items, lines_of_text, that_fit, width
from chalicelib.texts import LOCALES
from tests.catalogues import compile_catalogues
from tests.notices import CLOSED_AT, LEAD, RULES, Month, month, worst
from tests.printing import measured, needs_chromium, pdf, sheets

LANGUAGES = pytest.mark.parametrize("language", LOCALES)
PAID = replace(RULES, mode="paid")
ZALGO = "Z̸̢͎̾a̷͚̐l̴̰̈g̵͙̽o̷̖͂"


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def words(html: str) -> str:
    """What can be read on a page, without its style sheet."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(text))


def listed(html: str, pattern: str) -> list[str]:
    return re.findall(pattern, words(html))


# What it says


@LANGUAGES
def test_each_line_stands_with_its_sentence_and_its_sum(language: str) -> None:
    made = month(language)
    said = words(made.notice())
    for line in made.document["lines"]:
        assert line["sentence"] in said
        assert f"{line['amount']:+}" in said or line["amount"] == 0
    assert f"{made.document['amount']:+}" in said


def test_forms_are_named_by_their_visits_and_cases_by_the_units_own_references() -> None:
    made = month("en", forms=20, counting=6, set_aside=2)
    html = made.notice()
    answered = [visit.visit_id for visit in made.facts.visits if visit.letters != "---"]
    assert listed(html, r"WO-\d+-\d+") == sorted(answered)
    references = [case.reference for case in made.facts.cases]
    assert sorted(listed(html, r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")) == sorted(references)


def test_a_shortened_list_says_how_many_are_left_out() -> None:
    for forms, counting in ((1000, 6), (60, 600), (1000, 600)):
        made = month("en", forms=forms, counting=counting)
        html = made.notice()
        shown = len(listed(html, r"WO-\d+-\d+"))
        cases = len(listed(html, r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b"))
        lists = re.sub(r"<ul.*?</ul>", "", html, flags=re.DOTALL)
        left_out = sum(map(int, re.findall(r"and (\d+) more, in the report", lists)))
        assert shown + cases + left_out == forms + counting + 1
        assert shown >= 10
        assert cases > 20 or counting == 6


def test_all_thirty_one_references_find_room_beside_a_thousand_forms() -> None:
    html = month("zh", forms=1000, counting=31).notice()
    assert len(listed(html, r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")) == 32


def test_voided_and_silent_visits_are_no_grounds() -> None:
    made = month("en", forms=3)
    first, *others = made.facts.visits
    void = first._replace(letters="---", void="form")
    html = replace(made, facts=replace(made.facts, visits=(void, *others))).notice()
    assert listed(html, r"WO-\d+-\d+") == ["WO-202605-00001", "WO-202605-00002"]


@LANGUAGES
def test_the_unit_reads_nothing_that_is_not_for_it(language: str) -> None:
    made = month(language, forms=200, counting=40)
    html = made.notice()
    for case in made.facts.cases:
        assert case.number not in html
    for letters in {visit.letters for visit in made.facts.visits}:
        assert letters not in words(html)
    assert not re.search(r"2026-W\d\d|hotline|热线|web|网页|direct|link", words(html))


@LANGUAGES
def test_the_row_stands_with_and_without_what_was_set_aside(language: str) -> None:
    said = words(month(language, counting=4, set_aside=3).notice())
    assert {"zh": "剔除的不计为 1-5，全部计入为 6-10", "en": "set aside: 1-5; with them: 6-10"}[
        language
    ] in said


def test_what_is_usual_for_its_size_stands_beside_the_row() -> None:
    made = month("en")
    usual = made.document["complaint_details"]["usual"]
    assert f"Usual for so many visits: {usual['from']} to {usual['to']}." in words(made.notice())


def test_what_was_verified_is_told_as_a_share_with_its_range() -> None:
    made = month("en", forms=200)
    found = made.document["verification"]
    said = words(made.notice())
    assert f"Customers stand by about {percent(found['rate'])} of the forms" in said
    assert f"about {percent(found['wilson'][0])} to {percent(found['wilson'][1])}" in said
    assert "None of the month's visits has been drawn" in words(month("en", forms=0).notice())


def test_a_draw_without_an_answer_yet_is_no_rate() -> None:
    made = month("en")
    found = {**made.document["verification"], "rate": None, "wilson": None, "calls": 0}
    html = replace(made, document={**made.document, "verification": found}).notice()
    assert "none has yet confirmed or contradicted a form" in html


# Terms and signatures


def test_the_last_day_to_object_is_named() -> None:
    assert "Until the end of 16 June 2026" in words(month("en").notice())
    assert "在2026年6月16日当日结束前" in words(month("zh").notice())


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("closed", "Not sent to the unit yet"),
        ("issued", "The term for objections ended on 16 June 2026"),
    ],
)
def test_before_and_after_the_term_it_says_so(state: str, sentence: str) -> None:
    said = words(month("en", state=state).notice())
    assert sentence in said
    assert "the unit may object" not in said


def test_objections_are_counted() -> None:
    made = month("en")
    objected = Happened(CLOSED_AT, OBJECTED, "unit", values={"about": "change", "reason": "x"})
    steps = (*made.proceeding.steps, objected)
    html = replace(made, proceeding=replace(made.proceeding, steps=steps)).notice()
    assert "Objections made: 1; ruled on: 0." in html


def test_who_signed_stands_in_the_field_with_the_day() -> None:
    html = month("en", state="issued").notice()
    assert re.search(r"<bdi>赵静</bdi></b><br>11 June 2026", html)
    assert re.search(r"<bdi>qian@example.org</bdi></b><br>18 June 2026", html)
    assert html.count("Name, date:") == 1
    assert month("en", state="closed").notice().count("Name, date:") == 3


def test_an_amended_notice_names_what_it_supersedes_and_every_reason_once() -> None:
    reasons = ("objection", "void", "void")
    said = words(month("en", amended=reasons).notice())
    assert "Version 2 of this month: it takes the place of entry 4 (hash efefefefefef…)" in said
    assert said.count("a form was declared void") == 1
    assert "an objection of the unit was upheld" in said
    assert "case 0" not in said


@LANGUAGES
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_an_amendment_has_its_words(language: str, reason: str) -> None:
    assert month(language, forms=1, amended=[reason]).notice()


@LANGUAGES
def test_a_trial_is_marked_and_a_month_in_earnest_is_not(language: str) -> None:
    assert "试算" in words(month(language).notice())
    assert "试算" not in words(month(language, rules=PAID).notice())


def test_the_hashes_stand_at_the_foot() -> None:
    made = month("en")
    foot = made.notice().split('class="hash"')[1]
    for name in ("previous_hash", "facts_sha256", "rulebook_sha256"):
        assert str(made.document[name]) in foot
    assert len(re.findall(r"[0-9a-f]{64}", foot)) == 4


# Technicians


def test_technicians_stand_by_name_with_forms_and_mean() -> None:
    made = month("en", forms=200)
    said = words(made.notice())
    for each in made.document["technicians"]:
        name = made.names[each["technician"]]
        assert re.search(rf"{name}\W*: {each['forms']} forms, {each['mean']}", said)


def test_an_erased_technician_is_a_dash() -> None:
    made = month("en", names=("李伟",), forms=20)
    html = replace(made, names={LEAD: "赵静"}).notice()
    assert re.search(rf"{GONE}\W*: 20 forms", words(html))
    assert technician_code("north-1", "李伟") not in html


def test_a_technician_of_few_forms_has_no_mean() -> None:
    made = month("en", forms=4, names=("李伟",))
    assert re.search(r"李伟\W*: 4 forms Objections", words(made.notice()))


@given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 30), max_size=8))
def test_nobody_can_reckon_back_to_fewer_than_five_forms(forms: Mapping[str, int]) -> None:
    hidden = withheld(forms)
    left = sum(forms[name] for name in hidden)
    everybody = {name for name, number in forms.items() if number}
    assert left == 0 or left >= FEW or hidden == everybody
    assert all(0 < number < FEW for name, number in forms.items() if name in hidden) or left < 2 * (
        FEW
    ) + max(forms.values())
    assert {name for name, number in forms.items() if 0 < number < FEW} <= hidden


# Hostile texts


def test_names_are_escaped_and_turn_nothing_around() -> None:
    evil = "<script>alert(1)</script>"
    turned = "\u202eevil\u202c"
    made = month("en", unit=evil, lead=evil, names=(turned, f"{evil}&"), forms=20)
    html = made.notice()
    assert "<script" not in html
    assert f"<bdi>{'&lt;script&gt;alert(1)&lt;/script&gt;'}</bdi>" in html
    assert "\u2068evil\u2069" in html
    assert "\u202e" not in html


def test_a_notice_needs_nothing_from_anywhere() -> None:
    html = worst("zh").notice()
    assert not re.search(r"<script|<link|<img|https?://|@import|url\(|style=", html)


# Paper


def scenarios(language: str) -> dict[str, Month]:
    return {
        "as usual": month(language),
        "nothing at all": month(language, forms=0, counting=0, set_aside=0),
        "one form": month(language, forms=1, counting=0, set_aside=0, state="closed"),
        "31 complaints": month(language, counting=31),
        "1,000 forms": month(language, forms=1000, counting=31),
        "1,000 complaints": month(language, counting=1000, set_aside=1000),
        "longest ids": month(language, visit_id="V" * 58 + "-{:05}", unit_id="W" * 64),
        "longest names": month(language, unit="魏" * 100, names=["魏" * 62 + "A", "W" * 64]),
        "strange names": month(language, unit="﷽" * 20, names=["﷽" * 9, ZALGO, "שלום"]),
        "twelve technicians": month(language, names=[f"Technician {n}" for n in range(12)]),
        "amended": month(language, amended=["objection"], state="issued", rules=PAID),
        "the worst": worst(language),
        "the worst, for everything": replace(worst(language), unit="W" * 100),
    }


def together(months: Mapping[str, Month]) -> str:
    """The sheets of several notices as one page."""
    pages = [each.notice() for each in months.values()]
    head, _, rest = pages[0].partition("<article")
    tail = rest.partition("</article>")[2]
    found = [re.findall(r"<article.*?</article>", page, re.DOTALL) for page in pages]
    return head + "".join(sheet for (sheet,) in found) + tail


@needs_chromium
@LANGUAGES
def test_each_notice_is_exactly_one_sheet_of_a4(language: str, tmp_path: Path) -> None:
    months = scenarios(language)
    assert sheets(pdf(together(months), tmp_path)) == [(210, 297)] * len(months)
    for name in ("the worst", "nothing at all"):
        assert sheets(pdf(months[name].notice(), tmp_path)) == [(210, 297)]


@needs_chromium
@pytest.mark.parametrize("font", ["", "DejaVu reckoned"])
@LANGUAGES
def test_nothing_on_a_notice_is_cut_off(language: str, font: str, tmp_path: Path) -> None:
    months = scenarios(language)
    style = f"body{{font-family:'{font}'!important}}" if font else ""
    found = measured(together(months), tmp_path, style)
    lie: dict[str, Any] = dict(zip(months, found["sheets"], strict=True))
    assert {name: each for name, each in lie.items() if each["over"] or each["wide"]} == {}
    assert {name: each["gap"] for name, each in lie.items() if each["gap"] < 0} == {}
    assert found["outside"] == []
    assert found["wide"] == []


@needs_chromium
def test_a_list_is_not_shortened_for_nothing(tmp_path: Path) -> None:
    long = {name: month(name, forms=1000, counting=31) for name in LOCALES}
    gaps = [each["gap"] for each in measured(together(long), tmp_path)["sheets"]]
    assert max(gaps) < 250  # tenths of a millimetre


# Room


def test_a_wide_character_is_as_wide_as_it_is_high() -> None:
    assert width("回访") == 200
    assert width("e\u0301") == width("e") == width("\u00e9") < 100
    assert width("﷽") > 500


def test_lines_hold_whole_words_and_single_chinese_characters() -> None:
    line = width("aaaa bbbb ")
    assert lines_of_text("", line) == 1
    assert lines_of_text("aaaa bbbb cccc", line) == 2
    assert lines_of_text("回" * 10, 500) == 2
    assert lines_of_text("a" * 1000, line) > 40


def test_items_fit_as_many_as_stand_in_the_lines() -> None:
    items = ["aaaa"] * 10
    line = 3 * width("aaaa")
    assert lines_of_items(items, line) == 4
    assert [that_fit(items, lines, line) for lines in range(6)] == [0, 3, 6, 9, 10, 10]
