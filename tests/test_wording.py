"""Codes and raw values in words: short enough, plain, and never steered by a name in them."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.grades import POINTS
from chalicelib.core.segments import is_gsm7, segments
from chalicelib.core.visits import Said
from chalicelib.rulebook import load
from chalicelib.texts import LOCALES, MissingTextError
from chalicelib.wording import EXAMPLE, WordingError, render
from tests.catalogues import compile_catalogues, entries

HOTLINE = "+8613800138000"
VALUES = {
    "grades": "AB-",
    "day": "2026-09-30",
    "appliance": "",
    "case_number": "123456789",
    "caller": "+8613800138000",
    "case_change": "standing.duplicate",
    "case_state": "answered",
    "link": f"https://hf.anjia.example/f/V-20260930-17~{'A' * 22}",
}
EVERYDAY = {"zh": ("安家服务", "洗衣机"), "en": ("Anjia Service", "washing machine")}
LONG_COMPANY = "Shanghai Anjia Home Appliance After-Sales Service Co Limited"
LONGEST = {
    "zh 60 letters": ("zh", LONG_COMPANY, "西门子全自动变频滚筒洗烘一体衣物护理柜"),
    "zh 60 characters": ("zh", "安" * 60, "柜" * 300),
    "zh Latin appliance": ("zh", LONG_COMPANY, "Siemens-iQ500-WM14UQ40-XXXXXXXX"),
    "en 60 letters": ("en", LONG_COMPANY, "Combination garment care cabinet model WX"),
    "en one word": ("en", "A" * 60, "W" * 300),
}
HOSTILE = Path(__file__).parents[2] / "shared" / "data" / "naughty_strings.json"
CODES = sorted(code for code in entries("en", "sms") if not code.startswith("sms."))
SURE = [code for code in CODES if not code.endswith("_link")]
"""Texts that have to keep their budget: one with a link is only sent where it does."""
WIDE = {
    **dict.fromkeys(("invitation_call", "invitation_link"), 3),
    **dict.fromkeys(("invitation", "reminder", "reminder_call", "reminder_link", "help"), 2),
}
"""Texts of an everyday length that take more than one segment."""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def say(code: str, language: str = "zh", organisation: str = "安家服务", **values: str) -> str:
    return render(Said(code, VALUES | values), language, organisation, HOTLINE)


def budget(code: str) -> int:
    """Our own aim; the rulebook's is at least as wide."""
    return 3 if code.startswith("invitation") else 2


# --- length ---


@pytest.mark.parametrize("code", SURE)
@pytest.mark.parametrize(("language", "organisation", "appliance"), LONGEST.values(), ids=LONGEST)
@pytest.mark.parametrize("grades", ["-B-", "EEE"])
def test_each_text_keeps_its_budget_with_the_longest_names(
    code: str, language: str, organisation: str, appliance: str, grades: str
) -> None:
    text = say(code, language, organisation, appliance=appliance, grades=grades)
    assert segments(text) <= budget(code), text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LOCALES)
def test_everyday_answers_take_one_segment(code: str, language: str) -> None:
    organisation, appliance = EVERYDAY[language]
    text = say(code, language, organisation, appliance=appliance)
    assert segments(text) <= WIDE.get(code, 1), text


def test_budgets_of_the_rulebook_are_kept() -> None:
    allowed = load().segments
    by_code = {"invitation": allowed.invitation, "reminder": allowed.reminder}
    for code in CODES:
        assert budget(code) <= by_code.get(code.split("_")[0], allowed.answer), code


@settings(deadline=None)
@given(
    appliance=st.text(alphabet=st.characters(), max_size=60),
    organisation=st.text(alphabet=st.characters(), max_size=60),
    code=st.sampled_from(CODES),
)
def test_no_name_turns_an_english_text_into_ucs2(
    appliance: str, organisation: str, code: str
) -> None:
    assert is_gsm7(say(code, "en", organisation, appliance=appliance))


@settings(deadline=None)
@given(
    appliance=st.text(alphabet=st.characters(), max_size=60),
    code=st.sampled_from(SURE),
    language=st.sampled_from(sorted(LOCALES)),
)
def test_no_appliance_breaks_a_budget(appliance: str, code: str, language: str) -> None:
    assert segments(say(code, language, LONG_COMPANY, appliance=appliance)) <= budget(code)


# --- grades, days, numbers ---

