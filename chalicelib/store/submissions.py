"""What pages sent, and the links to cases."""

from dataclasses import dataclass

from chalicelib.core.links import CaseLink
from chalicelib.core.submissions import Submission
from chalicelib.store import records
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class SubmissionStore:
    """Acts on pages by their key; they are added by commits alone and never change."""

    table: Table

    def get(self, key: str) -> Submission | None:
        """The act with this key, if it was stored before."""
        item = self.table.get(Key(f"WEB#{key}"))
        return records.read(Submission, item) if item else None


@dataclass(frozen=True, slots=True)
class CaseLinkStore:
    """Links to cases by the hash of their secret; they are added by commits and run out."""

    table: Table

    def get(self, sha256: str) -> CaseLink | None:
        """The link with this hash, run out or not."""
        item = self.table.get(Key(f"LINK#{sha256}"))
        return records.read(CaseLink, item) if item else None
