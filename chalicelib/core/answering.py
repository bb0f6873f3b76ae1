"""What an answer does to its visit, by whatever channel it comes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.grades import is_complete
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Answer, Visit, merged, with_answer

CORRECTION: Final = timedelta(days=7)
"""For so long after the first answer it may be corrected in any case."""

COMMENT_LIMIT: Final = 1_000


def answered_with(visit: Visit, answer: Answer, now: datetime) -> Visit:
    """The visit with one more answer, from whatever channel, and its survey's state after it."""
    answers = with_answer(visit.answers, answer)
    complete = is_complete(merged(answers, with_late=True))
    survey = replace(
        visit.survey,
        state="answered" if complete else "partial",
        settled_at=visit.survey.settled_at or now,
        due_at=None,
    )
    return replace(visit, answers=answers, survey=survey)


def with_comment(visit: Visit, comment: str) -> Visit:
    """The visit with a comment added below the earlier ones; the raw text is kept elsewhere."""
    if not comment:
        return visit
    joined = f"{visit.comment}\n{comment}" if visit.comment else comment
    return replace(visit, comment=joined[-COMMENT_LIMIT:])


def may_correct(visit: Visit, now: datetime, rules: Rulebook) -> bool:
    """Whether an answer given now may still change the form: until the close, at least 7 days."""
    first = min(answer.at for answer in visit.answers)
    return now < max(calendar.close_at(visit.month, rules), first + CORRECTION)
