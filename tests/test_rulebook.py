"""The rulebook: the deployed file holds, and whatever does not hold is named by file and line."""

import hashlib
import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from chalicelib import rulebook
from chalicelib.core.rules import Budgets, PerSeverity, Tier
from chalicelib.rulebook import RulebookError, load, parse, years_missing

TEXT = rulebook.DEFAULT.read_text("utf-8")
LINES = TEXT.split("\n")


def line_number(start: str, occurrence: int = 1) -> int:
    """The line of the file that begins so, the n-th of them."""
    found = [number for number, line in enumerate(LINES, 1) if line.startswith(start)]
    return found[occurrence - 1]


def with_line(number: int, text: str) -> str:
    return "\n".join([*LINES[: number - 1], text, *LINES[number:]])


def refusal(text: str) -> tuple[int, str]:
    """Line and reason with which a text is refused."""
    with pytest.raises(RulebookError) as raised:
        parse(text, "rules/mine.toml")
    found = re.fullmatch(r"rules/mine\.toml:(\d+): (.+)", str(raised.value))
    assert found, str(raised.value)
    return int(found[1]), found[2]


def test_the_deployed_rulebook_is_the_owners() -> None:
    rules = load()
    assert rules.tiers == (
        Tier(0, 0, 5000),
        Tier(1, 5, 0),
        Tier(6, 10, -3000),
        Tier(11, 15, -5000),
        Tier(16, None, -10000),
    )
    amounts = {
        rules.rise_award,
        rules.fall_penalty,
        rules.all_best_award,
        rules.all_worst_penalty,
    }
    assert amounts == {1000}
    assert (rules.change_min_forms, rules.special_min_forms, rules.denominator) == (1, 1, "forms")
    assert (rules.sanction_from, rules.close_working_day, rules.mode) == (30, 8, "trial")
    assert rules.severity_weight == PerSeverity(1, 1, 1)
    assert rules.counting_channels == ("hotline", "sms", "web", "desk", "call")
    assert rules.sending_hours == (time(9), time(20))
    assert (rules.invite_at, rules.reminder_after_h, rules.expire_after_d) == (time(10), 48, 7)


