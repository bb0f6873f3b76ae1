"""The catalogues: both languages say the same things, and every message we send has its words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.core.segments import EXTENSION, is_gsm7
from chalicelib.texts import DOMAINS, LOCALES, MissingTextError, translator
from chalicelib.wording import NEEDS_GSM7
from tests.catalogues import Entry, compile_catalogues, entries, placeholders

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_entries(domain: str) -> None:
    found = [set(entries(language, domain)) for language in LOCALES]
    assert all(ids == found[0] for ids in found)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LOCALES)
def test_every_entry_has_its_text(language: str, domain: str) -> None:
    say_nothing = [key for key, entry in entries(language, domain).items() if not entry.text]
    assert say_nothing == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_take_the_same_values(domain: str) -> None:
    chinese, english = entries("zh", domain), entries("en", domain)
    different = [
        key
        for key in chinese.keys() & english.keys()
        if placeholders(chinese[key].text) != placeholders(english[key].text)
    ]
    assert different == []


def test_an_id_stands_in_one_domain() -> None:
    ids = [key for domain in DOMAINS for key in entries("en", domain)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LOCALES)
def test_each_text_message_says_above_it_when_it_is_sent(language: str) -> None:
    silent = [key for key, entry in entries(language, "sms").items() if not entry.comment]
    assert silent == []


@pytest.mark.parametrize("language", LOCALES)
def test_each_entry_is_found_compiled(language: str) -> None:
    for domain in DOMAINS:
        for key, entry in entries(language, domain).items():
            named = dict.fromkeys(placeholders(entry.text), "x")
            assert translator(language)(key, **named)


@pytest.mark.parametrize("language", NEEDS_GSM7)
def test_english_texts_need_neither_ucs2_nor_the_dear_characters(language: str) -> None:
    spelled = {key: entry.text.format_map(_Blank()) for key, entry in _sms(language)}
    assert [key for key, text in spelled.items() if not is_gsm7(text)] == []
    dear = {key for key, text in spelled.items() if EXTENSION & set(text)}
    assert {key for key in dear if not key.startswith("sms.appliance.")} == set()


def test_chinese_texts_are_punctuated_as_chinese_is() -> None:
    for key, entry in _sms("zh"):
        without_names = re.sub(r"\{\w+\}", "", entry.text)
        assert not set(",.:;?!()\"'") & set(without_names), key


@pytest.mark.parametrize("language", LOCALES)
def test_no_text_message_holds_a_link(language: str) -> None:
    for key, entry in _sms(language):
        assert not re.search(r"https?:|www\.|\w\.[a-z]{2,}/", entry.text), key


@pytest.mark.parametrize("language", LOCALES)
def test_every_message_that_the_program_names_has_a_text(language: str) -> None:
    known = entries(language, "sms").keys()
    assert [said for said in _said_in_source() if said[1] not in known] == []


def test_unknown_id_raises_instead_of_showing_itself() -> None:
    with pytest.raises(MissingTextError, match=r"no\.such has no en text"):
        translator("en")("no.such")


def test_a_value_left_out_raises() -> None:
    with pytest.raises(KeyError):
        translator("en")("confirm")


def test_a_value_is_data_and_no_format() -> None:
    assert "{hotline}" in translator("en")("confirm", grades="{hotline}", hotline="+1")


class _Blank(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _sms(language: str) -> Iterator[tuple[str, Entry]]:
    yield from entries(language, "sms").items()


def _said_in_source() -> Iterator[tuple[str, str]]:
    """File and code of each `Said("code", …)` that is written out in the program."""
    for path in sorted((PROJECT / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said" and node.args:
                yield from ((path.name, code) for code in _constants(node.args[0]))


def _constants(node: ast.expr) -> Iterator[str]:
    """The codes an argument can be: itself, or both branches of a condition."""
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Constant):
        yield str(node.value)
