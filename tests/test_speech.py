"""What callers hear: each line has its words in both languages, short enough to be listened to."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.core.cases import STATES
from chalicelib.core.grades import ITEMS
from chalicelib.core.ivr_documents import Line
from chalicelib.core.keypad import READ_BACK
from chalicelib.speech import digits, spoken
from chalicelib.texts import LOCALES
from tests.catalogues import compile_catalogues, entries
from tests.core.hotline_caller import STRANGER
from tools.phone.speaking import speaking_seconds

CORE = Path(__file__).parents[1] / "chalicelib" / "core"
CALL = replace(STRANGER, case="367547035", code="012345")
GREETING_SECONDS = 12
LONGEST_LINE = 20
"""Seconds: the five grades of an item with their keys; nothing else comes near."""

VALUES = {"day": "2026-06-03", "grade": "E", "phone": "+85251230001"}


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def named() -> set[str]:
    """Every line that the machine names: written out, or one of a family."""
    written = {code for path in CORE.glob("ivr*.py") for code in _written(path)}
    families = {f"ask.{item}" for item in ITEMS} | {f"state.{state}" for state in STATES}
    return written | families


def _written(path: Path) -> Iterator[str]:
    """The codes in `Line("…")`, `Line("…" if … else "…")` and the arguments that become one."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Line", "_again"):
            for argument in node.args:
                for part in ast.walk(argument):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value
        if isinstance(node, ast.FunctionDef) and node.name == "_again":
            yield from (default.value for default in node.args.defaults)  # type: ignore[attr-defined]


def codes() -> set[str]:
    own = {key.removeprefix("voice.") for key in entries("en", "voice")}
    return own - {f"grade.{grade}" for grade in READ_BACK}


def test_every_line_of_the_machine_has_words_and_no_words_are_left_over() -> None:
    lines = {code for code in named() if code not in VALUES and not code.endswith(".")}
    assert lines == codes()


@pytest.mark.parametrize("language", LOCALES)
def test_each_line_can_be_said_and_listened_to(language: str) -> None:
    call = replace(CALL, language=language)
    for code in codes():
        words = spoken(Line(code, VALUES), call, "安家服务 Anjia Service")
        assert "{" not in words
        locale = {"zh": "cmn-CN", "en": "en-US"}[language]
        assert speaking_seconds(words, locale) <= LONGEST_LINE, words


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("organisation", ["Anjia Service", "安家售后服务监督中心", "安家 Anjia"])
def test_the_greeting_takes_at_most_twelve_seconds(language: str, organisation: str) -> None:
    words = spoken(Line("greeting"), replace(CALL, language=language), organisation)
    locale = {"zh": "cmn-CN", "en": "en-US"}[language]
    assert speaking_seconds(words, locale) <= GREETING_SECONDS


def test_numbers_are_said_digit_by_digit() -> None:
    assert digits("012345") == "0 1 2 3 4 5"
    assert "3 6 7 5 4 7 0 3 5" in spoken(Line("case_number"), CALL, "x")
    assert "0 1 2 3 4 5" in spoken(Line("case_code"), CALL, "x")


def test_a_line_may_be_in_another_language_than_the_call() -> None:
    call = replace(CALL, language="en")
    assert spoken(Line("menu.language", language="zh"), call, "x") == "中文服务，请按8。"


@pytest.mark.parametrize("language", LOCALES)
def test_each_entry_says_above_it_when_it_is_heard(language: str) -> None:
    silent = [key for key, entry in entries(language, "voice").items() if not entry.comment]
    assert silent == []
