"""Links that open one thing without an account: 128 random bits, of which only a hash is kept."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from chalicelib.core.visits import Visit

SECRET_BYTES: Final = 16

SURVEY_LIFE: Final = timedelta(days=180)
"""A survey's link opens for so long after the visit: long past every correction that counts."""

CASE_LIFE: Final = timedelta(days=730)
"""The link on a receipt lives as long as the case's text is kept (DESIGN 10, retention)."""

ASKED_LIFE: Final = timedelta(days=1)
"""The link that an asker by number and code is given, for what he does next."""

LINKS_KEPT: Final = 3
"""Links of one visit that stay good: that of its texts, of a print, of texts to another number."""

_JOIN: Final = "~"
"""Stands in no visit id and needs no escape in a URL."""

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_SURVEY: Final = re.compile(rf"([A-Za-z0-9][A-Za-z0-9._-]{{0,63}}){_JOIN}({_SECRET.pattern})")


@dataclass(frozen=True, slots=True)
class CaseLink:
    """What the link with this hash opens, and until when."""

    sha256: str
    case: str
    expires_at: datetime


class SurveyToken(NamedTuple):
    """A survey's link taken apart: the pointer to the visit and its secret."""

    visit_id: str
    secret: str


def secret_of(random_bytes: bytes) -> str:
    """128 random bits as they stand in a link: 22 characters that need no escape.

    >>> secret_of(bytes(16))
    'AAAAAAAAAAAAAAAAAAAAAA'
    """
    return _base64(random_bytes[:SECRET_BYTES])


def is_secret(text: str) -> bool:
    """Whether `text` has the form of a secret."""
    return _SECRET.fullmatch(text) is not None


def hashed(secret: str) -> str:
    """What is kept of a secret: its SHA-256, 43 characters."""
    return _base64(sha256(secret.encode()).digest())


def survey_token(visit_id: str, secret: str) -> str:
    """The last part of a survey's link.

    >>> survey_token("V-1", "AAAAAAAAAAAAAAAAAAAAAA")
    'V-1~AAAAAAAAAAAAAAAAAAAAAA'
    """
    return f"{visit_id}{_JOIN}{secret}"


def survey_parts(token: str) -> SurveyToken | None:
    """The inverse of `survey_token`; None for what can be none."""
    found = _SURVEY.fullmatch(token)
    return SurveyToken(found[1], found[2]) if found else None


def text_secret(key: bytes, visit_id: str, number: str) -> str:
    """The secret that stands in every text to a number about a visit, sent once or again.

    It is made from a key that is stored with no visit, so that nothing stored opens the survey.
    """
    made_of = f"survey\n{visit_id}\n{number}"
    return secret_of(hmac.digest(key, made_of.encode(), "sha256"))


def with_link(visit: Visit, secret: str) -> Visit:
    """The visit with this link, once; beyond LINKS_KEPT the one given out first stops working."""
    new = _kept(secret)
    others = [link for link in visit.links if link != new]
    return replace(visit, links=(*others, new)[-LINKS_KEPT:])


def opens_survey(visit: Visit, secret: str, now: datetime) -> bool:
    """Whether this secret is one of the visit's and the visit not too long ago."""
    alive = now < visit.facts.completed_at + SURVEY_LIFE
    return is_one_of(_kept(secret), visit.links) and alive


def _kept(secret: str) -> str:
    """Half of the hash, 128 bits as the secret: the visit's row is written often."""
    return hashed(secret)[:22]


def is_one_of(given: str, kept: Sequence[str]) -> bool:
    """Whether a hash stands among those kept, in a time that depends on their number alone."""
    return sum(hmac.compare_digest(given.encode(), each.encode()) for each in kept) > 0


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
