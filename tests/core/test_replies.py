"""Every row and example of READING: what a reply says, by the table it stands in."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.core.grades import ITEMS, letters
from chalicelib.core.replies import KINDS, STORED, Context, Reading, read

EXAMPLE_ZH = "请按顺序回复三个字母，例如 B C A 。"
LEGEND = "A very satisfied, B satisfied, C neutral, D dissatisfied, E very dissatisfied"


def said(reading: Reading) -> tuple[str, str]:
    return reading.kind, letters(reading.grades) if reading.grades else ""


def rows(*table: tuple[Any, ...]) -> pytest.MarkDecorator:
    """One test a row; the text is its name."""
    names = ("text", "expected", "comment")[: len(table[0])]
    return pytest.mark.parametrize(names, [pytest.param(*row, id=row[0]) for row in table])


# --- Grades ----------------------------------------------------------------------------------


@rows(
    *(
        (text, "ABA")
        for text in (
            *("ABA", "aba", "A B A", "A,B,A", "A、B、A", "A/B/A", "A-B-A", "A。B。A", "A+B+A"),
            *("(A)(B)(A)", "A级 B级 A级", "Ａ，Ｂ，Ａ", "A\nB\nA", "a\r\nb\r\na", "A\\B\\A"),
            *("A.B.A", "A;B;A;", "A:B:A", "A·B·A", "A|B|A", "A~B~A", "A*B*A", "A_B_A", "A=B=A"),
            *(
                "A!B!A!",
                "A，B，A。",
                "【A】【B】【A】",
                "“A”、“B”、“A”",
                '"A" "B" "A"',
                "A – B – A",
            ),
            *(
                "- A\n- B\n- A",
                "Ａ ｂ Ａ",
                "A\u3000B\u3000A",
                "A级B级A级",
                "A級、B級、A級",
                "‘A’‘B’‘A’",
            ),
            *("🅰🅱🅰", "🅰️ 🅱️ 🅰️", "ⒶⒷⒶ", "𝐀 𝐁 𝐀", "ᴀʙᴀ", "A\u200bB\u200bA", "🄰🄱🄰", "🅐🅑🅐"),
        )
    )
)
def test_letters_in_the_order_of_the_items_are_grades(text: str, expected: str) -> None:
    assert said(read(text)) == ("grades", expected)


@rows(
    *(
        (text, "ABA")
        for text in (
            *("1A 2B 3A", "1.A 2.B 3.A", "1:A,2:B,3:A", "①A②B③A", "A1 B2 A3", "1️⃣A 2️⃣B 3️⃣A"),
            *(
                "1)A 2)B 3)A",
                "1、A\n2、B\n3、A",
                "(1) A (2) B (3) A",
                "❶A❷B❸A",
                "一、A 二、B 三、A",
            ),
            *("1-A 2-B 3-A", "1=A 2=B 3=A", "1A2B3A", "A1B2A3", "1.及时A 2.质量B 3.态度A"),
        )
    ),
    ("1满意 2满意 3一般", "BBC"),
)
def test_numbered_letters_are_grades(text: str, expected: str) -> None:
    assert said(read(text)) == ("grades", expected)


@pytest.mark.parametrize("text", ["2B 1A 3A", "1A 3B 2A", "1A 2 3A", "1A 2B", "2A1B", "1A 2B 4C"])
def test_numbers_out_of_order_or_without_a_letter_are_asked_about(text: str) -> None:
    assert read(text).kind == "ask"


@rows(
    ("质量B 及时A 态度A", "ABA"),
    ("attitude C, timeliness A, quality b", "ABC"),
    ("quality=b attitude=a timeliness=c", "CBA"),
    ("A及时 B质量 C态度", "ABC"),
    ("A及时B质量C态度", "ABC"),
    ("A timeliness, B quality, C attitude", "ABC"),
    ("及时性：A，维修质量：B，服务态度：A", "ABA"),
    ("準時A 品質B 服務態度C", "ABC"),
    ("時效 A，維修 B，態度 A", "ABA"),
    ("Speed: A\nRepair: B\nManner: C", "ABC"),
    ("Punctuality - A, quality - B, attitude - A", "ABA"),
    ("速度给A，修得给B，态度给A，谢谢", "ABA"),
    ("质量满意，及时非常满意，态度一般", "ABC"),
    ("及时、质量、态度：A、B、A", "ABA"),
    ("quality a speed b attitude a", "BAA"),
)
def test_names_decide_whatever_the_order(text: str, expected: str) -> None:
    assert said(read(text)) == ("grades", expected)


@rows(
    ("质量B", "-B-"),
    ("质量不满意", "-D-"),
    ("态度：非常满意", "--A"),
    ("服務態度：很滿意", "--A"),
    ("attitude a", "--A"),
    ("质量-B", "-B-"),
    ("质量B，态度A", "-BA"),
    ("quality b, attitude a", "-BA"),
    ("B质量 A态度", "-BA"),
    ("timeliness: very dissatisfied", "E--"),
)
def test_only_some_names_are_a_partial_answer(text: str, expected: str) -> None:
    assert said(read(text)) == ("partial", expected)


@rows(
    ("质量B，师傅很好", "-B-", "师傅很好"),
    ("态度不满意，收费高", "--D", "收费高"),
    ("质量B——换的是旧件", "-B-", "换的是旧件"),
    ("quality B, nice guy", "-B-", "nice guy"),
    ("质量B，态度很好", "-B-", "态度很好"),
    ("态度E！进门就骂人", "--E", "进门就骂人"),
)
def test_a_named_grade_punctuation_and_words_are_partial(
    text: str, expected: str, comment: str
) -> None:
    reading = read(text)
    assert (*said(reading), reading.comment) == ("partial", expected, comment)


@pytest.mark.parametrize(
    "text",
    [
        "质量A 质量B",
        "质量A 质量A",
        "满意 质量",
        "满意质量",
        "B 质量 A",
        "服务A 服务B",
        "质量AB",
        "d repair.",
        "质量。B",
        "Repair, b, c",
    ],
)
def test_names_in_doubt_are_not_stored(text: str) -> None:
    assert read(text).kind not in STORED


@rows(
    *(
        (text, "AAA")
        for text in (
            *(
                "AAA",
                "全A",
                "全部A",
                "都A",
                "都是A",
                "全给A",
                "三个A",
                "all A",
                "all A's",
                "A for all",
            ),
            *("all a", "All As", "都給A", "全都是A", "3个A", "三项都是A"),
        )
    ),
    ("全B", "BBB"),
    ("all c's", "CCC"),
)
def test_all_alike_is_read_for_every_item(text: str, expected: str) -> None:
    assert said(read(text)) == ("grades", expected)


@rows(
    ("满意 满意 一般", "BBC"),
    ("very satisfied, satisfied, neutral", "ABC"),
    ("非常滿意、滿意、不滿意", "ABD"),
    ("很满意\n一般\n很不满意", "ACE"),
    ("Satisfied. Average. Unsatisfied.", "BCD"),
    ("satisfied satisfied very dissatisfied", "BBE"),
    ("满意, neutral, dissatisfied", "BCD"),
)
def test_a_word_for_each_item_is_grades(text: str, expected: str) -> None:
    assert said(read(text)) == ("grades", expected)


@rows(
    ("AAB 师傅很准时", "AAB", "师傅很准时"),
    ("AAB师傅很准时", "AAB", "师傅很准时"),
    ("A B A, thank you", "ABA", ""),
    ("我打AAB谢谢", "AAB", ""),
    ("A B A thanks", "ABA", ""),
    ("A B A thank you", "ABA", ""),
    ("aab please", "AAB", ""),
    ("评分：ABA", "ABA", ""),
    ("AAB. Great job", "AAB", "Great job"),
    ("A B B very good", "ABB", "very good"),
    ("AAB\nGreat job", "AAB", "Great job"),
    ("AAB，谢谢师傅！", "AAB", "谢谢师傅！"),
    ("AAB（师傅姓王）", "AAB", "（师傅姓王）"),
    ("ABA👍", "ABA", "👍"),
    ("A B A :)", "ABA", ":)"),
    ("AAB; he was kind", "AAB", "he was kind"),
    ("全A，师傅冒雨来的", "AAA", "师傅冒雨来的"),
    ("1A 2B 3A 小李很好", "ABA", "小李很好"),
    ("ＡＡＢ　師傅　Ｗａｎｇ", "AAB", "師傅　Ｗａｎｇ"),
    ("AAB 质量很好", "AAB", "质量很好"),
    ("AAA师傅很好", "AAA", "师傅很好"),
    ("AAA谢谢", "AAA", ""),
)
def test_a_safe_triple_first_keeps_the_words_after_it(
    text: str, expected: str, comment: str
) -> None:
    reading = read(text)
    assert (*said(reading), reading.comment) == ("grades", expected, comment)


# --- fewer pending, corrections --------------------------------------------------------------


@pytest.mark.parametrize(
    ("pending", "text", "expected"),
    [
        (("attitude",), "B", ("grades", "--B")),
        (("attitude",), "(b)", ("grades", "--B")),
        (("attitude",), "不满意", ("grades", "--D")),
        (("attitude",), "我给C，谢谢", ("grades", "--C")),
        (("attitude",), "态度A", ("grades", "--A")),
        (("attitude",), "A thanks", ("grades", "--A")),
        (("quality", "attitude"), "A B", ("grades", "-AB")),
        (("quality", "attitude"), "满意 一般", ("grades", "-BC")),
        (("timeliness", "attitude"), "A,C", ("grades", "A-C")),
        (("quality", "attitude"), "态度B 质量A", ("grades", "-AB")),
        (("quality", "attitude"), "质量A", ("partial", "-A-")),
        (("quality", "attitude"), "质量A，换了新件", ("partial", "-A-")),
        (("quality", "attitude"), "AB", ("ask", "")),
        (("quality", "attitude"), "ABA", ("ask", "")),
        (("quality", "attitude"), "A B A", ("ask", "")),
        (("quality", "attitude"), "A", ("ask", "")),
        (("quality", "attitude"), "及时A", ("ask", "")),
        (("quality", "attitude"), "A+ B", ("ask", "")),
        (("quality", "attitude"), "A/C", ("ask", "")),
        (("quality", "attitude"), "全A", ("confirm", "-AA")),
        (("quality", "attitude"), "满意", ("confirm", "-BB")),
        (("attitude",), "AB", ("ask", "")),
        (("attitude",), "AAA", ("ask", "")),
        (("attitude",), "3A", ("ask", "")),
        (("attitude",), "B there in 5", ("comment", "")),
        (("attitude",), "Plan B please", ("comment", "")),
        (("attitude",), "c u later", ("comment", "")),
        (("attitude",), ":D", ("comment", "")),
        (("attitude",), "attitude :D", ("comment", "")),
        (("attitude",), "D:", ("comment", "")),
        (("attitude",), "B)", ("comment", "")),
        (("attitude",), "c[_]", ("comment", "")),
        (("attitude",), "℃", ("comment", "")),
        (("attitude",), "+A", ("ask", "")),
        (("attitude",), "-D", ("ask", "")),
        (("attitude",), "A-", ("ask", "")),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else value,
)
def test_with_fewer_pending_only_the_whole_text_counts(
    pending: tuple[str, ...], text: str, expected: tuple[str, str]
) -> None:
    assert said(read(text, Context(pending=pending))) == expected


@rows(
    ("ABB", ("grades", "ABB")),
    ("a,b,c", ("grades", "ABC")),
    ("质量C", ("grades", "-C-")),
    ("quality c, sorry", ("grades", "-C-")),
    ("BBB 上次按错了", ("grades", "BBB")),
    ("改成 AAC", ("confirm", "AAC")),
    ("A", ("ask", "")),
    ("谢谢", ("comment", "")),
    ("满意", ("comment", "")),
    ("5", ("comment", "")),
    ("bad", ("comment", "")),
)
def test_after_a_full_answer_a_triple_or_a_name_corrects(
    text: str, expected: tuple[str, str]
) -> None:
    assert said(read(text, Context(pending=(), answered=True))) == expected


@pytest.mark.parametrize("text", ["ABA", "质量B", "满意", "bad", "5", "师傅很好 AAB", "AVA"])
@pytest.mark.parametrize("context", [Context(pending=()), Context(surveyed=False)], ids=str)
def test_words_without_an_open_survey_are_comments(text: str, context: Context) -> None:
    reading = read(text, context)
    assert (reading.kind, reading.comment, dict(reading.grades)) == ("comment", text, {})


# --- Confirm or ask --------------------------------------------------------------------------

WORD_TRIPLES = "bad ace add cab cad dab dad dec bed bee deb dee ebb ada abe bea bbc cbd ccb adb abc"


@pytest.mark.parametrize("word", WORD_TRIPLES.split())
def test_word_triples_are_asked_about_alone_and_comments_with_words(word: str) -> None:
    alone = (word, word.upper(), f"{word.title()}!", f"“{word}”", f"{word}，谢谢")
    assert {read(text).kind for text in alone} == {"ask"}
    assert {read(text).kind for text in (f"{word} service", f"so {word}")} == {"comment"}
    assert said(read(" ".join(word))) == ("grades", word.upper())


@rows(
    ("AAA batteries were missing", "AAA"),
    ("师傅很准时 AAB", "AAB"),
    ("师傅很准时，A B A", "ABA"),
    ("Cbe is really good", "CBE"),
    ("ABA?", "ABA"),
    ("A B A？", "ABA"),
    ("AAB谢谢？", "AAB"),
    ("AAB吗", "AAB"),
    ("AAA电池没带来", "AAA"),
    ("AAA 电池没带来", "AAA"),
    ("ABC师傅", ""),
    ("AAA级景区", "AAA"),
    ("A级B级A级服务", "ABA"),
    ("全A师傅很好", "AAA"),
    ("A、B、C两种型号", "ABC"),
    ("A、B、C都坏了", "ABC"),
    ("a, b, c were broken", "ABC"),
    ("A. B. C. Smith called", "ABC"),
    ("CDC: wash your hands", "CDC"),
    ("满意", "BBB"),
    ("都满意", "BBB"),
    ("非常满意", "AAA"),
    ("很滿意，謝謝", "AAA"),
    ("all satisfied", "BBB"),
    ("全A，除了态度C", "AAC"),
    ("all A except quality C", "ACA"),
    ("除了态度C其他都是A", "AAC"),
    ("AAA，但态度C", "AAC"),
    ("质量B 师傅很好", "-B-"),
)
def test_one_reading_in_doubt_is_offered(text: str, expected: str) -> None:
    assert said(read(text)) == (("confirm", expected) if expected else ("comment", ""))


@pytest.mark.parametrize(
    "text",
    [
        *("非常满意满意一般", "满意 满意 满意 满意", "满意 一般", "A满意"),
        *("5", "545", "5 4 5", "10/10", "五星", "👍👍👍", "+2 +1 +2", "3A", "2A1B", "⭐⭐⭐⭐⭐"),
        *("A", "AB", "AA", "AAAA", "ABCD", "A+ A A", "A or B", "A到B", "A B C D", "A&B", "AAB AAB"),
        *(
            "A+ B+ A",
            "A+,B+,A",
            "A B A-",
            "AAB+",
            "A+B-A",
            "A -B A",
            "AAB或AAC",
            "A B and C",
            "A_B A",
        ),
        *("АВА", "ΑΒΑ", "ÀBA", "A В A", "АВА师傅很好", "A\u0332B\u0332A\u0332", "ꓮꓐꓮ"),
        *("A B a good job", "timeliness A quality B attitude A great job", "A B A nice man"),
        *(
            "AAB不对",
            "AAB 5星",
            "AAB，满意",
            "AAB, no",
            "AAB wrong",
            "AAB和C",
            "AAB，质量C",
            "AAB。AAC",
        ),
        *(
            "AAB, C",
            "all! A",
            "A、B、C三种型号都坏了",
            "AAB, a nice man",
            "AAB 👍 C",
            "AAA，都是B",
            "全A，除了态度差",
            "ABA:D",
            "A B D:",
            "A B A attitude :D",
        ),
        *("谢谢", "质量", "a repair please", "A, B, C D", "c d e f g a b"),
    ],
)
def test_material_without_a_clear_reading_is_asked_about(text: str) -> None:
    reading = read(text)
    assert (reading.kind, dict(reading.grades)) == ("ask", {})


NEVER = (
    *("I had a bad experience", "not a good job", "all a bit late", "it was all a mess"),
    *(
        "quality a bit poor",
        "质量A货",
        "不是都是A",
        "A bad technician",
        "a, b, c and d were broken",
    ),
    *(
        "ABCD型号坏了",
        "AAB不对",
        "Thanks:DDD",
        "1E2",
        "℃",
        "c u later",
        "Plan B please",
        "不太满意",
    ),
    *("没有不满意", "挺满意的", "很满意！服务态度很好！", "Stop sending me broken parts"),
    *("cancel my order", "我要退订你们的合同吗"),
    *("not very satisfied", "isn't satisfied", "never satisfied", "满意度", "一般般", "不满意度"),
    *("A great day", "B there in 5", "C u", "AAA-rated", "abc.com", "aab@mail.com", "AAA's"),
    *("不是AAB", "not AAB", "我说的不是 A B A", "it is not a AAB", "non-AAA", "www.bbb"),
    *(":D", ";D", "=D", ":-D", "D: D: D:", ":DDD", "8-D", "T_T", "A :D", "谢谢:D", "<3"),
    *("E. coli", "A. B. Cooper", "C罗", "B站", "A股大涨", "AABB", "e4 e5", "aa:bb:cc:dd:ee:ff"),
    *(
        "c_B(e) = 1",
        "add(a, b)",
        "['AAA', 'x']",
        "satisfied with quality",
        "质量满意度",
        "上门及时",
    ),
)


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize(
    "context",
    [
        Context(),
        Context(pending=("quality", "attitude")),
        Context(pending=("attitude",)),
        Context(pending=(), answered=True),
    ],
    ids=["three", "two", "one", "answered"],
)
def test_these_texts_are_never_stored_as_grades(text: str, context: Context) -> None:
    assert read(text, context).kind not in STORED


@pytest.mark.parametrize(
    "text", ["不是AAB", "not AAB", "我给的不是 A B A", "不是我要的 AAB", "it was no AAB", "别打AAA"]
)
def test_a_negated_triple_is_not_even_offered(text: str) -> None:
    assert said(read(text)) == ("comment", "")


def test_our_example_copied_back_is_offered() -> None:
    context = Context(ours=(EXAMPLE_ZH,))
    assert said(read("BCA", context)) == ("confirm", "BCA")
    assert said(read("b  c  a", context)) == ("confirm", "BCA")
    assert said(read("“BCA”.", context)) == ("confirm", "BCA")
    assert said(read("B,C,A", context)) == ("grades", "BCA")
    assert said(read("ABA", context)) == ("grades", "ABA")
    assert said(read("B", Context(pending=("quality",), ours=(EXAMPLE_ZH,)))) == ("grades", "-B-")


def test_grades_we_have_noted_are_no_example() -> None:
    noted = "Thank you. Noted B A B for 16 May."
    told = Context(ours=(EXAMPLE_ZH, noted), examples=(EXAMPLE_ZH,))
    assert said(read("BAB", told)) == ("grades", "BAB")
    assert said(read("BCA", told)) == ("confirm", "BCA")


# --- quotes of our messages ------------------------------------------------------------------


@rows(
    (f"Liked “{EXAMPLE_ZH}”", ("comment", "")),
    (EXAMPLE_ZH, ("comment", "")),
    (f"A B A\n> {EXAMPLE_ZH}", ("grades", "ABA")),
    (f"> {EXAMPLE_ZH}\nA B A", ("grades", "ABA")),
    (f"“{EXAMPLE_ZH}”\nEEE", ("grades", "EEE")),
    ("very satisfied, satisfied, neutral", ("grades", "ABC")),
    ("Dissatisfied, very dissatisfied, neutral", ("grades", "DEC")),
)
def test_our_own_words_are_not_the_customers(text: str, expected: tuple[str, str]) -> None:
    assert said(read(text, Context(ours=(EXAMPLE_ZH, LEGEND)))) == expected


# --- keywords --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stopall", "Unsubscribe", "CANCEL", "end", "quit", "revoke", "optout", "opt out"),
        *("退订", "退訂", "拒收", "取消", "停止", "不要再发", "不要再发了", "别再发了", "別再發了"),
        *("T", "td", "qx", "R", "0000", "Ｔ", "ＴＤ"),
        *("请退订", "回T", "回复TD", "回复“退订”", "【TD】", "please stop", "Stop please", "STOP."),
        *("STOP!", "退订。", "STOP STOP", "退订 退订", "TD退订", "stop, stop", "STOP!!!"),
    ],
)
@pytest.mark.parametrize("context", [Context(), Context(surveyed=False)], ids=["asked", "idle"])
def test_an_opt_out_is_the_whole_message(text: str, context: Context) -> None:
    assert read(text, context).kind == "optout"


@pytest.mark.parametrize(
    "text",
    [
        *("Stop sending me broken parts", "cancel my order", "我要退订你们的合同吗", "T.T", "t..."),
        *("T_T", "T T", "R R", "the end", "stop it", "取消订单", "不要停止", "tt", "00000"),
    ],
)
def test_a_keyword_among_other_words_opts_out_of_nothing(text: str) -> None:
    assert read(text).kind in ("comment", "ask")


@pytest.mark.parametrize("text", ["START", "unstop", "恢复", "恢復", "请恢复"])
def test_an_opt_in_is_the_whole_message(text: str) -> None:
    assert read(text).kind == "optin"


@pytest.mark.parametrize("text", ["start again tomorrow", "恢复得很好", "restart"])
def test_an_opt_in_among_other_words_is_none(text: str) -> None:
    assert read(text).kind == "comment"


@pytest.mark.parametrize(
    "text",
    [
        *("HELP", "info", "帮助", "幫助", "?", "？", "help!", "怎么投诉", "如何投诉你们"),
        *("投诉电话是多少？", "可以投诉吗", "how do I complain?", "where can I make a complaint"),
        *("请问怎么投诉", "投訴電話多少"),
    ],
)
def test_help_and_questions_about_complaining_are_help(text: str) -> None:
    assert read(text).kind == "help"


@pytest.mark.parametrize("text", ["??", "？？？", "? ?"[:1] + "?", "??A????"])
def test_chinese_lost_in_a_bad_encoding_is_for_a_person(text: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.person, reading.comment) == ("comment", True, text)


@rows(
    ("进度 123456789", "123456789"),
    ("查询123456789", "123456789"),
    ("進度：123456789", "123456789"),
    ("Status 123 456 789", "123456789"),
    ("status #123456789.", "123456789"),
)
def test_a_status_question_carries_its_number(text: str, expected: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.number) == ("status", expected)


def test_a_status_question_alone_needs_an_open_case() -> None:
    assert read("进度", Context(open_case=True)).kind == "status"
    assert read("进度").kind == "comment"
    assert read("进度 12345", Context(open_case=True)).kind == "comment"
    assert read("what is the status of my order", Context(open_case=True)).kind == "comment"


@rows(
    *(
        (text, "not_me", "")
        for text in ("不是我", "号码错了", "號碼錯了", "Wrong number", "not me!")
    ),
    *((text, "not_finished", "") for text in ("还没修好", "還沒修好！", "没装完", "not fixed yet")),
    *(
        (text, "call_me", "")
        for text in ("给我回电", "請給我回電", "Call me", "Please call me back")
    ),
    ("没修好，都三天了", "not_finished", ""),
    ("还没修好 CCD", "not_finished", "CCD"),
    ("没修好DDE", "not_finished", "DDE"),
    ("not fixed yet, D D E", "not_finished", "DDE"),
    ("wrong number. AAA", "not_me", "AAA"),
    ("call me maybe", "comment", ""),
    ("不是我说的那样", "comment", ""),
)
def test_remarks_go_to_the_call_list_and_keep_a_triple_as_offer(
    text: str, expected: str, comment: str
) -> None:
    assert said(read(text)) == (expected, comment)


@rows(
    *(
        (text, ("complaint", ""))
        for text in (
            *(
                "投诉",
                "投訴",
                "举报",
                "舉報师傅乱收费",
                "complaint",
                "Complain",
                "complaining about him",
            ),
            *("I want to complain about how he left", "我要投诉", "投诉师傅态度差", "我要投訴！"),
        )
    ),
    ("我要投诉 DDE", ("complaint", "DDE")),
)
def test_a_complaint_at_the_start_opens_a_case(text: str, expected: tuple[str, str]) -> None:
    reading = read(text)
    assert (said(reading), reading.complaint, reading.comment) == (expected, True, text)


@pytest.mark.parametrize(
    "text", ["师傅骂人，我要投诉", "this is a complaint", "you get complaints?"]
)
def test_a_complaint_elsewhere_is_asked_about(text: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.rule, reading.complaint) == ("ask", "complaint_question", True)


@pytest.mark.parametrize(
    "text",
    [
        *("没有投诉", "no complaints", "can't complain", "can’t complain", "不投诉", "无投诉"),
        *("nothing to complain about", "never complained", "without any complaint", "不想投诉"),
    ],
)
def test_a_negated_complaint_is_a_comment(text: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.complaint) == ("comment", False)


@rows(
    ("DDE 师傅骂人，我要投诉", True),
    ("ABA 投诉", True),
    ("CDE. I want to complain", True),
    ("质量E，我要投诉", True),
    ("ABA，没有投诉", False),
    ("ABA 师傅很好", False),
)
def test_grades_with_a_complaint_after_them_are_both(text: str, expected: bool) -> None:
    reading = read(text)
    assert (reading.kind in STORED, reading.complaint) == (True, expected)


@rows(
    *(
        (text, "page")
        for text in ("漏气了", "漏氣", "AAA 热水器漏电", "gas  leak", "It caught fire!")
    ),
    *((text, "page") for text in ("STOP, smell of gas", "觸電了", "A B A 一氧化碳报警")),
    *(
        (text, "page")
        for text in ("家里有煤气味", "燃氣味很重", "天然气味？", "煤气泄漏", "煤氣洩漏了")
    ),
    *((text, "page") for text in ("师傅走后漏煤气", "燃气泄漏，快来", "瓦斯味")),
    *((text, "mark") for text in ("没有煤气味", "煤气费太贵", "燃气灶修好了", "天然气改造")),
    *((text, "mark") for text in ("gas boiler", "smoke", "没有漏气", "no gas leak", "闻到煤气")),
    *((text, "") for text in ("gasp", "fireplace", "AAB 师傅很好", "")),
)
def test_danger_is_seen_whatever_the_kind(text: str, expected: str) -> None:
    assert read(text).danger == expected


@pytest.mark.parametrize(
    "text",
    ["no", "nothing", ".", "好", "👍", "ok", "", "   ", "...", "师傅很好", "Hello"],
)
def test_all_else_is_a_comment(text: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.comment) == ("comment", text.strip())


# --- answers to our open question ------------------------------------------------------------

OFFER: Mapping[str, str] = dict(zip(ITEMS, "ABA", strict=True))
CONFIRM = Context(question="confirm", offered=OFFER)
COMPLAINT = Context(question="complaint")


@pytest.mark.parametrize(
    "text",
    ["y", "Y!", "yes", "Yes please", "是", "是的", "是的，谢谢", "对", "對的", "嗯", "1", "“是”"],
)
def test_yes_confirms_what_we_offered(text: str) -> None:
    reading = read(text, CONFIRM)
    assert (*said(reading), reading.rule, reading.answer) == ("grades", "ABA", "confirmed", "yes")
    assert (read(text, COMPLAINT).kind, read(text, COMPLAINT).answer) == ("complaint", "yes")


@pytest.mark.parametrize("text", ["n", "no", "No.", "不", "不是", "不是，谢谢"])
def test_no_drops_what_we_offered(text: str) -> None:
    for context in (CONFIRM, COMPLAINT):
        assert (read(text, context).kind, read(text, context).answer) == ("comment", "no")


@pytest.mark.parametrize("text", ["取消", "cancel", "END", "停止", "r", "T", "cancel."])
@pytest.mark.parametrize("question", ["confirm", "complaint", "ask"])
def test_while_a_question_is_open_these_only_drop_it(text: str, question: str) -> None:
    reading = read(text, Context(question=question, offered=OFFER))
    assert (reading.kind, reading.answer) == ("comment", "drop")


@pytest.mark.parametrize("text", ["STOP", "退订", "TD", "0000"])
def test_other_opt_outs_hold_while_a_question_is_open(text: str) -> None:
    assert read(text, CONFIRM).kind == "optout"


@rows(
    ("AAC", ("grades", "AAC"), ""),
    ("A B A", ("grades", "ABA"), "yes"),
    ("no, AAC", ("grades", "AAC"), "no"),
    ("不是，AAC", ("grades", "AAC"), "no"),
    ("yes, ABA", ("grades", "ABA"), "yes"),
    ("y ABA", ("grades", "ABA"), "yes"),
    ("yes, but he was late", ("comment", ""), ""),
    ("no AAC", ("comment", ""), ""),
    ("质量C", ("partial", "-C-"), ""),
    ("好", ("comment", ""), ""),
    ("ok", ("comment", ""), ""),
    ("yesterday he came", ("comment", ""), ""),
    ("nothing", ("comment", ""), ""),
    ("A", ("ask", ""), ""),
)
def test_a_clear_reading_replaces_the_offer_and_the_rest_leaves_it(
    text: str, expected: tuple[str, str], comment: str
) -> None:
    reading = read(text, CONFIRM)
    assert (said(reading), reading.answer) == (expected, comment)


@pytest.mark.parametrize("text", ["师傅很准时 AAB", "满意", "AAA batteries"])
def test_another_offer_in_answer_to_an_offer_is_for_a_person(text: str) -> None:
    reading = read(text, CONFIRM)
    assert (said(reading), reading.person, reading.comment) == (("comment", ""), True, text)


@rows(
    ("Y, he was rude", ("complaint", "yes")),
    ("是，他骂人", ("complaint", "yes")),
    ("no, it is fine now", ("comment", "no")),
    ("no one came", ("comment", "")),
    ("1 hour late", ("comment", "")),
    ("对你们没办法", ("comment", "")),
    ("A B A", ("grades", "")),
)
def test_words_after_an_answer_to_the_complaint_question_need_punctuation(
    text: str, expected: tuple[str, str]
) -> None:
    reading = read(text, COMPLAINT)
    assert (reading.kind, reading.answer) == expected


def test_an_offer_sent_again_with_a_complaint_keeps_both() -> None:
    reading = read("A B A，我要投诉", CONFIRM)
    assert (*said(reading), reading.answer, reading.complaint) == ("grades", "ABA", "yes", True)
    assert reading.comment == "我要投诉"


def test_our_own_text_sent_back_leaves_no_comment() -> None:
    reading = read(EXAMPLE_ZH, Context(ours=(EXAMPLE_ZH,)))
    assert (reading.kind, reading.rule, reading.comment) == ("comment", "empty", "")


def test_an_offer_of_some_items_confirmed_is_partial() -> None:
    offered = {"quality": "B"}
    assert said(read("y", Context(question="confirm", offered=offered))) == ("partial", "-B-")


def test_yes_and_one_without_a_question_answer_nothing() -> None:
    assert [read(text).kind for text in ("yes", "y", "1", "对")] == [
        *("comment", "comment", "ask", "comment")
    ]


def test_every_reading_names_its_rule_and_what_was_tried_before() -> None:
    reading = read("师傅很好")
    assert (reading.rule, reading.considered[:3]) == ("comment", ("dropped", "optout", "optin"))
    assert {read(text).kind for text in NEVER} <= set(KINDS)
