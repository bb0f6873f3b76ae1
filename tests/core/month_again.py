"""A month once more, from the raw rows: own merging, own sums, own statistics.

Nothing of `chalicelib` is imported. What differs from the document is wrong in one of the two.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from hashlib import sha256
from typing import Any

POINTS = {"A": 2, "B": 1, "C": 0, "D": -1, "E": -2, "-": 0}
STRENGTH = {"staff": 0, "caller_id": 1, "direct": 2, "supervision": 3}
ITEMS = ("timeliness", "quality", "attitude")
TIERS = ((16, None, -10000), (11, 15, -5000), (6, 10, -3000), (1, 5, 0), (0, 0, 5000))
GONE = ("never_answered", "no_visit", "wrong_number")
VERIFIED = ("confirmed", "differs", "first_form")
OUTCOMES = (*GONE, *VERIFIED, "refused", "unreachable")
CHANNELS = ("sms", "link", "keypad", "paper", "call")

Row = Mapping[str, Any]


def again(
    visits: Iterable[Row],
    cases: Iterable[Row],
    cells: Mapping[str, int],
    before: Row | None,
    all_units: tuple[int, int] | None,
    rules: Row,
) -> dict[str, Any]:
    """The figures of a document, under the document's own names."""
    there = [_counted(row) for row in visits]
    were = [row for row in there if row["void"] != "visit"]
    forms = [row for row in were if row["form"]]
    points = sum(_points(row["form"]) for row in forms)
    n = len(were) if rules["denominator"] == "visits" else len(forms)
    lines = {
        "change": _change(points, len(forms), len(were), before, rules),
        "all_best": _alike(forms, "AAA", 1000, rules),
        "all_worst": _alike(forms, "EEE", -1000, rules),
    }
    counted, weighted = _complaints(cases, rules)
    low, high, lines["complaints"] = next(tier for tier in TIERS if weighted >= tier[0])
    name = f"{low}+" if high is None else f"{low}" if low == high else f"{low}-{high}"
    return {
        "forms": len(forms),
        "visits": len(were),
        "points": points,
        "n": n,
        "mean": _round(Fraction(points, n), 2) if n else None,
        "lines": lines,
        "amount": sum(lines.values()),
        "complaints": {"count": counted, "weighted": weighted, "tier": name},
        "sanction": weighted >= rules["sanction_from"],
        "squares": sum(_points(row["form"]) ** 2 for row in forms),
        "complete": sum("-" not in row["form"] for row in forms),
        "items": {item: _item(forms, place) for place, item in enumerate(ITEMS)},
        "funnel": {
            "visits": len(were),
            "reachable": sum(row["state"] != "uninvitable" for row in were),
            "invited": sum(row["invited"] for row in were),
            "delivered": 0,
            "answered": len(forms),
            "late": sum(row["late"] for row in were),
            "verified": sum(row["outcome"] in VERIFIED for row in were),
            "void_proposed": sum(row["void"] == "proposed" for row in there),
            "void": sum(row["void"] in ("form", "visit") for row in there),
        },
        "evidence": _numbers(STRENGTH, (row["top"]["evidence"] for row in forms)),
        "channels": _numbers(CHANNELS, (row["top"]["channel"] for row in forms)),
        "response": {
            "rr1": _share(sum("-" not in row["form"] for row in forms), len(were)),
            "rr2": _share(len(forms), len(were)),
        },
        "technicians": _technicians(there, rules),
        "usual": _usual(len(were), all_units),
        "verification": _verification(there, were, forms, points, cells),
    }


def _counted(row: Row) -> dict[str, Any]:
    """A visit's form as it counts, and what its call came to."""
    in_time = [answer for answer in row["answers"] if not answer["late"]]
    ranked = sorted(in_time, key=lambda a: (STRENGTH[a["evidence"]], a["at"], a["source"]))
    form = "".join(
        next((a["grades"][place] for a in reversed(ranked) if a["grades"][place] != "-"), "-")
        for place in range(3)
    )
    call = row["verification"] or {"outcome": "", "void": "", "cell": "", "told": "", "form": ""}
    void = {"proposed": "proposed", "approved": "form"}.get(call["void"], "")
    if void == "form" and call["outcome"] == "no_visit":
        void = "visit"
    unit, name = row["facts"]["unit"], row["facts"]["technician"]
    return {
        "technician": sha256(f"{unit}\t{name}".encode()).hexdigest()[:10],
        "form": "" if form == "---" or void in ("form", "visit") else form,
        "top": ranked[-1] if ranked else None,
        "late": any(answer["late"] for answer in row["answers"]),
        "void": void,
        "state": row["survey"]["state"],
        "invited": row["survey"]["invited_at"] is not None,
        **{key: call[key] for key in ("outcome", "cell", "told")},
        "then": call["form"],
    }


