"""The manifest of a draw: all an outsider needs to derive it again with `tools verify-draw`."""

from collections.abc import Iterable
from typing import Any, Final

from chalicelib.core.frame import FrameLine, Frozen, stratum
from chalicelib.core.sampling import Drawn, Incidents
from chalicelib.core.tickets import commitment
from chalicelib.core.unit_draw import Picked

VERSION: Final = 1

Manifest = dict[str, Any]
"""A JSON object with the keys of `manifest`."""


def manifest(
    key: str,
    frozen: Frozen,
    lines: Iterable[FrameLine],
    secret: bytes,
    drawn: Drawn,
    *,
    calls_per_week: int,
    min_per_unit: int,
    incidents: Incidents,
) -> Manifest:
    """The whole manifest as it is revealed; `lines` in the frame's order.

    `incidents` ("unit/technician": extra calls owed) stands in it only where there are any.
    """
    whole: Manifest = {
        "version": VERSION,
        "key": key,
        "commitment": commitment(secret),
        "secret": secret.hex(),
        "frame": [_frame_entry(line) for line in lines],
        "frame_count": frozen.count,
        "frame_sha256": frozen.sha256,
        "seed": drawn.seed,
        "calls_per_week": calls_per_week,
        "min_per_unit": min_per_unit,
        "quotas": dict(drawn.quotas),
        "picks": [_pick_entry(picked) for picked in drawn.picks],
        "reserve": [_pick_entry(picked) for picked in drawn.reserve],
        "reserve_count": len(drawn.reserve),
    }
    if incidents:
        whole["incidents"] = {f"{u}/{t}": calls for (u, t), calls in sorted(incidents.items())}
    return whole


def redacted(manifest: Manifest) -> Manifest:
    """The manifest before its reveal: secret, seed, reasons and reserve are null."""
    hidden = dict.fromkeys(("secret", "seed", "reserve"))
    frame = [{**entry, "reasons": None} for entry in manifest["frame"]]
    picks = [{**entry, "why": None} for entry in manifest["picks"]]
    return {**manifest, **hidden, "frame": frame, "picks": picks}


def _frame_entry(line: FrameLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "unit": line.unit,
        "technician": line.technician,
        "stratum": str(stratum(line)),
        "reasons": sorted(set(line.reasons)),
    }


def _pick_entry(picked: Picked) -> dict[str, str]:
    return {
        "id": picked.id,
        "stratum": picked.stratum,
        "ticket": picked.ticket,
        "why": picked.why,
    }
