"""How many segments a text takes: GSM 03.38 or UCS-2, counted apart from the service's own."""

from typing import Final

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38 basic table: one septet each."""

GSM_EXTENDED: Final = frozenset("^{}[]~\\|€\f")
"""GSM 03.38 extension table: two septets each."""


def count_segments(text: str) -> int:
    """Segments of a text; an empty one still takes one.

    >>> count_segments("a" * 160), count_segments("a" * 161), count_segments("好" * 71)
    (1, 2, 2)
    """
    if set(text) <= GSM_BASIC | GSM_EXTENDED:
        return _parts(sum(2 if char in GSM_EXTENDED else 1 for char in text), 160, 153)
    return _parts(len(text.encode("utf-16-be", errors="surrogatepass")) // 2, 70, 67)


def _parts(length: int, single: int, joined: int) -> int:
    return 1 if length <= single else -(-length // joined)
