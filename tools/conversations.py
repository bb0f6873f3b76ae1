"""Ten conversations of each language out of a rehearsal, as a page that people can read.

No instants, and numbers masked: the page changes only when what is said changes.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tools.habits import HABITS
from tools.recount import Message
from tools.scenario import ZONE, Job, Scenario
from tools.spellings import Text

EACH: Final = 10
"""Conversations of each language."""

LANGUAGES: Final = {"zh": "Chinese", "en": "English"}

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#|])")
_SECRET: Final = re.compile(r"(https?://\S+?/[a-z]/)[\w~.-]+")
_CASE_NUMBER: Final = re.compile(r"(?<![+\d])\d{9}(?!\d)")

HEAD: Final = """# Conversations

Written by `make rehearse`: do not edit. Ten conversations of each language, as the service had them
with the customers of the rehearsal; what the customer wrote is in bold. Customers' numbers, the
numbers of cases and what is secret in links are masked.
"""


def page(
    scenario: Scenario, threads: Mapping[str, Sequence[Message]], visits: Mapping[str, Any]
) -> str:
    """The page in Markdown; `visits` by id as the service shows them."""
    parts = [HEAD]
    for language, name in LANGUAGES.items():
        parts.append(f"\n## {name}\n")
        for place, job in enumerate(_chosen(scenario, threads, language), start=1):
            parts.append(_conversation(place, job, threads[job.number], visits[job.visit_id]))
    return "".join(parts)


def _chosen(
    scenario: Scenario, threads: Mapping[str, Sequence[Message]], language: str
) -> Sequence[Job]:
    """For each habit the first job in which it showed, of a customer who had one job only."""
    jobs_of = Counter(job.number for job in scenario.jobs)
    first: dict[str, Job] = {}
    for job in scenario.jobs:
        texts = sum(not message.ours for message in threads.get(job.number, ()))
        is_whole = all(isinstance(step.does, Text) for step in job.steps)
        is_all = is_whole and texts == len(job.steps) > 0
        if job.language == language and is_all and jobs_of[job.number] == 1:
            first.setdefault(job.habit, job)
    return [first[habit.name] for habit in HABITS if habit.name in first][:EACH]


def _conversation(place: int, job: Job, thread: Sequence[Message], visit: Mapping[str, Any]) -> str:
    about = f"{job.appliance}, {_day(job.completed_at)}, {_masked(job.number)}"
    lines = "".join(f"- {_line(message)}\n" for message in thread)
    title = f"### {place}. A customer who {job.habit}"
    return f"\n{title}\n\n{about}\n\n{lines}\n{_stored(visit)}\n"


def _line(message: Message) -> str:
    text = _CASE_NUMBER.sub("•••••••••", message.text.replace("\n", " / "))
    text = _SECRET.sub(r"\1•••", text)
    shown = _escaped(text)
    return f"We: {shown}" if message.ours else f"Customer: **{shown}**"


def _stored(visit: Mapping[str, Any]) -> str:
    """The grades that the service shows for the visit, and the comment beside them."""
    grades = ", ".join(f"{item} {grade}" for item, grade in visit["grades"].items())
    late = " (after the close: they do not count)" if visit["late"] else ""
    comment = f"; comment: {_escaped(visit['comment'])}" if visit["comment"] else ""
    return f"Stored: {grades or 'no grades'}{late}{comment}".replace("\n", " / ")


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _day(instant: datetime) -> str:
    local = instant.astimezone(ZONE)
    return f"{local.day} {local:%B}"


def _masked(number: str) -> str:
    """
    >>> _masked("+85261234567")
    '+852•••••••67'
    """
    return f"{number[:4]}{'•' * (len(number) - 6)}{number[-2:]}"
