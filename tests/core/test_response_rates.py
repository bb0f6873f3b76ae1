"""Response rates against the published vectors."""

from fractions import Fraction

import pytest

from chalicelib.core.estimates import shown
from chalicelib.core.response_rates import Dispositions, response_rate_1, response_rate_2


def found(i: int, p: int, r: int, nc: int, o: int, u: int) -> Dispositions:
    """In AAPOR's letters; `u` is UH + UO."""
    return Dispositions(complete=i, partial=p, refused=r, not_reached=nc, other=o, unknown=u)


def test_the_published_rates_come_out_exactly() -> None:
    vector = found(5, 3, 2, 1, 2, 2)
    assert response_rate_1(vector) == Fraction(1, 3)
    assert response_rate_2(vector) == Fraction(8, 15)


def test_the_published_rates_come_out_to_three_decimals() -> None:
    vector = found(4, 2, 1, 1, 1, 2)
    assert shown(response_rate_1(vector) or Fraction(0), 3) == "0.364"
    assert shown(response_rate_2(vector) or Fraction(0), 3) == "0.545"


def test_nobody_known_is_a_rate_of_nought() -> None:
    assert response_rate_1(found(0, 0, 0, 0, 0, 1)) == 0


@pytest.mark.parametrize("rate", [response_rate_1, response_rate_2])
def test_without_visits_there_is_no_rate(rate: type) -> None:
    assert rate(found(0, 0, 0, 0, 0, 0)) is None
