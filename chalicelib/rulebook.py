"""Read the rulebook file and refuse it, with file, line and reason, unless it holds throughout."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from chalicelib import toml_values as toml
from chalicelib.core.cases import CHANNELS
from chalicelib.core.rules import (
    DENOMINATORS,
    MODES,
    SEVERITIES,
    Budgets,
    Calendar,
    Clocks,
    PerSeverity,
    Rulebook,
    Segments,
    Tier,
)
from chalicelib.texts import LOCALES

DEFAULT: Final = Path(__file__).with_name("rulebook.toml")


class RulebookError(Exception):
    """The file cannot be the rulebook; the text is `file:line: reason`."""


def load(path: Path | None = None) -> Rulebook:
    """The rulebook in the file at `path`, by default the deployed one; else RulebookError."""
    path = path or DEFAULT
    try:
        data = path.read_bytes()
        return parse(data.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RulebookError(f"{path}:{line}: not UTF-8") from None
    except OSError as error:
        raise RulebookError(f"{path}:1: cannot be read: {error.strerror}") from None


def parse(text: str, name: str) -> Rulebook:
    """The rulebook written in `text`; `name` is the file's, for errors (RulebookError)."""
    source = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        content = tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        raise RulebookError(f"{name}:{toml.syntax_line(error, source)}: {error}") from None
    try:
        fields = _TOP(content)
        _check_together(fields)
    except toml.Flaw as flaw:
        raise RulebookError(f"{name}:{toml.line_of(source, flaw.place)}: {flaw}") from None
    return Rulebook(**fields, sha256=hashlib.sha256(text.encode("utf-8")).hexdigest())


def years_missing(rules: Rulebook, years: Iterable[int]) -> tuple[int, ...]:
    """Those of `years` for which the calendar names neither a holiday nor a made-up day."""
    named = {day.year for day in rules.calendar.holidays | rules.calendar.workdays}
    return tuple(year for year in years if year not in named)


def _tiers(value: object) -> tuple[Tier, ...]:
    """The rows of the complaint table: from 0 upwards, each beginning where the last one ended."""
    row = toml.table(
        {"from": toml.whole(0), "to": toml.whole(0), "amount": toml.whole(-toml.LARGEST)},
        lambda from_, amount, to=None: Tier(from_, to, amount),
        optional=("to",),
        renamed={"from": "from_"},
    )
    if not isinstance(value, list):
        raise toml.Flaw("must be rows [[tier]]")
    tiers = [toml.at(index, row)(one) for index, one in enumerate(value)]
    ends: int | None = -1
    for index, tier in enumerate(tiers):
        if ends is None or tier.from_ <= ends:
            raise toml.Flaw(f"overlaps the row before it, {tiers[index - 1].name}", (index, "from"))
        if tier.from_ > ends + 1:
            raise toml.Flaw(f"leaves a gap: no row holds {ends + 1}", (index, "from"))
        if tier.to is not None and tier.to < tier.from_:
            raise toml.Flaw(f"must not be less than from, {tier.from_}", (index, "to"))
        ends = tier.to
    if ends is not None:
        last = (len(tiers) - 1, "to") if tiers else ()
        raise toml.Flaw(f"no row holds {ends + 1} and more: the last row must have no `to`", last)
    return tuple(tiers)


# The keys


_AMOUNT: Final = toml.whole(0)
_PHONE: Final = r"\+[1-9][0-9]{6,14}"
_NAME: Final = r"(?=\S)[^\x00-\x1f\x7f]{1,60}(?<=\S)"
_PER_SEVERITY: Final = toml.table(dict.fromkeys(SEVERITIES, toml.whole(1, 1000)), PerSeverity)

_TOP: Final = toml.table(
    {
        "organisation": toml.text(_NAME, "a name of 1 to 60 characters"),
        "timezone": toml.zone,
        "languages": toml.list_of(toml.one_of(LOCALES), shortest=1),
        "currency": toml.text("[A-Z]{3}", 'a currency such as "CNY"'),
        "mode": toml.one_of(MODES),
        "denominator": toml.one_of(DENOMINATORS),
        "rise_award": _AMOUNT,
        "fall_penalty": _AMOUNT,
        "all_best_award": _AMOUNT,
        "all_worst_penalty": _AMOUNT,
        "change_min_forms": toml.whole(1),
        "special_min_forms": toml.whole(1),
        "sanction_from": toml.whole(1),
        "close_working_day": toml.whole(1, 15),
        "counting_channels": toml.list_of(toml.one_of(CHANNELS), shortest=1),
        "sending_hours": toml.hours,
        "invite_at": toml.time_of_day,
        "reminder_after_h": toml.whole(1, 24 * 60),
        "expire_after_d": toml.whole(1, 60),
        "no_sms_reply": toml.list_of(toml.text("[A-Z]{2}", 'a country such as "CN"')),
        "person_first": toml.yes_or_no,
        "desk_number": toml.text(f"({_PHONE})?", 'a number such as "+861012345678", or ""'),
        "duty_numbers": toml.list_of(toml.text(_PHONE, 'a number such as "+8613800000000"')),
        "calls_per_week": toml.whole(0),
        "min_per_unit": toml.whole(0),
        "calls_per_caller_day": toml.whole(1),
        "incident_calls": toml.whole(0),
        "tier": _tiers,
        "severity_weight": _PER_SEVERITY,
        "clocks": toml.table(
            {
                "forward_h": toml.whole(1, 1000),
                "answer_h": _PER_SEVERITY,
                "solve_h": _PER_SEVERITY,
                "mail_at": toml.list_of(toml.time_of_day, shortest=1),
            },
            Clocks,
        ),
        "calendar": toml.table(
            {
                "holidays": toml.list_of(toml.day),
                "workdays": toml.list_of(toml.day),
                "hours": toml.hours,
            },
            lambda holidays, workdays, hours: Calendar(
                frozenset(holidays), frozenset(workdays), hours
            ),
        ),
        "segments": toml.table(
            {
                "invitation": toml.whole(1, 10),
                "reminder": toml.whole(1, 10),
                "answer": toml.whole(1, 10),
            },
            Segments,
        ),
        "budgets": toml.table(
            {
                "survey": toml.whole(0),
                "receipts": toml.whole(0),
                "typed_in": toml.whole(0),
                "sign_in": toml.whole(0),
            },
            Budgets,
        ),
    },
    optional=("budgets",),
    renamed={"tier": "tiers"},
)


def _check_together(fields: Mapping[str, Any]) -> None:
    """What two keys must say to each other."""
    opens, closes = fields["sending_hours"]
    if not opens <= fields["invite_at"] < closes:
        raise toml.Flaw("must lie within sending_hours", ("invite_at",))
    if fields["reminder_after_h"] >= fields["expire_after_d"] * 24:
        raise toml.Flaw("must be less than expire_after_d", ("reminder_after_h",))
    both = fields["calendar"].holidays & fields["calendar"].workdays
    if both:
        raise toml.Flaw(f"{min(both)} is a holiday as well", ("calendar", "workdays"))
