"""Reading a reply: one text of a customer → what it says, by which rule.

Strict about doubt, lenient about form: a wrong grade is worse than asking again, and no word is
ever lost. Pure, total over any text, linear in its length.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from chalicelib.core import reply_keywords as keywords
from chalicelib.core import reply_words as words
from chalicelib.core.grades import ITEMS, Grades
from chalicelib.core.reply_grades import beginning, closing, last_triple, whole
from chalicelib.core.reply_lexer import Token
from chalicelib.core.reply_quotes import cleaned, is_copy
from chalicelib.core.reply_spellings import Scope
from chalicelib.core.reply_text import Cleaned, skeleton
from chalicelib.core.reply_tokens import tokens

KINDS: Final = (
    *("grades", "partial", "confirm", "ask", "optout", "optin", "help", "status"),
    *("not_me", "not_finished", "call_me", "complaint", "comment"),
)
STORED: Final = ("grades", "partial")
"""The only kinds whose grades are stored; every other kind at most offers its grades."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the reader needs to know of the conversation.

    `pending` are the items not answered yet, in item order, () when nothing is asked. `ours` are
    our last messages as sent: quotes are known from them, and the copied example from `examples`,
    those of them that do not repeat the customer's own grades (None: all). `question` is
    our open question: "" none, "confirm" (did you mean `offered`?), "complaint" (shall we
    register one?), "ask" (please answer again). `answered`: a full answer is stored, so that a
    full triple or a named grade is a correction. Without `surveyed` (and unanswered) no grade is
    read at all; keywords and complaints are. `language` decides nothing: people mix them.
    """

    pending: tuple[str, ...] = ITEMS
    language: str = "zh"
    ours: tuple[str, ...] = ()
    examples: tuple[str, ...] | None = None
    question: str = ""
    offered: Mapping[str, str] = field(default_factory=dict)
    answered: bool = False
    surveyed: bool = True
    open_case: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says.

    `kind` is one of KINDS; `grades` are to store (grades, partial) or to offer (confirm, and a
    triple beside not_me, not_finished, call_me or complaint). `comment` are the words beside the
    grades, or all of them where there are none, verbatim. `complaint`: a case is wanted; with kind
    ask and rule complaint_question, we have to ask whether it is.

    `answer` is what it does to our open question: "yes" (to an offer: kind grades or partial with
    the offered grades, rule `confirmed`; to the complaint question: kind complaint, rule
    `complaint_confirmed`), "no" and "drop" (kind comment, rules `declined`, `dropped`), "" if it
    leaves it open. `number` are the nine digits of a status question. `danger` is "", "mark" or
    "page". `person`: someone has to read it although nothing else follows from it. `considered`
    are the rules tried before.
    """

    kind: str
    rule: str
    grades: Grades = field(default_factory=dict)
    comment: str = ""
    complaint: bool = False
    answer: str = ""
    number: str = ""
    danger: str = ""
    person: bool = False
    cleaned: str = ""
    considered: tuple[str, ...] = ()


def clean(text: str, ours: Sequence[str] = ()) -> str:
    """The text as it is read: folded, without our own words, trimmed; idempotent."""
    return cleaned(text, ours).text


def read(text: str, context: Context = Context()) -> Reading:
    """What a reply says: the first rule of the order that applies to it."""
    line = _line(text, context.ours)
    considered: list[str] = []
    for name, rule in _ORDER:
        if reading := rule(line, context):
            return replace(
                _in_answer(reading, line, context),
                danger=keywords.danger(line.plain),
                cleaned=line.cleaned.text,
                considered=tuple(considered),
            )
        considered.append(name)
    raise AssertionError("the last rule reads every text")  # pragma: no cover


@dataclass(frozen=True, slots=True)
class _Line:
    """A reply in every form the rules look at; `plain` is in simplified characters."""

    received: str
    cleaned: Cleaned
    plain: str
    row: Sequence[Token]
    keyword: str

    @property
    def everything(self) -> str:
        return self.received.strip() if self.cleaned.text else ""

    def words(self, where: tuple[int, int] | None) -> str:
        """Words of the text as received, by where they stand in the cleaned one."""
        if where is None:
            return ""
        origins = [*self.cleaned.origins, len(self.received)]
        start, end = where
        return self.received[origins[start] if start else 0 : origins[end]].strip()


def _line(text: str, ours: Sequence[str]) -> _Line:
    line = cleaned(text, ours)
    row = tokens(line.text)
    plain = line.text.translate(words.SIMPLER)
    return _Line(text, line, plain, row, keywords.bare(row))


# --- the order of the rules ------------------------------------------------------------------


def _dropped(line: _Line, context: Context) -> Reading | None:
    if not context.question or line.keyword not in words.DROPS:
        return None
    return Reading("comment", "dropped", comment=line.everything, answer="drop")


def _opted_out(line: _Line, context: Context) -> Reading | None:
    return Reading("optout", "optout") if keywords.opts_out(line.keyword) else None


def _opted_in(line: _Line, context: Context) -> Reading | None:
    return Reading("optin", "optin") if line.keyword in words.OPT_INS else None


def _helped(line: _Line, context: Context) -> Reading | None:
    return Reading("help", "help") if keywords.asks_for_help(line.keyword, line.plain) else None