def test_the_hash_is_that_of_the_files_bytes(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    for data in (
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
    ):
        path.write_bytes(data)
        assert load(path).sha256 == hashlib.sha256(data).hexdigest()
    assert load().sha256 == hashlib.sha256(rulebook.DEFAULT.read_bytes()).hexdigest()


VALUES = [
    (number, line.split(" = ")[0])
    for number, line in enumerate(LINES, 1)
    if re.match(r"[a-z_]+ = ", line)
]


@pytest.mark.parametrize(("number", "key"), VALUES, ids=[f"{n}-{key}" for n, key in VALUES])
@pytest.mark.parametrize("wrong", ["1.5", "nan", "[[]]", "{ x = 1 }", "12:00:00"])
def test_a_value_of_the_wrong_type_is_named_by_its_line(number: int, key: str, wrong: str) -> None:
    text = with_line(number, f"{key} = {wrong}")
    if LINES[number - 1].endswith("["):
        text = re.sub(rf"(?s)^{key} = \[\n.*?\n\]", f"{key} = {wrong}", TEXT, flags=re.MULTILINE)
    found, reason = refusal(text)
    assert found == number
    assert key in reason


@pytest.mark.parametrize(("number", "key"), VALUES, ids=[f"{n}-{key}" for n, key in VALUES])
def test_an_unknown_key_is_named_by_its_line(number: int, key: str) -> None:
    text = with_line(number, f"{key}x = 1\n{LINES[number - 1]}")
    assert refusal(text)[0] == number


TOP = [key for number, key in VALUES if number < line_number("[[tier]]")]


@pytest.mark.parametrize("key", TOP)
def test_a_missing_key_is_named(key: str) -> None:
    assert refusal(re.sub(rf"(?m)^{key} = .*$", "", TEXT)) == (1, f"{key} is missing")


@pytest.mark.parametrize("table", ["severity_weight", "clocks", "calendar", "segments", "budgets"])
def test_a_key_missing_in_a_table_is_named_by_the_table(table: str) -> None:
    number = line_number(f"[{table}]")
    first = next(key for line, key in VALUES if line > number)
    span = TEXT[TEXT.index(f"[{table}]") :]
    cut = re.sub(rf"(?ms)^{first} = (\[\n.*?\n\]|.*?$)", "", span, count=1)
    assert refusal(TEXT.replace(span, cut)) == (number, f"{table}: {first} is missing")


@pytest.mark.parametrize("table", ["[[tier]]", "[severity_weight]", "[calendar]"])
def test_a_missing_table_is_named(table: str) -> None:
    without = re.sub(rf"(?ms)^{re.escape(table)}\n.*?(?=^\[(?!\[tier)|\Z)", "", TEXT)
    assert refusal(without) == (1, f"{table.strip('[]')} is missing")


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        pytest.param("from = 6", "from = 7", ("from", 3), "no row holds 6", id="gap"),
        pytest.param("from = 6", "from = 5", ("from", 3), "overlaps the row before", id="overlap"),
        pytest.param("from = 11", "from = 0", ("from", 4), "overlaps the row before", id="order"),
        pytest.param("from = 0", "from = 1", ("from", 1), "no row holds 0", id="begins at 1"),
        pytest.param("from = 0", "from = -1", ("from", 1), "must be from 0", id="begins below"),
        pytest.param("to = 10", "to = 3", ("to =", 3), "not be less than from", id="reversed"),
        pytest.param("to = 10", "", ("from", 4), "overlaps the row before it, 6+", id="open row"),
        pytest.param("amount = -5000", "amount = -5e3", ("amount", 4), "whole", id="float"),
        pytest.param("amount = -5000", "amount = true", ("amount", 4), "whole", id="bool"),
        pytest.param("amount = -5000", 'amount = "-5"', ("amount", 4), "whole", id="text"),
        pytest.param("amount = -5000", "", ("[[tier]]", 4), "amount is missing", id="missing"),
        pytest.param("amount = -5000", "amounts = 1", ("amount", 4), "unknown key", id="unknown"),
        pytest.param("amount = -5000", '"a\\nb" = 1', ("amount", 4), "unknown key", id="hostile"),
    ],
)
def test_a_flaw_in_a_row_of_the_table_is_named_by_its_line(
    old: str, new: str, at: tuple[str, int], reason: str
) -> None:
    assert TEXT.count(old + "\n") == 1
    found, said = refusal(TEXT.replace(old + "\n", new + "\n"))
    assert found == line_number(*at)
    assert reason in said


