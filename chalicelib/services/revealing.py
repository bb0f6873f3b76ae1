"""Opens old draws to those who check them: secret, seed, reasons and reserve (DESIGN 7)."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core.draw_calendar import revealed_with
from chalicelib.core.draws import Draw
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.services.draw_files import DrawFiles, TamperedError

log = logging.getLogger(__name__)


class Draws(Protocol):
    def all(self) -> list[Draw]: ...


class Revealing:
    """Reveals each draw with the first weekly mail at least 14 days after it."""

    def __init__(
        self,
        draws: Draws,
        files: DrawFiles,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`files` opens draws: it reads the vault."""
        self._draws = draws
        self._files = files
        self._commit = commit
        self._rules = rules

    def run(self, now: datetime) -> int:
        """Reveal what is to be revealed; how many. One that cannot be holds up no other."""
        draws = self._draws.all()
        due = [draw for draw in draws if self._is_due(draw, draws)]
        return sum(self._one(draw, now) for draw in due)

    def _is_due(self, draw: Draw, draws: Sequence[Draw]) -> bool:
        return draw.revealed_at is None and revealed_with(draw, draws, self._rules) is not None

    def _one(self, draw: Draw, now: datetime) -> bool:
        """The file first, then the mail and the draw together: a crash between repeats the file."""
        try:
            self._files.keep_manifest("revealed", self._files.opened(draw).manifest)
            self._commit([_mail(draw, "draw_revealed", now)], [replace(draw, revealed_at=now)])
        except (Stale, AlreadyThere):
            log.info("another run was faster", extra={"draw": draw.key})
            return False
        except (TamperedError, LookupError) as error:
            log.exception("a draw cannot be revealed", extra={"draw": draw.key})
            if isinstance(error, TamperedError):
                with suppress(AlreadyThere):
                    self._commit([_mail(draw, "draw_tampered", now)], [])
            return False
        return True


def _mail(draw: Draw, what: str, now: datetime) -> Effect:
    return Effect(f"draw~{draw.key}~{what}", 0, "mail", what, now, {"draw": draw.key})
