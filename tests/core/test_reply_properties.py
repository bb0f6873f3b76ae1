"""What holds of any reply at all: total, linear, idempotent, lenient about form, never a guess."""

import json
import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.grades import ITEMS, POINTS, letters
from chalicelib.core.replies import KINDS, STORED, Context, clean, read
from chalicelib.core.reply_words import LATIN_LETTERS, WORD_TRIPLES
from tests.core.test_replies import NEVER

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
CORE = str(Path(sys.modules[read.__module__].__file__ or "").parent / "repl")

same_each_run = settings(derandomize=True, deadline=None, database=None, max_examples=400)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
"""Any characters, lone surrogates too."""

PIECES = st.sampled_from(
    (
        *(
            "A",
            "b",
            "C",
            "d",
            "E",
            "AAB",
            "bad",
            "abc",
            "AB",
            "a",
            "Ｂ",
            "🅰",
            "Ⓒ",
            "1",
            "2",
            "3",
            "5",
        ),
        *("及时", "质量", "态度", "quality", "speed", "attitude", "满意", "非常满意", "不满意"),
        *(
            "very satisfied",
            "neutral",
            "我",
            "给",
            "级",
            "谢谢",
            "thanks",
            "please",
            "全",
            "都",
            "all",
        ),
        *(
            "除了",
            "except",
            "但",
            "和",
            "or",
            "不是",
            "not",
            "不",
            "no",
            "师傅",
            "很好",
            "电池",
            "good",
        ),
        *(" ", " ", " ", ",", "，", "、", "/", "-", "+", ":", "：", ";", "=", "。", "!", "?", "\n"),
        *(
            "(",
            ")",
            "“",
            "”",
            '"',
            "'",
            "[",
            "_",
            "👍",
            "😊",
            "❤️",
            "—",
            "投诉",
            "complain",
            "gas leak",
        ),
        *("退订", "T", "y", "1.", "d:", ":D", "а", "À", "\u200b", "\ud800"),
    )
)
COMPOSED = st.lists(PIECES, max_size=12).map("".join)
TEXTS = ANY_TEXT | COMPOSED
OURS = ("请按及时、质量、态度的顺序回复三个字母，例如B C A。不想再收到请回复“退订”。",)
CONTEXTS = st.builds(
    Context,
    pending=st.sets(st.sampled_from(ITEMS)).map(lambda some: tuple(i for i in ITEMS if i in some)),
    ours=st.sampled_from(((), OURS)),
    question=st.sampled_from(("", "confirm", "complaint", "ask")),
    offered=st.dictionaries(st.sampled_from(ITEMS), st.sampled_from("ABCDE")),
    answered=st.booleans(),
    surveyed=st.booleans(),
    open_case=st.booleans(),
)


@same_each_run
@given(TEXTS, CONTEXTS)
def test_any_text_in_any_context_has_a_reading(text: str, context: Context) -> None:
    reading = read(text, context)
    assert reading.kind in KINDS
    assert reading.rule
    assert reading.cleaned == clean(text, context.ours)
    assert reading.comment in text
    assert set(reading.grades.values()) <= set(POINTS)
    assert reading.danger in ("", "page", "mark")
    assert reading.answer in ("", "yes", "no", "drop")


@same_each_run
@given(TEXTS, CONTEXTS)
def test_no_grade_is_stored_for_an_item_not_pending(text: str, context: Context) -> None:
    reading = read(text, context)
    confirmed = context.offered if reading.answer == "yes" else {}
    allowed = ITEMS if context.answered else (*context.pending, *confirmed)
    if reading.kind in STORED:
        assert reading.grades
        assert set(reading.grades) <= set(allowed)
    if reading.kind == "ask":
        assert not reading.grades
    if reading.kind == "confirm":
        assert reading.grades


@same_each_run
@given(TEXTS)
def test_grades_without_a_comment_are_stored_only_from_grade_material(text: str) -> None:
    """What is stored without a comment is spelled with letters or grade words, nothing else."""
    reading = read(text)
    if reading.kind in STORED and not reading.comment:
        assert set(reading.cleaned) & set("abcde") or "满意" in reading.cleaned or "一般" in text


@same_each_run
@given(TEXTS, st.sampled_from(((), OURS)))
def test_cleaning_is_idempotent(text: str, ours: tuple[str, ...]) -> None:
    once = clean(text, ours)
    assert clean(once, ours) == once


def test_cleaning_is_idempotent_over_all_code_points() -> None:
    for start in range(0, sys.maxunicode + 1, 0x400):
        block = "\n".join(map(chr, range(start, start + 0x400)))
        once = clean(block)
        assert clean(once) == once, hex(start)


@same_each_run
@given(ANY_TEXT)
def test_cleaning_in_pieces_is_cleaning_the_whole(text: str) -> None:
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf" and clean(f"a{c}b") != "ab")
    caseless = unicodedata.normalize("NFKC", kept).casefold()
    whole = unicodedata.normalize("NFKC", caseless).translate(LATIN_LETTERS).strip()
    assert clean(text) == whole


def test_a_mark_joins_its_letter_across_what_is_dropped() -> None:
    assert clean("e\u200b\u0301") == clean("e\u0301") == "é"


# --- a reading survives its form -------------------------------------------------------------

