"""What a turn of paging does outside: text and call to the duty phone, mail to supervision."""

from datetime import datetime

from chalicelib.core.effects import Effect
from chalicelib.core.paging import Turn
from chalicelib.core.rules import Rulebook


def of(turn: Turn, now: datetime, rules: Rulebook) -> list[Effect]:
    """The effects of a turn; each turn of a page has its own."""
    place = len(turn.page.rung)
    found = []
    if turn.phone:
        values = {"to": turn.phone, "language": rules.languages[0], "caller": turn.page.caller}
        found.append(Effect(f"page.{turn.page.cause}", place, "sms", "danger_page", now, values))
        found.append(Effect(f"ring.{turn.page.cause}", place, "page", "danger_call", now, values))
    if turn.nobody:
        told = {"caller": turn.page.caller, "case": turn.page.case, "phones": str(place)}
        found.append(
            Effect(f"alarm.{turn.page.cause}", place, "mail", "danger_unanswered", now, told)
        )
    return found