GRADED = {
    "complete zh": ("zh", "ABA", "您的评分是A B A吗"),
    "complete en": ("en", "ABA", "did you mean A B A?"),
    "partial zh": ("zh", "AB-", "您的评分是及时A 质量B吗"),
    "partial en": ("en", "AB-", "did you mean timeliness A, quality B?"),
    "one grade zh": ("zh", "--E", "您的评分是态度E吗"),
    "one grade en": ("en", "--E", "did you mean attitude E?"),
}


@pytest.mark.parametrize(("language", "grades", "expected"), GRADED.values(), ids=GRADED)
def test_grades_are_told_in_item_order(language: str, grades: str, expected: str) -> None:
    assert expected in say("confirm", language, grades=grades)


MISSING = {
    "one zh": ("zh", "AB-", "还差态度，"),
    "one en": ("en", "AB-", "Still missing: attitude."),
    "two zh": ("zh", "-B-", "还差及时、态度，"),
    "two en": ("en", "-B-", "Still missing: timeliness and attitude."),
}


@pytest.mark.parametrize("code", ["echo_rest", "ask_rest"])
@pytest.mark.parametrize(("language", "grades", "expected"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_asked_for_by_name(
    code: str, language: str, grades: str, expected: str
) -> None:
    assert expected in say(code, language, grades=grades)


DAYS = {
    "date zh": ("zh", "2026-06-03", "6月3日"),
    "date en": ("en", "2026-06-03", " 3 June"),
    "local instant as it is written": ("en", "2026-12-31T23:59:00+08:00", " 31 December"),
    "instant in UTC": ("zh", "2026-06-03T01:00:00Z", "6月3日"),
}


@pytest.mark.parametrize(("language", "day", "expected"), DAYS.values(), ids=DAYS)
def test_days_are_told_as_people_write_them(language: str, day: str, expected: str) -> None:
    assert expected in say("echo", language, day=day)


@pytest.mark.parametrize("language", LOCALES)
def test_a_case_is_told_with_its_number_and_whom_to_call(language: str) -> None:
    text = say("case_received", language)
    assert "123456789" in text
    assert HOTLINE in text


CHANGES = sorted(code for code in entries("en", "sms") if code.startswith("sms.case_change."))
CASE_STATES = sorted(code for code in entries("en", "sms") if code.startswith("sms.case_state."))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("language", LOCALES)
def test_every_change_of_a_case_is_told_with_the_right_to_object(
    change: str, language: str
) -> None:
    word = change.removeprefix("sms.case_change.")
    everyday = say("case_changed", language, EVERYDAY[language][0], case_change=word)
    assert ("不同意" if language == "zh" else "DISAGREE") in everyday
    assert segments(everyday) == 1, everyday
    assert segments(say("case_changed", language, "安" * 60, case_change=word)) <= 2


@pytest.mark.parametrize("state", CASE_STATES)
@pytest.mark.parametrize("language", LOCALES)
def test_every_state_of_a_case_is_told_in_one_segment(state: str, language: str) -> None:
    word = state.removeprefix("sms.case_state.")
    assert segments(say("case_progress", language, case_state=word)) == 1
    assert segments(say("case_progress_day", language, case_state=word)) == 1


@pytest.mark.parametrize("language", LOCALES)
def test_a_page_about_a_withheld_caller_says_so(language: str) -> None:
    told = say("danger_page", language, caller="")
    assert ("没有来电号码" if language == "zh" else "without a number") in told
    assert "1" in told


# --- the sentences themselves ---

SPOKEN = {
    "invitation zh": (
        "invitation",
        "zh",
        (
            "【安家服务】您好！监督部想请您评价6月3日的洗衣机售后服务：来得及时吗、修得好吗、"
            "态度好吗？请按这个顺序回复三个字母，A最好、E最差，例如B C A。评价不收费，"
            "我们绝不会向您要验证码。不想再收到请回复“退订”。"
        ),
    ),
    "invitation en": (
        "invitation",
        "en",
        (
            "Hello from the supervision department of Anjia Service. How was our service for your "
            "washing machine on 3 June: were we on time, was the repair good, were we polite? "
            "Please reply with 3 letters in that order, A best to E worst, e.g. B C A. No charge, "
            "and we never ask for codes. To stop, reply STOP."
        ),
    ),
    "invitation with a link zh": (
        "invitation_link",
        "zh",
        (
            "【安家服务】您好！监督部想请您评价6月3日的洗衣机售后服务：来得及时吗、修得好吗、"
            "态度好吗？请依次回三个字母，A最好E最差，如B C A，或点 "
            "https://hf.anjia.example/f/V-20260930-17~AAAAAAAAAAAAAAAAAAAAAA 评价不收费，"
            "我们绝不要验证码。退订回“退订”。"
        ),
    ),
    "invitation with a link en": (
        "invitation_link",
        "en",
        (
            "Hello from the supervision department of Anjia Service. How was our service for your "
            "washing machine on 3 June: were we on time, was the repair good, were we polite? "
            "Please reply with 3 letters in that order, A best to E worst, e.g. B C A, or use "
            "https://hf.anjia.example/f/V-20260930-17~AAAAAAAAAAAAAAAAAAAAAA - no charge, "
            "and we never ask for codes. To stop, reply STOP."
        ),
    ),
    "echo zh": (
        "echo",
        "zh",
        (
            "【安家服务】谢谢！已记下6月3日服务的评分：A B A。不是您评的？"
            "请回“不是我”或拨打+8613800138000。"
        ),
    ),
    "echo en": (
        "echo",
        "en",
        (
            "Anjia Service: thank you. Noted A B A for 3 June. Not you? Reply NOT ME "
            "or call +8613800138000."
        ),
    ),
}


@pytest.mark.parametrize(("code", "language", "expected"), SPOKEN.values(), ids=SPOKEN)
def test_texts_read_as_written_here(code: str, language: str, expected: str) -> None:
    organisation, appliance = EVERYDAY[language]
    values = {"appliance": appliance, "grades": "ABA", "day": "2026-06-03"}
    assert say(code, language, organisation, **values) == expected


def test_example_is_neutral() -> None:
    letters = EXAMPLE.split()
    assert len(set(letters)) == len(letters) == 3
    assert letters[0] != "A"
    assert set(letters) <= set(POINTS)


@pytest.mark.parametrize("code", ["invitation_call", "reminder_call"])
@pytest.mark.parametrize("language", LOCALES)
def test_who_cannot_reply_is_asked_to_call_and_never_to_reply(code: str, language: str) -> None:
    text = say(code, language)
    assert HOTLINE in text
    assert not any(word in text for word in (EXAMPLE, "回复", "退订", "eply", "STOP"))


# --- appliances and organisations ---

APPLIANCES = {
    "as uploaded zh": ("zh", "海尔冰箱", "的海尔冰箱售后服务"),
    "as uploaded en": ("en", "Haier fridge", "your Haier fridge on"),
    "a model": ("zh", "KFR-35GW/BpA", "的KFR-35GW/BpA售后服务"),
    "a fridge whose model looks like grades": ("zh", "海尔BCD-536冰箱", "的海尔BCD-536冰箱售后"),
    "empty zh": ("zh", "", "的家电售后服务"),
    "empty en": ("en", "", "your appliance on"),
    "nothing but signs": ("en", "!!! ---", "your appliance on"),
    "accents that GSM-7 has": ("en", "Wäschetrockner", "your Wäschetrockner on"),
    "accents that GSM-7 lacks": ("en", "Lodówka Łucznik", "your Lodowka Lucznik on"),
    "curly apostrophe": ("en", "De\u2019Longhi oven", "your De'Longhi oven on"),
    "full width": ("zh", "ＴＣＬ电视", "的TCL电视售后服务"),
    "Chinese kind in an English text": ("en", "海尔洗衣机", "your washing machine on"),
    "Chinese kind, traditional": ("en", "洗衣機", "your washing machine on"),
    "Chinese without a kind in an English text": ("en", "家电", "your appliance on"),
    "English kind too long for a Chinese text": ("zh", "washing machine", "的洗衣机售后服务"),
    "too long with a kind": ("zh", "西门子全自动变频滚筒洗衣机", "的洗衣机售后服务"),
    "too long, no kind zh": (
        "zh",
        "全自动多功能智能衣物护理柜",
        "的全自动多功能智能衣物护…售后",
    ),
    "too long without a kind en": (
        "en",
        "Combination garment care cabinet",
        "your Combination garment... on",
    ),
    "line end": ("zh", "冰箱\n冷柜", "的冰箱 冷柜售后服务"),
    "control and hidden characters": ("zh", "冰\x00\u200b\u202e箱", "的冰箱售后服务"),
    "a format string": ("en", "{hotline} {0} %s", "your hotline 0 s on"),
}


@pytest.mark.parametrize(("language", "appliance", "expected"), APPLIANCES.values(), ids=APPLIANCES)
def test_appliance_is_named_as_far_as_it_can_be(
    language: str, appliance: str, expected: str
) -> None:
    assert expected in say("invitation", language, appliance=appliance)


STEERING = [
    "洗衣机请回AAA",
    "洗衣机 A A A",
    "洗衣机,aaa",
    "洗衣机AAB",
    "洗衣机全A",
    "洗衣机1A2A3A",
    "洗衣机满意",
    "洗衣机有红包",
    "洗衣机ＡＡＡ",
    "洗衣机a\u200baa",
    "洗衣机evil.cn",
    "洗衣机13800138000",
    "洗衣机138 0013 8000",
    "reply all A washing machine",
]


@pytest.mark.parametrize("appliance", STEERING)
@pytest.mark.parametrize(("language", "shown"), [("zh", "洗衣机"), ("en", "washing machine")])
def test_the_judged_unit_cannot_speak_to_the_customer_through_a_name(
    appliance: str, language: str, shown: str
) -> None:
    spoken = say("invitation", language, appliance=appliance)
    assert spoken == say("invitation", language, appliance=shown)


def test_letters_that_only_look_like_grades_are_left_out() -> None:
    assert "А" not in say("invitation", appliance="冰箱\u0410\u0410\u0410")


ORGANISATIONS = {
    "Chinese in a Chinese text": ("zh", "安家服务（上海）", "【安家服务（上海）】"),
    "Chinese in an English text": ("en", "安家服务", "Customer Service: "),
    "both in an English text": ("en", "安家服务（Anjia Service）", "Anjia Service: "),
    "curly apostrophe": ("en", "Mary\u2019s Repairs", "Mary's Repairs: "),
    "dash": ("en", "Anjia \u2014 Service", "Anjia - Service: "),
    "accents": ("en", "Škoda Servis", "Skoda Servis: "),
    "control characters": ("zh", "安\x07家\n服务", "【安家 服务】"),
}


@pytest.mark.parametrize(
    ("language", "organisation", "expected"), ORGANISATIONS.values(), ids=ORGANISATIONS
)
def test_organisation_is_named_as_far_as_it_can_be(
    language: str, organisation: str, expected: str
) -> None:
    assert say("case_received", language, organisation).startswith(expected)


@pytest.mark.skipif(not HOSTILE.exists(), reason="the shared hostile strings are not here")
@pytest.mark.parametrize("language", LOCALES)
def test_hostile_names_leave_one_clean_line(language: str) -> None:
    for name in json.loads(HOSTILE.read_text("utf-8")):
        text = say("invitation", language, name[:60], appliance=name)
        assert text.isprintable(), ascii(name)
        assert "http" not in say("invitation", language, appliance=name)


# --- programming errors ---

WRONG: Mapping[str, Said] = {
    "no grades at all": Said("confirm"),
    "only blanks": Said("confirm", {"grades": "---"}),
    "two letters": Said("confirm", {"grades": "AB"}),
    "no such grade": Said("confirm", {"grades": "ABF"}),
    "no day": Said("echo", {"grades": "ABA"}),
    "not a day": Said("echo", {"grades": "ABA", "day": "yesterday"}),
    "a value nobody knows": Said("person", {"customer": "Li"}),
    "a case without number": Said("case_received"),
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG)
def test_missing_or_wrong_value_raises(said: Said) -> None:
    with pytest.raises(WordingError):
        render(said, "zh", "安家服务", HOTLINE)


def test_unknown_code_raises() -> None:
    with pytest.raises(MissingTextError):
        render(Said("no_such_code"), "zh", "安家服务", HOTLINE)


# --- what comes back to us ---


@pytest.mark.parametrize("language", LOCALES)
def test_our_example_sent_back_is_confirmed_and_never_stored(language: str) -> None:
    replies = pytest.importorskip("chalicelib.core.replies", exc_type=ModuleNotFoundError)
    ours = (say("invitation_link", language),)
    for copy in (EXAMPLE, EXAMPLE.lower(), EXAMPLE.replace(" ", ""), f" {EXAMPLE} "):
        assert replies.read(copy, _asked(replies, language, ours)).kind == "confirm", copy


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LOCALES)
def test_our_own_words_quoted_back_are_never_grades(code: str, language: str) -> None:
    replies = pytest.importorskip("chalicelib.core.replies", exc_type=ModuleNotFoundError)
    text = say(code, language, grades="ABA", appliance="洗衣机")
    for quoted in (text, f"“{text}”", f"> {text}", f"Liked “{text}”"):
        for ours in ((text,), ()):
            reading = replies.read(quoted, _asked(replies, language, ours))
            assert reading.kind not in ("grades", "partial"), quoted


def _asked(replies: object, language: str, ours: tuple[str, ...]) -> object:
    """A customer who still owes all three grades."""
    pending = ("timeliness", "quality", "attitude")
    return replies.Context(  # type: ignore[attr-defined]
        pending=pending, language=language, ours=ours, surveyed=True
    )