TRIPLES = st.text("ABCDE", min_size=3, max_size=3)
SPELLED = st.sampled_from(
    (
        *("{0}{1}{2}", "{0} {1} {2}", "{0},{1},{2}", "{0}、{1}、{2}", "{0}/{1}/{2}", "{0}-{1}-{2}"),
        *(
            "{0}\n{1}\n{2}",
            "1{0} 2{1} 3{2}",
            "1.{0} 2.{1} 3.{2}",
            "({0})({1})({2})",
            "{0}级{1}级{2}级",
        ),
        *(
            "及时{0} 质量{1} 态度{2}",
            "timeliness={0} quality={1} attitude={2}",
            "我打{0} {1} {2}谢谢",
        ),
        *("{0}及时 {1}质量 {2}态度", "{0} {1} {2}, thank you", "{0}+{1}+{2}"),
    )
)
OUTER = st.sampled_from(
    (
        *(
            "{}",
            " {} ",
            "{}.",
            "{}。",
            "{}!",
            "{}！！",
            "({})",
            "（{}）",
            "“{}”",
            "【{}】",
            "{}~",
            "\n{}\n",
        ),
        *("，{}", "{},", "...{}", "*{}*", '"{}"', "\u200b{}\ufe0f"),
    )
)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@same_each_run
@given(TRIPLES, SPELLED, OUTER, st.sampled_from((str, str.lower, str.title, full_width)))
def test_grades_survive_outer_punctuation_case_and_width(
    triple: str, spelled: str, outer: str, form: Callable[[str], str]
) -> None:
    text = form(outer.format(spelled.format(*triple)))
    reading = read(text)
    if spelled == "{0}{1}{2}" and triple.lower() in WORD_TRIPLES:
        assert reading.kind == "ask"
    else:
        assert (reading.kind, letters(reading.grades), reading.comment) == ("grades", triple, "")


@same_each_run
@given(TRIPLES, st.sampled_from(("师傅很准时", "修得不错！", "谢谢师傅", "很好\n再来")))
def test_the_words_after_a_triple_come_back_as_they_were_sent(triple: str, words: str) -> None:
    for text in (f"{' '.join(triple)}，{words}", full_width(" ".join(triple)) + f"\n{words}  "):
        reading = read(text)
        assert (reading.kind, letters(reading.grades), reading.comment) == ("grades", triple, words)


# --- nothing is guessed ----------------------------------------------------------------------


@same_each_run
@given(
    st.sampled_from(NEVER),
    OUTER,
    st.sampled_from((str, str.upper, str.lower, full_width)),
    st.sets(st.sampled_from(ITEMS)).map(lambda some: tuple(i for i in ITEMS if i in some)),
)
def test_texts_that_are_no_grades_are_none_in_any_form(
    text: str, outer: str, form: Callable[[str], str], pending: tuple[str, ...]
) -> None:
    assert read(form(outer.format(text)), Context(pending=pending)).kind not in STORED


@pytest.mark.parametrize("pending", [ITEMS, ITEMS[1:], ITEMS[2:]], ids=len)
def test_hostile_strings_are_no_grades(pending: tuple[str, ...]) -> None:
    path = SHARED / "naughty_strings.json"
    if not path.exists():
        pytest.skip("the shared list of naughty strings is not here")
    strings = json.loads(path.read_text(encoding="utf-8"))
    context = Context(pending=pending)
    assert [text for text in strings if read(text, context).kind in STORED] == []


# --- work ------------------------------------------------------------------------------------

REPEATED = (
    *("a", "a ", "A,B,", "AAB ", "a b c ", "1A 2B 3A ", ":", ":a", "a:", "(", ")", "()", '"', "'"),
    *(
        '"a"',
        "[a",
        "- ",
        "A-",
        "?",
        "? ",
        "\n",
        " ",
        "😀",
        "👍",
        "<3",
        "满意",
        "满意 ",
        "质量",
        "质量A",
    ),
    *(
        "除了态度C",
        "不",
        "不满意",
        "not ",
        "not a ",
        "very ",
        "all ",
        "all a's ",
        "for all ",
        "nothing to ",
    ),
    *(
        "投诉",
        "不投诉",
        "怎么可以",
        "投诉电话",
        "how do i ",
        "no complaint ",
        "漏气",
        "gas leak ",
        "stop ",
    ),
    *(
        "退订",
        "请",
        "please ",
        "1",
        "123 ",
        "123456789 ",
        "y ",
        "是的，",
        "对",
        "师傅",
        "好",
        "good ",
        "а",
    ),
    *(
        "à",
        "e\u0301",
        "\u200b",
        "\ud800",
        "B C A",
        "例如B C A。不想再",
        "例如B C A。不想再收到请x",
        "'a",
    ),
)


Trace = Callable[[FrameType, str, Any], Any] | None


def steps(text: str, context: Context) -> int:
    """Operations of the interpreter inside the modules of the reader while it reads a text."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Trace:
        nonlocal count
        if event == "call" and not frame.f_code.co_filename.startswith(CORE):
            return None
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(text, context)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_work_is_linear_in_the_length_of_the_text(piece: str) -> None:
    context = Context(ours=OURS, question="confirm", offered={"quality": "A"}, open_case=True)
    short, long = piece * (240 // len(piece)), piece * (960 // len(piece))
    read(long, context)  # what is kept for later is kept by now
    assert len(short) < steps(short, context)
    assert steps(long, context) <= 4.4 * steps(short, context)