def _numbers(words: Iterable[str], found: Iterable[str]) -> dict[str, int]:
    return dict.fromkeys(words, 0) | Counter(found)


def _share(part: int, whole: int) -> str | None:
    return _round(Fraction(part, whole), 4) if whole else None


def _points(form: str) -> int:
    return sum(POINTS[grade] for grade in form)


def _round(value: Fraction, places: int) -> str:
    scaled = abs(value) * 10**places
    whole = int(scaled + Fraction(1, 2))
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}}"


def _change(points: int, forms: int, visits: int, before: Row | None, rules: Row) -> int:
    if before is None or not forms or not before["forms"]:
        return 0
    if forms < rules["change_min_forms"] or before["forms"] < rules["change_min_forms"]:
        return 0
    by_visit = rules["denominator"] == "visits"
    now = Fraction(points, visits if by_visit else forms)
    then = Fraction(before["points"], before["visits"] if by_visit else before["forms"])
    return 1000 if now > then else -1000 if now < then else 0


def _alike(forms: list[dict[str, Any]], letters: str, amount: int, rules: Row) -> int:
    enough = len(forms) >= max(1, rules["special_min_forms"])
    return amount if enough and all(row["form"] == letters for row in forms) else 0


def _complaints(cases: Iterable[Row], rules: Row) -> tuple[int, int]:
    counting = [
        case
        for case in cases
        if case["kind"] in ("complaint", "unread")
        and case["standing"] == "counts"
        and case["channel"] in rules["counting_channels"]
    ]
    return len(counting), sum(rules["severity_weight"][case["severity"]] for case in counting)


def _item(forms: list[dict[str, Any]], place: int) -> dict[str, Any]:
    given = Counter(row["form"][place] for row in forms if row["form"][place] != "-")
    total = sum(POINTS[grade] * number for grade, number in given.items())
    counts = {grade: given[grade] for grade in "ABCDE"}
    return {"n": given.total(), "points": total, "counts": counts}


def _technicians(there: list[dict[str, Any]], rules: Row) -> list[dict[str, Any]]:
    found = []
    for code in sorted({row["technician"] for row in there}):
        mine = [row for row in there if row["technician"] == code]
        were = [row for row in mine if row["void"] != "visit"]
        forms = [row["form"] for row in were if row["form"]]
        n = len(were) if rules["denominator"] == "visits" else len(forms)
        points = sum(map(_points, forms))
        found.append({
            "technician": code, "visits": len(were), "forms": len(forms), "points": points,
            "verified": sum(row["outcome"] in VERIFIED for row in mine),
            "differs": sum(row["outcome"] == "differs" for row in mine),
            "mean": _round(Fraction(points, n), 2) if n else None,
        })  # fmt: skip
    return found


def _usual(visits: int, all_units: tuple[int, int] | None) -> dict[str, int] | None:
    """Between the 2.5th and the 97.5th percentile of a Poisson law, by its own logarithm."""
    if not visits or not all_units or not all_units[0]:
        return None
    with localcontext() as context:
        context.prec = 60
        mean = Decimal(visits) * all_units[1] / all_units[0]
        terms, total = [Decimal(1)], Decimal(0)
        while len(terms) < 900:
            terms.append(terms[-1] * mean / len(terms))
        whole = sum(terms)
        shares = [total := total + term / whole for term in terms]
        low = next(k for k, share in enumerate(shares) if share > Decimal("0.025"))
        high = next(k for k, share in enumerate(shares) if share >= Decimal("0.975"))
    return {"from": low, "to": high}


# Calls


def _verification(
    there: list[dict[str, Any]],
    were: list[dict[str, Any]],
    forms: list[dict[str, Any]],
    points: int,
    cells: Mapping[str, int],
) -> dict[str, Any]:
    drawn = [row for row in there if row["cell"]]
    found: dict[str, Any] = {
        "drawn": len(drawn),
        "open": sum(not row["outcome"] for row in drawn),
        "outcomes": _numbers(OUTCOMES, (row["outcome"] for row in drawn if row["outcome"])),
        "adjusted_mean": _adjusted(drawn, were, forms, points, cells),
    }
    return found | _rate(drawn, cells) | {"items": _items(drawn, cells)}


