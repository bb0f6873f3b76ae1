"""Supervision takes over the list of a draw; until somebody has, the leads are told at noon."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core.acts import ActError, allow
from chalicelib.core.draws import Draw
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.saving import Stale

TRIES: Final = 5


class Draws(Protocol):
    def get(self, key: str) -> Draw | None: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class ListDesk:
    """Who has taken which list over."""

    def __init__(
        self,
        draws: Draws,
        effects: Effects,
        commit: Callable[[Sequence[object], Sequence[object]], None],
    ) -> None:
        """Draws, and the mails that wait for nobody to have taken their lists over."""
        self._draws = draws
        self._effects = effects
        self._commit = commit

    def acknowledge(self, key: str, by: Member, now: datetime) -> bool:
        """Note that `by` has the list of the draw `key`; False if somebody had it before.

        ActError: "role", "unknown_draw", "not_drawn" (facts draw).
        """
        allow("ack-list", by)
        for left in reversed(range(TRIES)):
            draw = self._drawn(key)
            if draw.acknowledged_at is not None:
                return False
            taken = replace(draw, acknowledged_at=now, acknowledged_by=by.mail.lower())
            try:
                self._commit([], [taken, *self._mail_not_needed(key)])
            except Stale:
                if not left:
                    raise
            else:
                return True
        raise AssertionError("the last try returns or raises")

    def _drawn(self, key: str) -> Draw:
        draw = self._draws.get(key)
        if draw is None:
            raise ActError("unknown_draw", draw=key)
        if draw.state != "drawn":
            raise ActError("not_drawn", draw=key)
        return draw

    def _mail_not_needed(self, key: str) -> list[Effect]:
        """The mail to the leads, due no more, if it has not left."""
        mail = self._effects.get(f"draw~{key}~draw_not_taken", 0)
        waits = mail is not None and mail.due_at is not None and mail.outbox.state == "planned"
        return [replace(mail, due_at=None)] if mail and waits else []
