"""The printed reports: the unit's edition, supervision's, and the one made offline."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from chalicelib import edition_parts, editions, report
from chalicelib.core.assessment import assess_unit
from chalicelib.core.callers_figures import CallerFigures
from chalicelib.core.facts import Facts
from chalicelib.core.tallies import ComplaintTally, Sort, Tally
from chalicelib.report_parts import Part
from chalicelib.texts import LOCALES, translator
from chalicelib.workbooks import METHOD
from tests.catalogues import compile_catalogues
from tests.notices import LEAD, RULES, Month, month, worst
from tests.printing import measured, needs_chromium, needs_pdftotext, pdf, sheets, texts

LANGUAGES = pytest.mark.parametrize("language", LOCALES)
EDITIONS = pytest.mark.parametrize("own", [True, False], ids=["the unit's", "supervision's"])
PAID = replace(RULES, mode="paid")
CALLERS = (CallerFigures(LEAD, 12, {"confirmed": 10}, 3, -2, 20, 18, 1, 1),)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def edition(made: Month, *, own: bool, callers: Sequence[CallerFigures] = ()) -> str:
    return editions.page(
        made.document,
        made.facts,
        made.proceeding,
        made.unit,
        made.names,
        made.say,
        made.rules,
        own=own,
        callers=callers,
    )


def words(html: str) -> str:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(text))


def part(html: str, name: str) -> str:
    """What can be read in a section."""
    found = re.search(rf'<section class="part-{name}">.*?</section>', html, re.DOTALL)
    return words(found[0]) if found else ""


# What both editions say


@LANGUAGES
@EDITIONS
def test_lines_notes_grades_funnel_and_complaints_are_told(language: str, own: bool) -> None:
    made = month(language)
    html = edition(made, own=own)
    said = words(html)
    document = made.document
    for sentence in [line["sentence"] for line in document["lines"]] + document["notes"]:
        assert sentence in said
    for counts in (document["items"][item]["counts"] for item in document["items"]):
        assert " ".join(str(number) for number in counts.values()) in part(html, "grades")
    assert f"{document['funnel']['answered']} 66.7%" in part(html, "funnel")
    for number in document["clocks"]["solved"].values():
        assert str(number) in part(html, "complaints")
    assert "2026-W20" in part(html, "weeks")


@LANGUAGES
def test_each_number_is_explained_in_two_sentences(language: str) -> None:
    html = edition(month(language), own=True)
    for _, text in editions.method(translator(language)):
        assert text in unescape(html)
        assert len(re.findall(r"[.。](?!\d)", text)) >= 2
    assert html.count("<dt>") == len(METHOD)


@EDITIONS
def test_every_form_that_counts_is_listed(own: bool) -> None:
    made = month("en", forms=120)
    listed = re.findall(r"WO-\d+-\d+", part(edition(made, own=own), "forms"))
    assert listed == [visit.visit_id for visit in made.facts.visits[:120]]


def test_a_list_that_no_page_could_hold_says_how_many_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edition_parts, "MOST", 10)
    html = edition(month("en", forms=30, counting=12, set_aside=0), own=True)
    assert "And 20 more, in the workbook." in part(html, "forms")
    assert "And 2 more, in the workbook." in part(html, "cases")


@LANGUAGES
@EDITIONS
def test_an_edition_holds_nothing_from_anywhere_and_no_markup_of_others(
    language: str, own: bool
) -> None:
    evil = "<script>alert(1)</script>"
    made = month(language, unit=evil, names=(evil, "=1+1"), lead=evil, amended=["void"])
    html = edition(made, own=own, callers=CALLERS)
    assert not re.search(r"<script|<link|<img|https?://|@import|url\(|style=", html)
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in html


# What a unit may not know


@LANGUAGES
def test_the_unit_reads_no_single_form_no_channel_and_no_number_of_a_case(language: str) -> None:
    made = month(language, forms=200, counting=40)
    html = edition(made, own=True)
    for case in made.facts.cases:
        assert case.number not in html
        assert case.reference in part(html, "cases")
    say = translator(language)
    for channel in ("hotline", "web"):
        assert say(f"workbook.channel.{channel}") not in part(html, "cases")
        assert say(f"workbook.channel.{channel}") not in part(html, "complaints")
    for letters in {visit.letters for visit in made.facts.visits}:
        assert letters not in words(html)
    for section in ("evidence", "callers"):
        assert part(html, section) == ""


def test_a_unit_of_few_forms_reads_no_grades_one_by_one() -> None:
    made = month("en", forms=4)
    assert "Timeliness" not in part(edition(made, own=True), "grades")
    assert "they would show single forms" in part(edition(made, own=True), "grades")
    assert "Timeliness" in part(edition(made, own=False), "grades")


def test_means_of_few_forms_are_held_back_from_the_unit_alone() -> None:
    made = month("en", forms=8, names=("李伟", "Wang Fang"))
    forms = {each["technician"]: each["forms"] for each in made.document["technicians"]}
    assert min(forms.values()) < 5
    own, full = (part(edition(made, own=own), "technicians") for own in (True, False))
    means = [each["mean"] for each in made.document["technicians"]]
    assert [mean for mean in means if mean in own] == []
    assert [mean for mean in means if mean in full] == means
    assert "No mean is shown for fewer than 5 forms" in own


@pytest.mark.parametrize("forms", [8, 100])
def test_no_week_has_a_mean_for_the_unit(forms: int) -> None:
    """A week of six, of which five are one technician's, would show the sixth."""
    made = month("en", forms=forms)
    assert not re.search(r"\d\.\d\d", part(edition(made, own=True), "weeks"))
    assert re.search(r"\d\.\d\d", part(edition(made, own=False), "weeks"))