def _verdict(row: dict[str, Any]) -> bool | None:
    if row["outcome"] in GONE:
        return False if row["void"] else None
    return {"confirmed": True, "differs": False}.get(row["outcome"])


def _rate(drawn: list[dict[str, Any]], cells: Mapping[str, int]) -> dict[str, Any]:
    answered = {cell: size for cell, size in cells.items() if "/answered/" in cell}
    verdicts = defaultdict(list)
    for row in drawn:
        verdicts[row["cell"]].append(_verdict(row))
    known = {cell: [v for v in verdicts[cell] if v is not None] for cell in answered}
    known = {cell: found for cell, found in known.items() if found}
    if not known:
        return {"rate": None, "wilson": None, "bounds": None, "covered": None, "calls": 0}
    covered = sum(answered[cell] for cell in known)
    total = sum(answered.values())
    rate = sum(Fraction(answered[c] * sum(v), len(v)) for c, v in known.items()) / covered
    squares = sum(len(v) * Fraction(answered[c], len(v)) ** 2 for c, v in known.items())
    low = sum(Fraction(size * verdicts[c].count(True), len(verdicts[c]))
              for c, size in answered.items() if verdicts[c])  # fmt: skip
    high = sum(Fraction(size * verdicts[c].count(False), len(verdicts[c]))
               for c, size in answered.items() if verdicts[c])  # fmt: skip
    return {
        "rate": _round(Fraction(rate), 4),
        "wilson": _wilson(Fraction(rate), Fraction(covered**2) / squares),
        "bounds": [_round(Fraction(low) / total, 4), _round(1 - Fraction(high) / total, 4)],
        "covered": _round(Fraction(covered, total), 4),
        "calls": sum(map(len, known.values())),
    }


def _wilson(rate: Fraction, n: Fraction) -> list[str]:
    with localcontext() as context:
        context.prec = 60
        z, p = Decimal("1.959963984540054"), Decimal(rate.numerator) / rate.denominator
        size = Decimal(n.numerator) / n.denominator
        middle = p + z * z / (2 * size)
        spread = z * (p * (1 - p) / size + z * z / (4 * size * size)).sqrt()
        whole = 1 + z * z / size
        ends = (
            max((middle - spread) / whole, Decimal(0)),
            min((middle + spread) / whole, Decimal(1)),
        )
        return [_round(Fraction(end), 4) for end in ends]


def _items(drawn: list[dict[str, Any]], cells: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, item in enumerate(ITEMS):
        by_cell = defaultdict(list)
        for row in drawn:
            told = row["told"] if row["outcome"] in VERIFIED else "---"
            if "/answered/" in row["cell"] and "-" not in (told[place], row["then"][place]):
                by_cell[row["cell"]].append(POINTS[told[place]] - POINTS[row["then"][place]])
        size = sum(cells[cell] for cell in by_cell)
        if not size:
            found[item] = None
            continue
        equal = sum(Fraction(cells[c] * d.count(0), len(d)) for c, d in by_cell.items()) / size
        shift = sum(Fraction(cells[c] * sum(d), len(d)) for c, d in by_cell.items()) / size
        found[item] = {
            "agreement": _round(Fraction(equal), 4), "difference": _round(Fraction(shift), 4),
            "calls": sum(map(len, by_cell.values())),
        }  # fmt: skip
    return found


def _adjusted(
    drawn: list[dict[str, Any]],
    were: list[dict[str, Any]],
    forms: list[dict[str, Any]],
    points: int,
    cells: Mapping[str, int],
) -> str | None:
    silent = {cell: size for cell, size in cells.items() if "/silent/" in cell}
    if not silent:
        full = forms and len(were) == len(forms)
        return _round(Fraction(points, len(forms)), 2) if full else None
    brought = [row["form"] for row in drawn if row["cell"] in silent and row["form"]]
    told = defaultdict(list)
    for row in drawn:
        if row["cell"] in silent and row["outcome"] in VERIFIED and row["told"] != "---":
            told[row["cell"]].append(_points(row["told"]))
    size = sum(silent[cell] for cell in told)
    if not size:
        return None
    mean = sum(Fraction(silent[c] * sum(p), len(p)) for c, p in told.items()) / size
    missing, left = sum(silent.values()), len(forms) - len(brought)
    total = points - sum(map(_points, brought)) + mean * missing
    return _round(Fraction(total) / (left + missing), 2)
