"""The recount: its reader, its calendar and its sums, on facts small enough to check by hand."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools.recount import Message, Month, Uploaded, differences, recount
from tools.recount_reader import BLANK, Talk, graded, hear, offer
from tools.recount_rules import Rules

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
    return recount(visits, threads, [f"2026-{month:02}"], RULES)["north", f"2026-{month:02}"]


def change(before: Sequence[str], now: Sequence[str]) -> int:
    visits = [visit(n) for n in range(len(before))] + [visit(n, 6) for n in range(len(now))]
    said = [*[thread(5, text) for text in before], *[thread(6, text) for text in now]]
    threads = {v.number: row for v, row in zip(visits, said, strict=True)}
    return recount(visits, threads, [MAY, JUNE], RULES)["north", JUNE].lines["change"]


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
    month = recount([there, late], threads, [MAY], RULES)["north", MAY]
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


def test_every_figure_that_differs_is_named() -> None:
    month, other = counted(["AAA"]), counted(["AAB"])
    told = list(differences({("north", MAY): month}, {("north", MAY): other}))
    assert [line.split(":")[0] for line in told] == [
        f"north {MAY} {name}" for name in ("points", "mean", "sum", "line all_best")
    ]
    assert list(differences({("north", MAY): month}, {("north", MAY): month})) == []
    assert list(differences({}, {("north", MAY): month})) == [f"north {MAY}: there is no document"]
