"""Response rates as survey researchers count them (AAPOR Standard Definitions)."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Dispositions:
    """How the survey of a month's visits ended, in AAPOR's terms (Standard Definitions).

    `unknown`: never asked, so nobody knows whether an answer could have come.
    """

    complete: int
    partial: int
    refused: int
    not_reached: int
    other: int
    unknown: int

    def share_of(self, count: int) -> Fraction | None:
        """`count` among all visits, None if there are none."""
        asked = self.complete + self.partial + self.refused + self.not_reached + self.other
        total = asked + self.unknown
        return Fraction(count, total) if total else None


def response_rate_1(found: Dispositions) -> Fraction | None:
    """AAPOR's RR1: complete forms among all visits, of unknown ones too; None without any."""
    return found.share_of(found.complete)


def response_rate_2(found: Dispositions) -> Fraction | None:
    """AAPOR's RR2: as RR1, with the partial forms."""
    return found.share_of(found.complete + found.partial)
