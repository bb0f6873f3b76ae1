"""Segments of a text: the alphabets of GSM 03.38 and where a long text is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.segments import BASIC, EXTENSION, is_gsm7, segments, units

GRIN = "\U0001f600"

COUNTED = {
    "nothing": ("", 0),
    "one letter": ("A", 1),
    "GSM-7, whole": ("a" * 160, 1),
    "GSM-7, one too many": ("a" * 161, 2),
    "GSM-7, two full parts": ("a" * 306, 2),
    "GSM-7, a third part": ("a" * 307, 3),
    "line end and accents are GSM-7": ("\n\ré" + "ñ" * 157, 1),
    "euro signs cost two": ("€" * 80, 1),
    "one euro sign too many": ("€" * 80 + "a", 2),
    "an escape is not split between parts": ("a" * 152 + "€" + "a" * 152, 3),
    "an escape that fits stays": ("a" * 151 + "€" + "a" * 153, 2),
    "UCS-2, whole": ("家" * 70, 1),
    "UCS-2, one too many": ("家" * 71, 2),
    "UCS-2, two full parts": ("家" * 134, 2),
    "UCS-2, a third part": ("家" * 135, 3),
    "one curly quote makes it UCS-2": ("a" * 70 + "\u2019", 2),
    "an emoji costs two": (GRIN * 35, 1),
    "one emoji too many": (GRIN * 36, 2),
    "a surrogate pair is not split between parts": ("家" * 66 + GRIN + "家" * 66, 3),
    "no lower case c with cedilla in GSM-7": ("ç" * 71, 2),
    "a tab is not GSM-7": ("\t" * 71, 2),
    "a lone surrogate is counted": ("\ud800" * 71, 2),
}


@pytest.mark.parametrize(("text", "count"), COUNTED.values(), ids=COUNTED)
def test_text_is_counted_in_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_alphabet_has_the_size_of_the_standard() -> None:
    """128 places: 127 characters and the escape; the extension has ten."""
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize("character", "^{}[]~\\|€\f")
def test_extended_characters_take_two_septets(character: str) -> None:
    assert is_gsm7(character)
    assert units(character) == 2


@pytest.mark.parametrize("character", list("“”‘’–—…·ç`\t、Аα\u00a0\x1b"))
def test_characters_outside_the_alphabet_are_told(character: str) -> None:
    assert not is_gsm7(f"ok{character}")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=400))
def test_parts_hold_the_text_and_waste_at_most_one_unit_each(text: str) -> None:
    whole, part = (160, 153) if is_gsm7(text) else (70, 67)
    count, length = segments(text), units(text)
    if length <= whole:
        assert count == (1 if text else 0)
    else:
        assert -(-length // part) <= count <= -(-length // (part - 1))
