"""Writes the digest's mail: what is unlike the weeks before first, then the tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final, Protocol

from chalicelib.core import calendar
from chalicelib.core.digests import begun, standing, summed
from chalicelib.core.effects import Effect
from chalicelib.core.estimates import shown
from chalicelib.core.lines import two_decimals
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import Letter, MailPage, MailTable, readers
from chalicelib.texts import Say, translator

READERS: Final = {"digest": ("supervisor", "lead", "auditor")}
"""Who gets which mail; the judged unit is never among them."""

COMPARED: Final = ("answered", "complaints", "late")
"""The figures that are said in a sentence, each against the weeks before."""

Named = tuple[str, Mapping[str, int]]
"""A week's key and its figures over all units."""


class People(Protocol):
    def members(self) -> list[Member]: ...
    def units(self) -> list[Unit]: ...


class DigestMails:
    """Composes the digest from the figures that lie in its effect."""

    def __init__(self, people: People, rules: Rulebook) -> None:
        """Who is to read it, and what the units are called."""
        self._people = people
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        names = {unit.unit_id: unit.name for unit in self._people.units()}
        ends = calendar.local_day(datetime.fromisoformat(effect.values["ends"]), self._rules)
        page = digest(effect.values, ends.isoformat(), names, translator(language))
        return Letter(page, readers(self._people.members(), effect.what, READERS), language)


def digest(values: Mapping[str, str], day: str, names: Mapping[str, str], say: Say) -> MailPage:
    """The page of a week; `values` as `services/digests.py` stores them, `day` its Friday."""
    told: dict[str, dict[str, dict[str, int]]] = json.loads(values["figures"])
    callers: list[dict[str, Any]] = json.loads(values["callers"])
    weeks = begun([(key, summed(by_unit)) for key, by_unit in sorted(told.items())])
    now, before = weeks[-1][1], weeks[:-1]
    units = MailTable(
        say("mail.digest.units"), _heads(say, "unit", "mean"), _units(told[values["week"]], names)
    )
    tables = [units] if units.rows else []
    if callers:
        heads = [say(f"mail.digest.column.{what}") for what in ("caller", "calls", "proven")]
        heads += [say("mail.digest.column.moved"), say("mail.digest.column.recalls")]
        tables.append(MailTable(say("mail.digest.callers"), heads, [_call(one) for one in callers]))
    return MailPage(
        say("mail.digest.subject", week=values["week"], day=day),
        [
            say("mail.digest.lead", day=day),
            *(_sentence(what, now, before, say) for what in COMPARED),
        ],
        _heads(say, "week", "mean"),
        [_week(key, figures) for key, figures in reversed(weeks)],
        tables=tables,
    )


def _heads(say: Say, first: str, mean: str) -> list[str]:
    whats = (first, "settled", "answered", "share", mean, "cases", "complaints", "kept", "late")
    return [say(f"mail.digest.column.{what}") for what in whats]


def _sentence(what: str, now: Mapping[str, int], before: Sequence[Named], say: Say) -> str:
    found = standing(now[what], [figures[what] for _, figures in before])
    sentence = f"mail.digest.{what}.{found.way or 'first'}"
    return say(sentence, **found._asdict(), weeks=len(before))


def _week(key: str, figures: Mapping[str, int]) -> list[str]:
    return [key, *_cells(figures)]


def _units(by_unit: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[list[str]]:
    return [
        [f"{names[unit]} ({unit})" if unit in names else unit or "–", *_cells(figures)]
        for unit, figures in sorted(by_unit.items())
    ]


def _cells(figures: Mapping[str, int]) -> list[str]:
    settled, answered = figures.get("settled", 0), figures.get("answered", 0)
    counts = [str(figures.get(what, 0)) for what in ("cases", "complaints", "kept", "late")]
    share = f"{shown(Fraction(100 * answered, settled), 0)}%" if settled else "–"
    mean = two_decimals(figures.get("points", 0), answered) if answered else "–"
    return [str(settled), str(answered), share, mean, *counts]


def _call(one: Mapping[str, Any]) -> list[str]:
    return [
        str(one["caller"]),
        str(one["calls"]),
        f"{one['proven']}/{one['attempts']}",
        f"{one['up']:+d} {one['down']:+d}" if one["up"] or one["down"] else "0",
        f"{one['agreed']}/{one['recalls']}",
    ]
