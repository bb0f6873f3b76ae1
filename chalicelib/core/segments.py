"""How many segments a text takes on the air: GSM-7 where its alphabet suffices, else UCS-2."""

from collections.abc import Iterable
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38 default alphabet without the escape: one septet each."""

EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""GSM 03.38 extension table: the escape and the character, two septets each."""

GSM7: Final = (160, 153)
"""Septets of a text sent whole, and of each part of a longer one."""

UCS2: Final = (70, 67)
"""The same in UTF-16 code units."""

_LAST_OF_ONE_UNIT: Final = 0xFFFF


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM-7 alphabet or its extension.

    >>> [is_gsm7("Reply A, B or C: €5"), is_gsm7("it\\u2019s")]
    [True, False]
    """
    return BASIC.union(EXTENSION).issuperset(text)


def units(text: str) -> int:
    """Length on the air: septets of a GSM-7 text, UTF-16 code units of any other.

    >>> [units("a€"), units("家电"), units("\\U0001f600")]
    [3, 2, 2]
    """
    return sum(_widths(text))


def segments(text: str) -> int:
    """Segments that `text` takes; an empty text takes none. Total over any text.

    Neither an escaped character nor a surrogate pair is split between two segments, so a long
    text can take one more than its length divided.

    >>> [segments("a" * 160), segments("a" * 161), segments("家" * 70), segments("家" * 71)]
    [1, 2, 1, 2]
    """
    whole, part = GSM7 if is_gsm7(text) else UCS2
    total = units(text)
    if total <= whole:
        return 1 if total else 0
    return _parts(_widths(text), part)


def _widths(text: str) -> Iterable[int]:
    if is_gsm7(text):
        return (2 if character in EXTENSION else 1 for character in text)
    return (2 if ord(character) > _LAST_OF_ONE_UNIT else 1 for character in text)


def _parts(widths: Iterable[int], part: int) -> int:
    parts, filled = 1, 0
    for width in widths:
        if filled + width > part:
            parts, filled = parts + 1, 0
        filled += width
    return parts
