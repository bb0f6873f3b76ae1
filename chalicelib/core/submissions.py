"""What a page sent us, kept as it came in, once for each time somebody meant it.

A page carries a random nonce. The same nonce with the same fields is the same act, however often
a browser repeats it; with other fields it is another act, so that nothing written is dropped.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

_NONCE: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Submission:
    """One act on a page: `page` "complaint" | "case" | "survey", `about` a case or visit.

    `fields` are those filled in, as sent. The text of a complaint stands in its case, word for
    word, and not here again; a customer who stays anonymous left no name and number here either.
    `outcome` is what a form led to, `case` the case that was opened by its words.
    """

    key: str
    page: str
    about: str
    received_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh"
    outcome: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Where all that is random about one act comes from, so that its repetition is the same."""

    seed: bytes

    @property
    def key(self) -> str:
        """What the act is stored under; it gives away nothing that is made from the seed."""
        return sha256(b"key" + self.seed).hexdigest()

    def bytes_for(self, purpose: str) -> bytes:
        """32 random bytes for one purpose."""
        return sha256(self.seed + purpose.encode()).digest()

    def numbers(self) -> Callable[[], int]:
        """Random numbers of 64 bits, the same row each time it is asked for."""
        drawn = iter(range(1_000_000))
        return lambda: int.from_bytes(self.bytes_for(f"number {next(drawn)}")[:8], "big")


def is_nonce(text: str) -> bool:
    """Whether `text` has the form of a nonce of ours: 128 bits as 32 hex digits."""
    return _NONCE.fullmatch(text) is not None


def act_of(nonce: str, page: str, about: str, fields: Mapping[str, str]) -> Act:
    """The act that these fields are, sent with this nonce; `about` is what the page is of.

    A nonce that is none of ours must be replaced by a random one before.
    """
    meant = json.dumps([nonce, page, about, sorted(fields.items())])
    return Act(sha256(meant.encode()).digest())
