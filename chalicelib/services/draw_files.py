"""What of a draw lies in the bucket and the vault: its frame, its cells, its secret, its manifest.

Nothing is drawn from a frame or a secret that is not, to the byte, what was mailed.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from chalicelib.core import sampling
from chalicelib.core.cells import Framed, cell_sizes
from chalicelib.core.draws import Draw, incidents_of
from chalicelib.core.frame import FrameLine, Frozen, frame_line, freeze, parse_frame_line
from chalicelib.core.manifest import Manifest, manifest
from chalicelib.core.tickets import commitment


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class Secrets(Protocol):
    def secret(self, key: str) -> bytes | None: ...


class TamperedError(Exception):
    """What lies in the bucket or the vault is not what was mailed: nothing is drawn from it."""


class Opened(NamedTuple):
    """A draw with its secret opened: the frame, what was drawn of it, the whole manifest."""

    lines: Sequence[FrameLine]
    drawn: sampling.Drawn
    manifest: Manifest


class DrawFiles:
    """Keeps frames and manifests, and opens draws."""

    def __init__(self, blobs: Blobs, vault: Secrets) -> None:
        """Only the draw function's role can read `vault`."""
        self._blobs = blobs
        self._vault = vault

    def keep_frame(self, draw_key: str, framed: Iterable[Framed]) -> Frozen:
        """Keep the frame with its cells; both under its hash, so a second reading harms none."""
        visits = sorted(framed, key=lambda visit: frame_line(visit.line))
        lines = [visit.line for visit in visits]
        frozen = freeze(lines)
        text = "\n".join(frame_line(line) for line in lines)
        place = f"draws/{draw_key}/{frozen.sha256}"
        self._blobs.put(f"{place}/frame.tsv", text.encode())
        self._blobs.put(f"{place}/cells.json", _as_json(cell_sizes(draw_key, visits)))
        return frozen

    def keep_manifest(self, name: str, content: Manifest) -> bytes:
        """Keep a manifest of a draw as the file `name`; its bytes."""
        text = _as_json(content)
        self._blobs.put(f"draws/{content['key']}/{name}.json", text)
        return text

    def opened(self, draw: Draw) -> Opened:
        """What the secret draws from the frozen frame; the same at any time. May be Tampered."""
        lines = self._frame_of(draw)
        secret = self.secret_of(draw)
        frame = freeze(lines)
        numbers: dict[str, Any] = {
            "calls_per_week": draw.calls_per_week,
            "min_per_unit": draw.min_per_unit,
            "incidents": incidents_of(draw),
        }
        result = sampling.draw(frame, lines, secret, **numbers)
        whole = manifest(draw.key, frame, lines, secret, result, **numbers)
        return Opened(lines, result, whole)

    def secret_of(self, draw: Draw) -> bytes:
        """The secret that was committed to."""
        secret = self._vault.secret(draw.key)
        if secret is None:
            raise LookupError(f"the secret of {draw.key} is not in the vault")
        if commitment(secret) != draw.commitment:
            raise TamperedError(f"the secret of {draw.key} is not the one committed to")
        return secret

    def _frame_of(self, draw: Draw) -> list[FrameLine]:
        content = self._blobs.get(f"draws/{draw.key}/{draw.frame_sha256}/frame.tsv")
        if content is None:
            raise LookupError(f"the frame of {draw.key} is not there")
        if sha256(content).hexdigest() != draw.frame_sha256:
            raise TamperedError(f"the file of {draw.key} is not the frame that was frozen")
        return [parse_frame_line(line) for line in content.decode().split("\n") if line]


def _as_json(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
