"""The recount: its reader, its calendar and its sums, on facts small enough to check by hand."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools.recount import Filled, Happened, Message, Uploaded, differences, recount
from tools.recount_calls import Called, Moment, listen, missed
from tools.recount_cases import Act
from tools.recount_money import Month
from tools.recount_reader import BLANK, Talk, graded, hear, offer
from tools.recount_rules import Rules
from tools.recount_verification import Note

PROJECT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
RULES = Rules()
MAY, JUNE = "2026-05", "2026-06"
ASKED = "请您评价{month}月{day}日的售后服务"


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def visit(number: int, month: int = 5, uploaded_at: datetime | None = None) -> Uploaded:
    """One visit on the 6th, of a customer of its own."""
    done = at(month, 6)
    return Uploaded(
        f"v{number}-{month}", "north", done, uploaded_at or done, f"+{month}{number:08}"
    )


def thread(month: int, *texts: str | tuple[datetime, str]) -> list[Message]:
    """Asked on the 7th, each text an hour after the one before unless it says when."""
    instant = at(month, 7)
    messages = [Message(instant, ASKED.format(month=month, day=6), ours=True)]
    for text in texts:
        instant, words = (instant + timedelta(hours=1), text) if isinstance(text, str) else text
        messages.append(Message(instant, words, ours=False))
    return messages


def counted(*texts: Sequence[str | tuple[datetime, str]], month: int = 5) -> Month:
    """The month of a unit whose customers texted these, one row of texts for each."""
    visits = [visit(number, month) for number in range(len(texts))]
    threads = {v.number: thread(month, *said) for v, said in zip(visits, texts, strict=True)}
    return recount(Happened(visits, threads), [f"2026-{month:02}"], RULES)[
        "north", f"2026-{month:02}"
    ]


def change(before: Sequence[str], now: Sequence[str]) -> int:
    visits = [visit(n) for n in range(len(before))] + [visit(n, 6) for n in range(len(now))]
    said = [*[thread(5, text) for text in before], *[thread(6, text) for text in now]]
    threads = {v.number: row for v, row in zip(visits, said, strict=True)}
    return recount(Happened(visits, threads), [MAY, JUNE], RULES)["north", JUNE].lines["change"]


def test_it_imports_nothing_of_what_it_checks() -> None:
    told = "import sys, tools.recount; print([m for m in sys.modules if m.startswith('chalice')])"
    words = [sys.executable, "-c", told]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, check=True)  # noqa: S603 # ours
    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("AAB", "AAB"), ("A B A", "ABA"), ("A、B、C", "ABC"), ("A-B-A", "ABA"),
        ("A级 B级 E级", "ABE"), ("1A 2B 3A", "ABA"), ("1.A 2.D 3.A", "ADA"),
        ("质量B 态度A 及时E", "EBA"),
        ("质量:B", "-B-"), ("都是A", "AAA"), ("ALL B'S", "BBB"), ("C FOR ALL", "CCC"),
        ("AAB 师傅很准时", "AAB"), ("AAB师傅很准时", "AAB"), ("我打AAB谢谢", "AAB"),
        ("A B A, THANK YOU", "ABA"),
        ("BAD", BLANK), ("B C A", BLANK), ("5", BLANK), ("满意", BLANK), ("AAA BATTERIES", BLANK),
        ("STOP", BLANK), ("ABCD", BLANK), ("I HAD A BAD EXPERIENCE", BLANK), ("AB", BLANK),
        ("满意 非常不满意 一般", "BEC"), ("VERY SATISFIED, NEUTRAL, DISSATISFIED", "ACD"),
    ],
)  # fmt: skip
def test_its_reader_takes_the_spellings_of_the_rehearsal(text: str, letters: str) -> None:
    assert graded(text) == letters


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("满意", "BBB"),
        ("全A,除了态度C", "AAC"),
        ("师傅很准时 AAB", "AAB"),
        ("BCA", "BCA"),
        ("5", ""),
    ],
)
def test_it_knows_what_is_only_offered(text: str, letters: str) -> None:
    assert offer(text) == letters


def test_a_yes_counts_for_a_day_and_a_no_takes_the_offer_back() -> None:
    for words, wait, grades in (("Y", 24, "BBB"), ("Y", 25, BLANK), ("不是", 1, BLANK)):
        talk = Talk()
        hear(talk, "满意", at(5, 7))
        assert hear(talk, words, at(5, 7) + timedelta(hours=wait)).grades == grades


def test_months_close_on_the_eighth_working_day() -> None:
    assert RULES.close(MAY) == at(6, 10, 9)
    assert RULES.close(JUNE) == at(7, 10, 9)
    assert RULES.close("2026-04") == at(5, 14, 9)  # after May's holidays, with a make-up Saturday


def test_forms_are_summed_and_silent_visits_are_not() -> None:
    month = counted(["AAB"], ["D E C"], [], ["你好"])
    assert (month.visits, month.forms, month.points, month.mean) == (4, 2, 2, "1.00")


def test_a_later_answer_replaces_item_by_item_until_the_close() -> None:
    late = at(6, 10, 9)
    assert counted(["AAB", "质量E"]).points == 1
    assert counted(["AAB", (late - timedelta(seconds=1), "EEE")]).points == -6
    assert counted(["AAB", (late, "EEE")]).points == 5
    assert counted([(late, "EEE")]).forms == 0


def test_a_visit_uploaded_after_the_close_counts_nowhere() -> None:
    there, late = visit(1), visit(2, uploaded_at=at(6, 10, 9))
    threads = {v.number: thread(5, "AAA") for v in (there, late)}
    month = recount(Happened([there, late], threads), [MAY], RULES)["north", MAY]
    assert (month.visits, month.points) == (1, 6)


def test_the_change_line_compares_means_exactly() -> None:
    assert change(["AAB"], ["AAA"]) == 1000
    assert change(["AAA"], ["AAB"]) == -1000
    assert change(["ABB"] * 2, ["ABB"] * 3) == 0
    assert change([], ["AAA"]) == 0
    assert change(["AAA"], ["你好"]) == 0


def test_all_best_and_all_worst_need_every_form() -> None:
    assert counted(["AAA"], ["AAA"]).lines["all_best"] == 1000
    assert counted(["EEE"], []).lines["all_worst"] == -1000
    assert counted(["AAA"], ["质量A"]).lines["all_best"] == 0
    assert counted([]).lines["all_best"] == 0


@pytest.mark.parametrize(
    ("complaints", "amount"),
    [
        (0, 5000), (1, 0), (5, 0), (6, -3000), (10, -3000),
        (11, -5000), (15, -5000), (16, -10000), (30, -10000),
    ],
)  # fmt: skip
def test_complaints_fall_into_their_tier(complaints: int, amount: int) -> None:
    month = counted(*[["投诉：又坏了"]] * complaints, [])
    assert (month.complaints, month.lines["complaints"]) == (complaints, amount)


def test_a_mention_of_a_complaint_counts_only_after_a_yes() -> None:
    assert (
        counted(["我想投诉", "Y"], ["我想投诉"], ["我想投诉", "不是"], ["没有投诉"]).complaints == 1
    )
    assert counted(["AAB，我要投诉"]).complaints == 1


# --- calls ----------------------------------------------------------------------------------------

MENU = {
    "zh": "评价5月6日的服务，请按1。投诉，请按2。查询进度，请按3。人工服务，请按0。",
    "en": "To grade our service of 6 May, press 1. To complain, press 2.",
}
ITEMS = {
    "zh": ("我们来得及时吗？非常满意，请按1。", "修得好吗？", "我们的态度好吗？"),
    "en": ("Were we on time? Very satisfied, press 1.", "Was the repair good?", "Were we polite?"),
}
CHECK = {"zh": "您选的是：不满意。正确，请按1。", "en": "You chose: dissatisfied."}
NOTICE = {"zh": "请在提示音后讲话", "en": "Speak after the tone"}
NUMBER = "+500000001"
"""Of the customer of the first visit in May."""


def called(*moments: tuple[str, str], hour: int = 12, day: int = 8, **how: bool) -> Called:
    said = tuple(Moment(said, keys) for said, keys in moments)
    return Called(at(5, day, hour), NUMBER, said, **how)


def graded_by_keys(language: str, *keys: str, **when: int) -> Called:
    """A call in which each item is asked once, and a poor grade read back."""
    moments, asked = [(MENU[language], "1")], iter(ITEMS[language])
    left = list(keys)
    while left:
        key = left.pop(0)
        moments.append((next(asked), key))
        if key in "45" and left:
            moments.append((CHECK[language], left.pop(0)))
    return called(*moments, **when)  # type: ignore[arg-type] # hour and day


def with_calls(*calls: Called, texts: Sequence[str] = (), acts: Sequence[Act] = ()) -> Month:
    visits = [visit(1)]
    happened = Happened(visits, {NUMBER: thread(5, *texts)}, calls, acts=acts)
    return recount(happened, [MAY], RULES)["north", MAY]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("keys", "letters"),
    [
        ("123", "ABC"), ("4112", "DAB"), ("4", "---"), ("42", "---"), ("51", "E--"),
        ("1", "A--"), ("19", "A--"), ("1*", "A--"),
    ],
)  # fmt: skip
def test_it_hears_what_was_keyed_in(language: str, keys: str, letters: str) -> None:
    heard = listen(graded_by_keys(language, *keys))
    assert (heard.day, heard.grades) == ((5, 6), letters)


def test_keys_are_a_form_and_a_text_weighs_more() -> None:
    keyed = graded_by_keys("en", "1", "1", "2", hour=20)
    assert with_calls(keyed).points == 5
    assert with_calls(keyed, texts=["质量E"]).points == 2 - 2 + 1
    assert with_calls(graded_by_keys("en", "1", day=6, hour=9), texts=["BBB"]).points == 3


def test_a_call_of_a_menu_without_grades_grades_nothing() -> None:
    assert listen(called(("To complain, press 1.", "1"), (ITEMS["en"][0], "1"))).day is None


def test_a_recording_and_the_key_of_danger_are_each_one_case() -> None:
    assert with_calls(called((MENU["zh"], "2"), (NOTICE["zh"], ""), recorded=True)).complaints == 1
    assert with_calls(called((MENU["en"], "9"), ("Leave now", ""), recorded=True)).complaints == 1
    assert with_calls(called((MENU["en"], "9"), ("Leave now", ""))).complaints == 1
    assert with_calls(called((MENU["zh"], "2"), (NOTICE["zh"], ""))).complaints == 0


def test_whoever_called_in_vain_last_is_to_be_rung_back_once_a_day() -> None:
    in_vain = called((MENU["zh"], "2"), (NOTICE["zh"], ""))
    later = called((MENU["zh"], "2"), (NOTICE["zh"], ""), hour=15)
    served = called((MENU["zh"], "2"), (NOTICE["zh"], ""), hour=14, recorded=True)
    told = called((MENU["en"], "3"), ("Your case of 6 May: we have it", ""), hour=16)
    day = at(5, 8).date()
    assert missed([in_vain, later], RULES) == {(NUMBER, day): 1}
    assert missed([in_vain, served], RULES) == {}
    assert missed([served, later], RULES) == {(NUMBER, day): 1}
    assert missed([later, told], RULES) == {}
    assert missed([called((MENU["en"], ""), talked=True)], RULES) == {}


# --- links and verification calls -----------------------------------------------------------------


def note(verb: str, by: str = "ann", **says: str) -> Note:
    return Note(at(5, 12), by, verb, visit(1).visit_id, says)


def reached(grades: str, **says: str) -> list[Note]:
    told = {"work": "a new valve", "answered": "yes", "grades": grades, **says}
    return [note("call-attempt", reached="reached"), note("call-told", **told)]


def verified(*notes: Note, texts: Sequence[str] = ("AAA",)) -> Month:
    """The month of two visits, of which the first was texted about and called."""
    visits = [visit(1), visit(2)]
    threads = {NUMBER: thread(5, *texts), visits[1].number: thread(5, "BBB")}
    return recount(Happened(visits, threads, notes=notes), [MAY], RULES)["north", MAY]


def test_a_form_by_link_weighs_as_much_as_a_text_and_the_later_holds() -> None:
    for hour, points in ((9, 6), (20, -6)):
        by_link = [Filled(at(5, 7, hour), visit(1).visit_id, "EEE")]
        texted = {NUMBER: [*thread(5), Message(at(5, 7, 15), "AAA", ours=False)]}
        happened = Happened([visit(1)], texted, forms=by_link)
        assert recount(happened, [MAY], RULES)["north", MAY].points == points


@pytest.mark.parametrize(
    ("notes", "visits", "forms", "points"),
    [
        (reached("AAA"), 2, 2, 9),
        (reached("BAA"), 2, 2, 8),
        ([*reached("BAA"), note("call-choose", which="told")], 2, 2, 8),
        ([*reached("BAA"), note("call-choose", which="form")], 2, 2, 9),
        (reached("-E-"), 2, 2, 5),
        (reached("EEE", work=""), 2, 2, 9),
        (reached("EEE", answered="no"), 2, 2, 9),
        ([*reached("AAA", answered="no"), note("approve-void", "li")], 2, 1, 3),
        ([*reached("AAA", answered="no"), note("approve-void", "ann")], 2, 2, 9),
        ([note("call-attempt", reached="wrong_number"), note("approve-void", "li")], 2, 1, 3),
        ([note("call-attempt", reached="no_visit"), note("approve-void", "li")], 1, 1, 3),
        ([note("call-attempt", reached="no_visit")], 2, 2, 9),
        ([note("call-attempt", reached="no_answer"), note("approve-void", "li")], 2, 2, 9),
        ([*reached("AAA"), note("approve-void", "li")], 2, 2, 9),
    ],
    ids=[
        "confirmed", "told holds", "told is chosen", "form is chosen", "one item", "knows no work",
        "denied", "void by two", "void by one", "wrong number", "no visit", "not yet approved",
        "nobody there", "nothing found",
    ],
)  # fmt: skip
def test_what_a_call_did_to_a_form(notes: list[Note], visits: int, forms: int, points: int) -> None:
    month = verified(*notes)
    assert (month.visits, month.forms, month.points) == (visits, forms, points)


def test_who_did_not_answer_the_survey_gives_his_first_form_on_the_telephone() -> None:
    assert verified(*reached("CDE", answered=""), texts=()).points == 0 - 1 - 2 + 3
    silent = [note("call-attempt", reached="wrong_number"), note("approve-void", "li")]
    assert verified(*silent, texts=()).visits == 2


def test_a_call_counts_nowhere_after_the_close() -> None:
    late = [
        Note(at(6, 10, 9), each.by, each.verb, each.visit_id, each.says) for each in reached("EEE")
    ]
    assert verified(*late).points == 9


def test_a_complaint_that_the_customer_wants_registered_is_a_case() -> None:
    assert verified(*reached("AAA", complaint="yes")).complaints == 1
    assert verified(*reached("AAA", complaint="no", remark="rude")).complaints == 0


# --- what supervision says of cases ---------------------------------------------------------------


def says(verb: str, by: str, **told: str) -> Act:
    return Act(at(5, 9), by, verb, NUMBER, at(5, 8), told)


COMPLAINED = called((MENU["zh"], "2"), (NOTICE["zh"], ""), recorded=True)


@pytest.mark.parametrize(
    ("acts", "complaints"),
    [
        ([], 1),
        ([says("read-case", "a", kind="complaint")], 1),
        ([says("read-case", "a", kind="praise")], 1),
        ([says("read-case", "a", kind="praise"), says("read-case", "a", kind="praise")], 1),
        ([says("read-case", "a", kind="praise"), says("read-case", "b", kind="empty")], 1),
        ([says("read-case", "a", kind="praise"), says("read-case", "b", kind="praise")], 0),
        ([says("label-case", by, standing="duplicate") for by in "ab"], 0),
        ([says("label-case", "a", standing="duplicate")], 1),
        ([says("label-case", by, severity="grave") for by in "ab"], 1),
    ],
)
def test_two_members_are_needed_to_count_less(acts: list[Act], complaints: int) -> None:
    assert with_calls(COMPLAINED, acts=acts).complaints == complaints


def test_a_case_without_a_number_counts_once_two_have_given_it_a_unit() -> None:
    hidden = Called(at(5, 8), "anonymous", COMPLAINED.moments, recorded=True)
    acts = [
        Act(at(5, 9), by, "assign-case", "anonymous", at(5, 8), {"unit": "north"}) for by in "ab"
    ]
    assert with_calls(hidden).complaints == 0
    assert with_calls(hidden, acts=acts[:1]).complaints == 0
    assert with_calls(hidden, acts=acts).complaints == 1


def test_every_figure_that_differs_is_named() -> None:
    month, other = counted(["AAA"]), counted(["AAB"])
    told = list(differences({("north", MAY): month}, {("north", MAY): other}))
    assert [line.split(":")[0] for line in told] == [
        f"north {MAY} {name}" for name in ("points", "mean", "sum", "line all_best")
    ]
    assert list(differences({("north", MAY): month}, {("north", MAY): month})) == []
    assert list(differences({}, {("north", MAY): month})) == [f"north {MAY}: there is no document"]