def _unreadable(line: _Line, context: Context) -> Reading | None:
    if not keywords.is_unreadable(line.row):
        return None
    return Reading("comment", "unreadable", comment=line.everything, person=True)


def _progress(line: _Line, context: Context) -> Reading | None:
    number = keywords.status_number(line.keyword)
    if number is None or not (number or context.open_case):
        return None
    return Reading("status", "status", number=number)


def _answered(line: _Line, context: Context) -> Reading | None:
    """Yes or no to our open question, alone or before the grades that are meant."""
    if context.question not in ("confirm", "complaint"):
        return None
    answer = keywords.yes_or_no(line.row)
    if answer.rest and context.question == "confirm":
        return _answered_with(answer, context)
    if not answer.said or (answer.rest and not answer.parted):
        return None
    if answer.said == "no":
        return Reading("comment", "declined", comment=line.everything, answer="no")
    if context.question == "complaint":
        comment = line.everything if answer.rest else ""
        return Reading("complaint", "complaint_confirmed", {}, comment, True, "yes")
    return _confirmed(context) if context.offered else None


def _answered_with(answer: keywords.Answer, context: Context) -> Reading | None:
    """Yes ABA or no, ABC: with grades after it that are clear by themselves."""
    found = whole(tokens(answer.rest), _scope(context))
    if found is None or found.kind not in STORED:
        return None
    is_offer = dict(found.grades) == dict(context.offered)
    if answer.said == "yes":
        return _confirmed(context) if is_offer else None
    if is_offer or not answer.parted:
        return None
    return Reading(found.kind, "replaced", found.grades, answer="no")


def _confirmed(context: Context) -> Reading:
    complete = set(context.pending) <= set(context.offered)
    kind = "grades" if complete else "partial"
    return Reading(kind, "confirmed", dict(context.offered), answer="yes")


def _graded(line: _Line, context: Context) -> Reading | None:
    found = beginning(line.row, _scope(context))
    if found is None or found.kind not in STORED:
        return None
    is_offer = context.question == "confirm" and dict(found.grades) == dict(context.offered)
    examples = context.ours if context.examples is None else context.examples
    if len(found.grades) == len(ITEMS) and is_copy(line.keyword, examples):
        return _confirmed(context) if is_offer else Reading("confirm", "copied", found.grades)
    reading = _confirmed(context) if is_offer else Reading(found.kind, found.rule, found.grades)
    after = line.plain[found.words[0] :] if found.words else ""
    return replace(reading, comment=line.words(found.words), complaint=keywords.complains(after))


def _scope(context: Context) -> Scope:
    return Scope(context.pending if context.surveyed else (), context.answered)


def _remarked(line: _Line, context: Context) -> Reading | None:
    triple = last_triple(line.row, _scope(context))
    before = line.plain[: triple.words[1]] if triple and triple.words else line.plain
    for said, grades in ((before, triple.grades if triple else {}), (line.plain, {})):
        if kind := keywords.remark(said):
            return Reading(kind, kind, grades, line.everything)
    return None


def _complained(line: _Line, context: Context) -> Reading | None:
    if not keywords.complains_first(line.plain):
        return None
    triple = last_triple(line.row, _scope(context))
    grades = triple.grades if triple else {}
    return Reading("complaint", "complaint", grades, line.everything, complaint=True)


def _maybe_complained(line: _Line, context: Context) -> Reading | None:
    if not keywords.complains(line.plain):
        return None
    return Reading("ask", "complaint_question", comment=line.everything, complaint=True)


def _offered(line: _Line, context: Context) -> Reading | None:
    """Grades to confirm, or grade material to ask about."""
    scope = _scope(context)
    found = beginning(line.row, scope) or closing(line.row, scope)
    if found is None:
        return None
    return Reading(found.kind, found.rule, found.grades, line.words(found.words))


def _looks_alike(line: _Line, context: Context) -> Reading | None:
    """Letters of another alphabet in the place of A–E."""
    seen = skeleton(line.cleaned.text)
    if seen == line.cleaned.text:
        return None
    found = beginning(tokens(seen), _scope(context))
    if found is None or (found.kind == "confirm" and found.words):
        return None
    return Reading("ask", "look_alikes")


def _commented(line: _Line, context: Context) -> Reading:
    rule = "comment" if line.cleaned.text else "empty"
    return Reading("comment", rule, comment=line.everything)


_ORDER: Final[Sequence[tuple[str, Callable[[_Line, Context], Reading | None]]]] = (
    ("dropped", _dropped),
    ("optout", _opted_out),
    ("optin", _opted_in),
    ("help", _helped),
    ("unreadable", _unreadable),
    ("status", _progress),
    ("answer", _answered),
    ("grades", _graded),
    ("remark", _remarked),
    ("complaint", _complained),
    ("complaint_question", _maybe_complained),
    ("offer", _offered),
    ("look_alikes", _looks_alike),
    ("comment", _commented),
)
"""READING's order; the first that gives a reading is the reading."""


def _in_answer(reading: Reading, line: _Line, context: Context) -> Reading:
    """Another reading to offer while an offer is open: nothing to store, a person reads it."""
    if reading.kind != "confirm" or context.question != "confirm":
        return reading
    if dict(reading.grades) == dict(context.offered):
        return reading
    return Reading("comment", "other_than_offered", comment=line.everything, person=True)
