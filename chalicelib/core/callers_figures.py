"""Callers' figures: how their calls end and by how many points they move forms (DESIGN 3, 7).

A caller whose calls end otherwise than the others', or who moves points always one way, is not
judged by these numbers: they say where to look.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.core.draws import Pick
from chalicelib.core.grades import from_letters, points
from chalicelib.core.outcomes import items
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import Verification


@dataclass(frozen=True, slots=True)
class CallerFigures:
    """One caller: finished calls by outcome, and the points by which forms moved through them.

    `up` and `down` add up what rose and what fell; `net` is their sum. First forms move nothing.
    `attempts` and of them those `proven` by a call's id. Of the re-calls of his picks, `recalls`
    came to grades and `agreed` on every item that both have.
    """

    caller: str
    calls: int
    outcomes: Mapping[str, int]
    up: int = 0
    down: int = 0
    attempts: int = 0
    proven: int = 0
    recalls: int = 0
    agreed: int = 0

    @property
    def net(self) -> int:
        """Points moved, all in all."""
        return self.up + self.down


def moved(verification: Verification) -> int:
    """Points by which the form is more, or less, than it was before the call.

    >>> from datetime import datetime
    >>> moved(Verification("2026-W23", "", "random", form="ABA", held="AEA"))
    -3
    """
    if verification.form == SILENT:
        return 0
    return points(from_letters(verification.held)) - points(from_letters(verification.form))


def callers_figures(
    finished: Iterable[tuple[Pick, Verification]],
) -> list[CallerFigures]:
    """The figures of each caller, by address, over picks whose calls have come to an end."""
    by_caller: dict[str, list[tuple[Pick, Verification]]] = {}
    for pick, verification in finished:
        by_caller.setdefault(verification.by, []).append((pick, verification))
    return [_figures(caller, by_caller[caller]) for caller in sorted(by_caller)]


def _figures(caller: str, finished: list[tuple[Pick, Verification]]) -> CallerFigures:
    moves = [moved(verification) for _, verification in finished]
    own = [each for pick, _ in finished for each in pick.attempts if each.by == caller]
    agreements = [agreed for pick, _ in finished if (agreed := agrees(pick)) is not None]
    return CallerFigures(
        caller,
        len(finished),
        dict(sorted(Counter(verification.outcome for _, verification in finished).items())),
        up=sum(move for move in moves if move > 0),
        down=sum(move for move in moves if move < 0),
        attempts=len(own),
        proven=sum(1 for each in own if each.sid),
        recalls=len(agreements),
        agreed=sum(agreements),
    )


def agrees(pick: Pick) -> bool | None:
    """Whether the re-call told the same grades as the first; None where they cannot be compared."""
    if pick.told is None or pick.recall is None:
        return None
    both = set(items(pick.told.grades, pick.recall.grades).values()) & {"same", "differs"}
    return both == {"same"} if both else None
