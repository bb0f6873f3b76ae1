"""Tickets: a number for each visit that nobody can foresee and, once opened, anyone can check.

Rivest's consistent sampling (github.com/ron-rivest/consistent_sampler): a visit's ticket depends on
the seed and its own id alone, so other visits neither move it nor lend it a place.
"""

import hmac
from bisect import insort
from collections.abc import Iterable
from hashlib import sha256
from typing import Final, TypeVar

SECRET_BYTES: Final = 32

HEAD: Final = tuple(int(f"{number:04d}"[::-1]) for number in range(10_000))
"""Last four decimal digits of a ticket's number → its first four places, as an integer.

Comparing these settles all but one line in some thousands; only the rest get a ticket spelled out,
which takes longer than the SHA-256.
"""

ALL_HEADS: Final = len(HEAD)
"""A limit above every head: nothing is too high yet."""

NO_HEAD: Final = -1
"""A limit below every head: nothing is wanted."""

Line = TypeVar("Line")


def commitment(secret: bytes) -> str:
    """What is published of a draw's secret beforehand: SHA-256 of its raw 32 bytes, hex.

    Another length raises ValueError.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a draw's secret has {SECRET_BYTES} bytes, not {len(secret)}")
    return sha256(secret).hexdigest()


def seed(secret: bytes, frame_sha256: str) -> str:
    """The draw's seed: HMAC-SHA256, key the raw secret, message the frame hash as ASCII hex."""
    return hmac.digest(secret, frame_sha256.encode("ascii"), "sha256").hex()


def seed_prefix(seed: str) -> bytes:
    """The bytes before the id in a ticket's hash: the seed's SHA-256 as ASCII hex."""
    return sha256(seed.encode()).hexdigest().encode("ascii")


def ticket(seed: str, id: str) -> str:
    """The ticket of `id`: compared as text, the lowest is picked first.

    >>> ticket("01382438112797316654", "AB-130")[:20]
    '0.262997141228380084'
    """
    return spell(int.from_bytes(sha256(seed_prefix(seed) + id.encode()).digest(), "big"))


def spell(number: int) -> str:
    """A ticket's text: "0." and the decimal digits, padded to 64, last digit first.

    >>> spell(1234)[:8]
    '0.432100'
    """
    return "0." + str(number).zfill(64)[::-1]


def sift(
    kept: list[tuple[str, Line]], size: int, entry: tuple[str, Line]
) -> tuple[str, Line] | None:
    """Keep in `kept`, ascending, the `size` lowest of (ticket, line); what falls out, if any."""
    insort(kept, entry)
    return kept.pop() if len(kept) > size else None


def limit(kept: list[tuple[str, Line]], size: int) -> int:
    """The highest head that can still enter `kept`: see HEAD."""
    if len(kept) < size:
        return ALL_HEADS
    return int(kept[-1][0][2:6]) if kept else NO_HEAD


def mask(limit: int) -> int:
    """Bits that are zero in the number of every ticket whose head is at most `limit`.

    A ticket below 0.1 spells a number divisible by 10, below 0.01 by 100, and so on: its last one,
    two, … bits are zero. So the last byte of the SHA-256 alone turns most visits away.

    >>> [mask(limit) for limit in (ALL_HEADS, 999, 99, 9, 0, NO_HEAD)]
    [0, 1, 3, 7, 15, 15]
    """
    return next((bits for least, bits in _MASKS if limit >= least), 15)


_MASKS: Final = ((1000, 0), (100, 1), (10, 3), (1, 7))


def lowest(seed: str, ids: Iterable[str], n: int) -> list[str]:
    """The `n` ids with the lowest tickets, in ticket order; fewer if there are fewer.

    One pass, memory for `n` entries. Ids must differ: the caller sees to it.

    >>> lowest("31", "abcd", 3)
    ['b', 'a', 'd']
    """
    kept: list[tuple[str, str]] = []
    highest = limit(kept, n)
    bits = mask(highest)
    begin = sha256(seed_prefix(seed)).copy
    for id in ids:
        hashed = begin()
        hashed.update(id.encode())
        digest = hashed.digest()
        if digest[-1] & bits:
            continue
        number = int.from_bytes(digest, "big")
        if HEAD[number % 10_000] <= highest:
            sift(kept, n, (spell(number), id))
            highest = limit(kept, n)
            bits = mask(highest)
    return [id for _, id in kept]