def test_a_table_whose_last_row_ends_is_named_by_that_end() -> None:
    number = line_number("amount = -10000")
    found, said = refusal(with_line(number, f"to = 99\n{LINES[number - 1]}"))
    assert (found, "100 and more" in said) == (number, True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("organisation", '""'),
        ("organisation", '" x"'),
        ("organisation", r'"a\nb"'),
        ("timezone", '"Asia/Nowhere"'),
        ("timezone", '"Asia"'),
        ("timezone", '""'),
        ("timezone", '"../../etc/passwd"'),
        ("languages", "[]"),
        ("languages", '["zh", "fr"]'),
        ("languages", '["zh", "zh"]'),
        ("currency", '"yuan"'),
        ("mode", '"Paid"'),
        ("denominator", '"votes"'),
        ("rise_award", "-1"),
        ("fall_penalty", "-1000"),
        ("fall_penalty", "true"),
        ("all_best_award", "1000.0"),
        ("all_worst_penalty", "10000000000000000000000"),
        ("change_min_forms", "0"),
        ("special_min_forms", "0"),
        ("sanction_from", "0"),
        ("close_working_day", "0"),
        ("close_working_day", "31"),
        ("counting_channels", "[]"),
        ("counting_channels", '["fax"]'),
        ("sending_hours", '["20:00", "09:00"]'),
        ("sending_hours", '["09:00", "09:00"]'),
        ("sending_hours", '["09:00"]'),
        ("sending_hours", '["9:00", "20:00"]'),
        ("sending_hours", '["09:00", "24:00"]'),
        ("invite_at", '"20:00"'),
        ("invite_at", '"08:59"'),
        ("reminder_after_h", "0"),
        ("reminder_after_h", "168"),
        ("expire_after_d", "0"),
        ("no_sms_reply", '["China"]'),
        ("person_first", "1"),
        ("desk_number", '"010-12345"'),
        ("duty_numbers", '["13800000000"]'),
        ("duty_numbers", '["+8613800000000", "+8613800000000"]'),
        ("calls_per_week", "-1"),
        ("calls_per_caller_day", "0"),
        ("minor", "0"),
        ("grave", "-1"),
        ("forward_h", "0"),
        ("mail_at", '["11:00", "25:00"]'),
        ("invitation", "0"),
        ("survey", "-1"),
        ("typed_in", '"one"'),
        ("sign_in", "true"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_by_its_line(key: str, value: str) -> None:
    number = line_number(f"{key} = ")
    found, reason = refusal(with_line(number, f"{key} = {value}"))
    assert (found, key in reason) == (number, True)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  2027-04-05,", "  2027-04-05, 2027-04-05,", "stands here twice"),
        ("  2027-04-05,", '  "tomorrow",', "must be a day"),
        ("  2027-04-05,", "  2027-04-05T00:00:00,", "must be a day"),
        ("  2027-04-05,", "  20270405,", "must be a day"),
    ],
)
def test_a_wrong_day_is_named_by_its_own_line_within_the_list(
    old: str, new: str, reason: str
) -> None:
    found, said = refusal(TEXT.replace(old, new))
    assert found == line_number(old)
    assert reason in said


def test_a_day_cannot_be_both_off_and_made_up_for() -> None:
    _, reason = refusal(TEXT.replace("2026-10-10", "2026-10-01"))
    assert "2026-10-01 is a holiday as well" in reason


@pytest.mark.parametrize(
    "broken", ["rise_award == 1", "rise_award = ", "[tier", "=", "rise award = 1"]
)
def test_what_is_no_toml_is_named_by_its_line(broken: str) -> None:
    number = line_number("rise_award")
    assert refusal(with_line(number, broken))[0] == number


def test_a_key_given_twice_is_named_by_its_second_line() -> None:
    number = line_number("rise_award")
    assert refusal(with_line(number, "rise_award = 1\nrise_award = 2"))[0] == number + 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda path: None, r":1: cannot be read", id="missing"),
        pytest.param(lambda path: path.mkdir(), r":1: cannot be read", id="folder"),
        pytest.param(
            lambda path: path.write_bytes(b"# ok\n# \xff\n"), r":2: not UTF-8", id="bytes"
        ),
        pytest.param(lambda path: path.write_bytes(b""), r":1: \w+ is missing", id="empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    path = tmp_path / "rules.toml"
    make(path)
    with pytest.raises(RulebookError, match=rf"rules\.toml{reason}"):
        load(path)


def test_a_day_may_stand_in_quotes() -> None:
    rules = parse(TEXT.replace("  2027-04-05,", '  "2027-04-05",'), "x")
    assert date(2027, 4, 5) in rules.calendar.holidays


def test_budgets_may_be_left_out_and_then_those_of_the_deployed_file_hold() -> None:
    without = TEXT[: TEXT.index("# The most texts a day")]
    assert parse(without, "x").budgets == load().budgets == Budgets(20_000, 2_000, 1, 500)


def test_years_without_an_entry_are_named() -> None:
    assert years_missing(load(), (2025, 2026, 2027, 2028)) == (2025, 2028)
