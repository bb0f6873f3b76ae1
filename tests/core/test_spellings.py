"""Composed spellings are read as their grades, composed texts that are none never are."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations, cycle, product

import pytest

from chalicelib.core.grades import ITEMS
from chalicelib.core.replies import Context, read
from tests.core.spellings import (
    DRESSES,
    FAMILIES,
    NAMED,
    NAMES,
    WORDS,
    WORDS_OF_THREE,
    Spelling,
    look_alikes,
    no_ratings,
    pair,
    with_comment,
)

STORED = frozenset({"grades", "partial"})
SOME_PENDING = tuple(chain.from_iterable(combinations(ITEMS, count) for count in (1, 2)))
families = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)


def misread(spellings: Iterable[Spelling]) -> list[tuple[str, str, str]]:
    """Text, kind and rule of each spelling not read as its grades; the first twenty."""
    missed = []
    for text, triple in spellings:
        reading = read(text, Context())
        grades = dict(zip(ITEMS, triple, strict=True))
        if reading.kind != "grades" or reading.grades != grades:
            missed.append((text, reading.kind, reading.rule))
    return missed[:20]


@families
def test_a_composed_spelling_is_read_as_its_grades(
    family: Callable[[], Iterator[Spelling]],
) -> None:
    assert misread(family()) == []


@families
def test_a_reading_survives_case_width_and_outer_punctuation(
    family: Callable[[], Iterator[Spelling]],
) -> None:
    dressed = (
        (dress(text), triple)
        for dress, (text, triple) in zip(cycle(DRESSES), family(), strict=False)
    )
    assert misread(dressed) == []


def test_a_comment_after_the_grades_is_kept_whole() -> None:
    wrong = []
    for text, triple, comment in with_comment():
        reading = read(text, Context())
        grades = dict(zip(ITEMS, triple, strict=True))
        if (reading.kind, reading.grades, reading.comment) != ("grades", grades, comment):
            wrong.append((text, reading.kind, reading.rule, reading.comment))
    assert wrong[:20] == []


@pytest.mark.parametrize("pending", SOME_PENDING, ids="+".join)
def test_letters_and_words_answer_the_pending_items_in_order(pending: tuple[str, ...]) -> None:
    wrong = []
    for grades in product("ABCDE", repeat=len(pending)):
        texts = [separator.join(grades) for separator in (" ", ",", "、", "，", "\n", ". ", "；")]
        for words, between in product(WORDS, (", ", "，")):
            texts.append(between.join(words[grade] for grade in grades))
        expected = ("grades", dict(zip(pending, grades, strict=True)))
        readings = ((text, read(text, Context(pending=pending))) for text in texts)
        wrong += [
            (text, reading.kind, reading.rule)
            for text, reading in readings
            if (reading.kind, reading.grades) != expected
        ]
    assert wrong[:20] == []


@pytest.mark.parametrize("pending", SOME_PENDING, ids="+".join)
def test_a_name_answers_only_an_item_that_is_pending(pending: tuple[str, ...]) -> None:
    for names, shape, grade in product(NAMES, NAMED, "ABCDE"):
        for item, name in zip(ITEMS, names, strict=True):
            text = pair(shape, name, grade)
            reading = read(text, Context(pending=pending))
            assert (reading.kind in STORED) == (item in pending), text
            assert item not in pending or reading.grades == {item: grade}, text


def stored(texts: Iterable[str], context: Context) -> list[tuple[str, str]]:
    """Text and rule of each text that would be stored as a rating; the first forty."""
    readings = ((text, read(text, context)) for text in texts)
    return [(text, reading.rule) for text, reading in readings if reading.kind in STORED][:40]


@pytest.mark.parametrize("answered", [False, True], ids=["pending", "answered"])
def test_a_composed_text_that_rates_nothing_is_never_stored(answered: bool) -> None:
    assert stored(no_ratings(), Context(answered=answered)) == []


def test_letters_of_another_script_are_never_stored() -> None:
    assert stored(look_alikes(), Context()) == []


@pytest.mark.parametrize("word", sorted(WORDS_OF_THREE))
def test_an_unseparated_triple_that_is_a_word_is_asked_about(word: str) -> None:
    for text in (word, word.upper(), word.title(), f"{word}.", f"{word}!", f" {word}\n"):
        assert read(text, Context()).kind == "ask", text
    more = (f"{word} service", f"{word} 师傅", f"so {word}", f"{word}, really", f"the {word}")
    assert stored(more, Context()) == []
