"""A customer at his own case: what he sees behind its link, and what he adds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import case_messages, case_objections, links
from chalicelib.core.case_steps import Act as CaseAct
from chalicelib.core.case_steps import Step
from chalicelib.core.case_story import Story, may_object, story
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.danger import danger_in
from chalicelib.core.effects import Effect
from chalicelib.core.links import CaseLink
from chalicelib.core.rules import Rulebook
from chalicelib.core.submissions import Act, Submission, act_of, is_nonce
from chalicelib.services.intake import Intake

PAGE: Final = "case"


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class CaseLinks(Protocol):
    def get(self, sha256: str) -> CaseLink | None: ...


class Submissions(Protocol):
    def get(self, key: str) -> Submission | None: ...


class Writer(Protocol):
    def change(
        self,
        find: Callable[[], Case],
        decide: Callable[[Case, Sequence[CaseEvent], CaseAct], Step],
        act: CaseAct,
        extra: Callable[[Case, Step], Sequence[object]],
    ) -> Step: ...


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case for its customer, in the language it was brought in."""

    story: Story
    language: str


class CasePages:
    """Shows cases to their customers and takes what they add."""

    def __init__(
        self,
        cases: Cases,
        case_links: CaseLinks,
        submissions: Submissions,
        writer: Writer,
        intake: Intake,
        rules: Rulebook,
        salt: Callable[[], str],
    ) -> None:
        """`salt` gives 32 fresh random hex digits: a nonce for whoever sent none of ours."""
        self._cases = cases
        self._links = case_links
        self._submissions = submissions
        self._writer = writer
        self._intake = intake
        self._rules = rules
        self._salt = salt

    def show(self, secret: str, now: datetime) -> CaseShown | None:
        """The case that a link opens; None for a link that is unknown or has run out."""
        case = self._opened(secret, now)
        return self.shown(case) if case else None

    def shown(self, case: Case) -> CaseShown:
        """The case as its customer sees it."""
        return CaseShown(story(case, self._cases.events(case.number), self._rules), case.language)

    def add(
        self, secret: str, text: str, nonce: str, now: datetime, *, objects: bool = False
    ) -> CaseShown | None:
        """Add what the customer wrote, once for each time he meant it; None as `show`.

        `objects`: he does not agree with what his case was made into. Busy when others kept
        changing the case.
        """
        act = self._act(secret, text, nonce, objects=objects)

        def find() -> Case:
            case = self._opened(secret, now)
            if case is None:
                raise _NoCaseError
            return case

        def decide(case: Case, events: Sequence[CaseEvent], by: CaseAct) -> Step:
            if self._submissions.get(act.key):
                return Step(case)
            return _added(case, events, text, by, objects=objects)

        def extra(before: Case, step: Step) -> Sequence[object]:
            return self._adds(step.case, act, text, now)

        try:
            step = self._writer.change(find, decide, CaseAct("customer", now, "link"), extra)
        except _NoCaseError:
            return None
        return self.shown(step.case)

    def _act(self, secret: str, text: str, nonce: str, *, objects: bool) -> Act:
        fields = {"text": text, **({"objects": "True"} if objects else {})}
        return act_of(nonce if is_nonce(nonce) else self._salt(), PAGE, secret, fields)

    def _adds(self, case: Case, act: Act, text: str, now: datetime) -> list[object]:
        """The raw fact, and a person to read it; duty phones where it speaks of danger."""
        raw = Submission(act.key, PAGE, case.number, now, {}, case.language)
        danger = danger_in(text)
        call = Effect(act.key, 0, "call", _WHY.get(danger, "case_message"), now, _who(case))
        pages: Sequence[object] = ()
        if danger == "page":
            pages = self._intake.pages(act.key, case.phone, now, case=case.number)
        return [raw, call, *pages]

    def _opened(self, secret: str, now: datetime) -> Case | None:
        link = self._links.get(links.hashed(secret)) if links.is_secret(secret) else None
        if link is None or link.expires_at <= now:
            return None
        return self._cases.get(link.case)


class _NoCaseError(LookupError):
    """The link opens nothing."""


_WHY: Final[Mapping[str, str]] = {"page": "danger", "mark": "maybe_danger"}


def _who(case: Case) -> Mapping[str, str]:
    """Whom an entry of the call list is about: his number if he left one, and the case."""
    return {"phone": case.phone, "case": case.number}


def _added(
    case: Case, events: Sequence[CaseEvent], text: str, by: CaseAct, *, objects: bool
) -> Step:
    """What the customer wrote, and his objection where there is something to object to."""
    step = case_messages.messages(Step(case), text, by)
    if not objects or not may_object(events):
        return step
    objected = case_objections.object_to(step.case, events, by)
    return Step(objected.case, (*step.events, *objected.events))