# What supervision reads besides


def test_supervision_reads_evidence_calls_and_the_callers_part() -> None:
    made = month("en", forms=100)
    html = edition(made, own=False, callers=CALLERS)
    found = made.document["verification"]
    assert f"confirmed {found['outcomes']['confirmed']} " in part(html, "verified")
    assert "Adjusted mean" in part(html, "verified")
    assert "link 100 100.0%" in part(html, "evidence")
    assert "still match the hashes" in part(html, "evidence")
    assert "赵静 12 3 -2 1 20 18 1 1" in part(html, "callers")


def test_weeks_that_no_longer_match_are_named() -> None:
    made = month("en")
    document = {**made.document, "weeks_differ": ["2026-W20", "2026-W21"]}
    html = edition(replace(made, document=document), own=False)
    assert "no longer match the hashes that were mailed: 2026-W20, 2026-W21." in part(
        html, "evidence"
    )


# Made offline


def offline(language: str, units: int = 3, *, with_parts: bool = True) -> str:
    """A month of units computed from files: no chain, no calls, no proceeding."""
    say = translator(language)
    made = month(language, forms=30, counting=3, set_aside=0)
    tally, complaints = Tally(), ComplaintTally()
    for visit in made.facts.visits:
        tally.add_silent() if visit.letters == "---" else tally.add_form(visit.letters)
    complaints.add(Sort(), 31)
    entries = [
        assess_unit(f"unit-{n}", tally, None, complaints if n else None, RULES, say)
        for n in range(units)
    ]
    document: dict[str, Any] = {
        "month": "2026-05",
        "offline": True,
        "mode": "trial",
        "language": language,
        "rulebook_sha256": RULES.sha256,
        "units": entries,
    }
    parts = [
        Part(entry, "", Facts(entry["unit"], "2026-05", made.facts.visits), made.names)
        for entry in entries
    ]
    return report.page(document, say, ["a notice"], parts if with_parts else (), RULES)


@LANGUAGES
@pytest.mark.parametrize("with_parts", [True, False])
def test_each_units_notice_follows_the_report_made_offline(language: str, with_parts: bool) -> None:
    html = offline(language, with_parts=with_parts)
    notices = re.findall(r'<article class="sheet">.*?</article>', html, re.DOTALL)
    assert len(notices) == 3
    for number, each in enumerate(notices):
        assert f"unit-{number}" in each
        assert "OFFLINE" in each
        assert ("WO-202605-00029" in each) is with_parts
    assert [each.count('class="what"') - 1 for each in notices] == [3, 4, 4]
    assert "a notice" in html


# Paper


@needs_pdftotext
@LANGUAGES
@pytest.mark.parametrize("kind", ["trial", "offline"])
def test_every_printed_page_says_that_nothing_is_paid(
    language: str, kind: str, tmp_path: Path
) -> None:
    html = offline(language) if kind == "offline" else edition(month(language), own=True)
    pages = texts(pdf(html, tmp_path))
    assert len(pages) > 2
    assert [number for number, text in enumerate(pages, 1) if "试算" not in text] == []
    if kind == "offline":
        assert [number for number, text in enumerate(pages, 1) if "OFFLINE" not in text] == []


@needs_pdftotext
def test_no_page_of_a_month_in_earnest_says_so(tmp_path: Path) -> None:
    pages = texts(pdf(edition(month("en", rules=PAID), own=False), tmp_path))
    assert [text for text in pages if "试算" in text or "TRIAL" in text] == []


@needs_chromium
@LANGUAGES
@EDITIONS
def test_nothing_in_an_edition_is_wider_than_its_place(
    language: str, own: bool, tmp_path: Path
) -> None:
    for made in (month(language), worst(language)):
        html = edition(made, own=own, callers=CALLERS)
        assert measured(html, tmp_path)["wide"] == []
        assert set(sheets(pdf(html, tmp_path))) == {(210, 297)}
