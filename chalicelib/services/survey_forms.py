"""A customer at his own survey: the form behind its link, sent, corrected, or declined."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import calendar, devices, links
from chalicelib.core.devices import DaySalt, DeviceForm, Origin
from chalicelib.core.effects import Effect
from chalicelib.core.grades import Grades
from chalicelib.core.inbound import OptEvent
from chalicelib.core.link_answers import (
    CHANNEL,
    FormTurn,
    Known,
    SentForm,
    answers_version,
    on_form,
)
from chalicelib.core.outbox import on_opted_out
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.core.submissions import Submission, act_of, is_nonce
from chalicelib.core.visits import Visit, VisitKey, asked_number
from chalicelib.services import phone_numbers
from chalicelib.services.intake import Intake, NewCase, Opened
from chalicelib.services.survey_links import SurveyLinks

TRIES: Final = 8
"""Attempts at one act while others change the same visit."""

PAGE: Final = "survey"


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...
    def save(self, visit: Visit) -> Visit: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Submissions(Protocol):
    def get(self, key: str) -> Submission | None: ...


class Devices(Protocol):
    def salt(self, fresh: DaySalt) -> str: ...


@dataclass(frozen=True, slots=True)
class FormShown:
    """What the page of a survey says of its visit; the grades stored stay unsaid.

    Whoever stands beside the customer could read them otherwise. `version` changes with every
    answer; `can_decline`: the link was texted to a number, which could be left alone.
    """

    appliance: str
    completed_at: datetime
    language: str
    version: str
    answered: bool
    can_decline: bool


@dataclass(frozen=True, slots=True)
class FormTaken:
    """What became of a form: `outcome` as in `FormTurn`, or "stale": another answer came between.

    `grades` are those of this form, `case` the number of the complaint that its words were.
    """

    shown: FormShown
    outcome: str
    grades: Grades
    case: str = ""


class SurveyForms:
    """Shows surveys to the customers who have a link and takes their answers."""

    def __init__(
        self,
        visits: Visits,
        phones: Phones,
        submissions: Submissions,
        devices: Devices,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        intake: Intake,
        survey_links: SurveyLinks,
        rules: Rulebook,
        secret: Callable[[], bytes],
    ) -> None:
        """`secret` gives at least 16 random bytes at each call."""
        self._visits = visits
        self._phones = phones
        self._submissions = submissions
        self._devices = devices
        self._commit = commit
        self._intake = intake
        self._links = survey_links
        self._rules = rules
        self._secret = secret

    def issue(self, visit_id: str) -> str | None:
        """A fresh link token for a visit, None if there is no such visit; raises Stale and Busy."""
        visit = self._visit(visit_id)
        if visit is None:
            return None
        secret = links.secret_of(self._secret())
        self._visits.save(links.with_link(visit, secret))
        return links.survey_token(visit_id, secret)

    def show(self, token: str, now: datetime) -> FormShown | None:
        """What the link opens; None for one that is unknown or has run out."""
        visit = self._opened(token, now)
        return _shown(visit, self._texted(visit, token)) if visit else None

    def take(
        self,
        token: str,
        grades: Grades,
        comment: str,
        nonce: str,
        version: str,
        origin: Origin,
        now: datetime,
    ) -> FormTaken | None:
        """Store a form once for each time somebody meant it; None as `show`.

        "stale" stores nothing: the nonce is none of ours, or the answers are no longer those of
        `version`. Busy when others kept changing the visit.
        """
        fields = {**grades, **({"comment": comment} if comment else {})}
        key = act_of(nonce, PAGE, token, fields).key
        for _ in range(TRIES):
            visit = self._opened(token, now)
            if visit is None:
                return None
            number = self._texted(visit, token)
            kept = self._submissions.get(key) if is_nonce(nonce) else None
            if kept is not None:
                return FormTaken(_shown(visit, ""), kept.outcome, grades, kept.case)
            if not is_nonce(nonce) or version != answers_version(visit):
                return FormTaken(_shown(visit, number), "stale", grades)
            device = self._device(origin, now) if grades else ""
            sent = SentForm(grades, comment, key, device)
            taken = self._stored(visit, sent, fields, number or visit.facts.phone, now)
            if taken is not None:
                return taken
        raise Busy()

    def decline(self, token: str, now: datetime) -> FormShown | None:
        """Ask the number about nothing any more, as a STOP from it would; None as `show`.

        Only the link that was texted to a number can do so. The number is told: if it was somebody
        else who pressed the button, its owner learns it.
        """
        for _ in range(TRIES):
            visit = self._opened(token, now)
            if visit is None:
                return None
            number = self._texted(visit, token)
            phone = self._phones.get(number) if number else None
            if phone is None or phone.opted_out_at:
                return _shown(visit, number)
            ended = on_opted_out(visit, now) if number == asked_number(visit) else visit
            saves = [replace(phone, opted_out_at=now), *([ended] if ended is not visit else ())]
            try:
                self._commit(_declined(visit, number, self._secret().hex(), now), saves)
            except (Stale, Busy):
                continue
            return _shown(ended, number)
        raise Busy()

    def _texted(self, visit: Visit, token: str) -> str:
        """The number that this link was texted to, "" for one on paper: whoever holds a print, or
        had the number before the customer, takes nobody's surveys away."""
        numbers = {asked_number(visit), visit.facts.phone} - {""}
        parts = links.survey_parts(token)
        own = (n for n in sorted(numbers) if parts and self._links.is_of(parts, n))
        return next(own, "")

    def _stored(
        self, visit: Visit, sent: SentForm, fields: Mapping[str, str], number: str, now: datetime
    ) -> FormTaken | None:
        """The form taken, by him whose `number` it is; None if somebody changed something."""
        known = self._known(visit)
        turn = on_form(known, sent, now, self._rules)
        opened = self._complaint(visit, sent.comment, number, now) if turn.case else None
        raw = Submission(
            sent.source,
            PAGE,
            visit.facts.visit_id,
            now,
            fields,
            visit.facts.language,
            turn.outcome,
            opened.case.number if opened else "",
        )
        adds = [raw, *(opened.adds if opened else ()), *self._effects(turn, sent, number, now)]
        adds += _from_device(visit, sent, now)
        saves = [turn.visit, *([turn.phone] if turn.phone is not known.phone else ())]
        try:
            self._commit(adds, saves)
        except (Stale, AlreadyThere, Busy):
            return None
        return FormTaken(_shown(turn.visit, ""), turn.outcome, sent.grades, raw.case)

    def _effects(self, turn: FormTurn, sent: SentForm, number: str, now: datetime) -> list[object]:
        """The echo, a person to call or read, and the duty phones where it is danger."""
        planned: list[object] = [turn.echo] if turn.echo else []
        if turn.call:
            planned.append(Effect(sent.source, 0, "call", turn.call, now, {"phone": number}))
        if turn.call == "danger":
            planned += self._intake.pages(sent.source, number, now)
        return planned

    def _complaint(self, visit: Visit, words: str, number: str, now: datetime) -> Opened:
        """The case of a comment that complains: of the visit's own unit, unread."""
        facts = visit.facts
        new = NewCase(
            channel="web",
            received_at=now,
            text=words,
            phone=number,
            unit=facts.unit,
            visit_id=facts.visit_id,
            language=facts.language,
            customer_name=facts.customer_name,
        )
        return self._intake.opened(new)

    def _device(self, origin: Origin, now: datetime) -> str:
        """What the form came from, by the salt of the day; a form is taken without it too."""
        day = calendar.local_day(now, self._rules).isoformat()
        fresh = DaySalt(day, self._secret().hex(), now + devices.SALT_LIFE)
        try:
            return devices.device_of(origin, self._devices.salt(fresh))
        except Busy:
            return ""

    def _known(self, visit: Visit) -> Known:
        phone = self._phone(visit)
        other = phone.current if phone.current != visit.key else None
        current = self._visits.get(other) if other else None
        zones = phone_numbers.zones_of(visit.facts.country) or (self._rules.timezone,)
        return Known(visit, phone, current, zones)

    def _phone(self, visit: Visit) -> Phone:
        """The visit's number; that of a visit without one is "" and never saved."""
        number = visit.facts.phone
        return self._phones.get(number) if number else Phone("")

    def _opened(self, token: str, now: datetime) -> Visit | None:
        parts = links.survey_parts(token)
        visit = self._visit(parts.visit_id) if parts else None
        if parts is None or visit is None or not links.opens_survey(visit, parts.secret, now):
            return None
        return visit

    def _visit(self, visit_id: str) -> Visit | None:
        key = self._visits.key_of(visit_id)
        return self._visits.get(key) if key else None


def _shown(visit: Visit, number: str) -> FormShown:
    """What the page says; `number` is the one that its link was texted to, "" for none."""
    facts = visit.facts
    return FormShown(
        facts.appliance,
        facts.completed_at,
        facts.language,
        answers_version(visit),
        answered=bool(visit.answers),
        can_decline=bool(number),
    )


def _from_device(visit: Visit, sent: SentForm, now: datetime) -> list[object]:
    """What finds the form by its device."""
    if not sent.device:
        return []
    facts = visit.facts
    customer = devices.customer_of(sent.device, facts.phone)
    return [DeviceForm(sent.device, now, sent.source, facts.visit_id, customer)]


def _declined(visit: Visit, number: str, cause: str, now: datetime) -> list[object]:
    """What is kept of the wish, and the text that tells the number."""
    language = visit.facts.language
    kept: list[object] = [OptEvent(number, now, True, CHANNEL, cause)]
    values = {"to": number, "language": language}
    kept.append(Effect(cause, 1, "sms", "opted_out", now, values))
    return kept
