"""The digest of Friday noon: one mail a week, each number counted once, and to whom it goes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.core.draws import Draw, Pick
from chalicelib.core.verification import Attempt, Told, Verification
from tests.services.months import JUNE, MAY, put_cases, put_forms
from tests.stage import Stage, plain

FRIDAY = datetime(2026, 5, 15, 4, tzinfo=UTC)
"""Noon in Shanghai, five days after the visits and cases of `months` settled and came in."""


def told(stage: Stage, week: str = "2026-W20") -> dict[str, dict[str, dict[str, int]]]:
    effect = stage.storage.effects.get(f"digest~{week}", 0)
    assert effect is not None
    found: dict[str, dict[str, dict[str, int]]] = json.loads(effect.values["figures"])
    return found


def test_a_week_is_told_once_from_its_friday_noon_on(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA"])
    early = FRIDAY - timedelta(minutes=1)
    stage.move(max(stage.now, early))
    assert [stage.wiring.digests.run(FRIDAY + timedelta(minutes=m)) for m in (0, 1, 99)] == [
        True,
        False,
        False,
    ]


def test_answers_silence_complaints_and_terms_are_counted(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA", "ABC", "---"])
    put_cases(stage, MAY, 2)
    put_cases(stage, MAY, 1, kind="praise")
    stage.wiring.digests.run(FRIDAY)
    week = told(stage)["2026-W20"]["U1"]
    assert (week["settled"], week["answered"], week["points"]) == (3, 2, 9)
    assert (week["cases"], week["complaints"]) == (3, 2)
    assert week["late"] >= 3


def test_cases_without_a_unit_are_told_too(stage: Stage) -> None:
    put_cases(stage, MAY, 2, unit="")
    stage.wiring.digests.run(FRIDAY)
    assert told(stage)["2026-W20"][""]["complaints"] == 2


def test_where_nothing_has_happened_nothing_is_mailed(stage: Stage) -> None:
    assert stage.wiring.digests.run(FRIDAY) is False
    stage.wiring.effects.run(FRIDAY)
    assert stage.mails("digest") == []


def test_a_later_week_is_compared_with_what_the_earlier_digest_said(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA"])
    stage.wiring.digests.run(FRIDAY)
    put_forms(stage, MAY, ["AAA", "BBB"], tag="later")
    stage.wiring.digests.run(FRIDAY + timedelta(days=7))
    found = told(stage, "2026-W21")
    assert found["2026-W20"]["U1"]["answered"] == 1
    assert "U1" not in found["2026-W21"]


def test_of_missed_weeks_the_last_is_mailed_and_shows_the_others(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA"])
    assert stage.wiring.digests.run(FRIDAY + timedelta(days=17))
    assert told(stage, "2026-W22")["2026-W20"]["U1"]["answered"] == 1
    assert stage.storage.effects.get("digest~2026-W20", 0) is None


def test_the_mail_goes_to_supervision_and_audit_and_compares(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA", "---"])
    put_cases(stage, MAY, 1)
    stage.wiring.digests.run(FRIDAY)
    stage.wiring.effects.run(FRIDAY)
    (mail,) = stage.mails("digest")
    readers = {
        member.mail
        for member in stage.wiring.people.members()
        if member.role in ("supervisor", "lead", "auditor")
    }
    assert set(str(mail["To"]).split(", ")) == readers
    text = plain(mail)
    assert "2026-W20" in text
    assert "East (U1)\t2\t1\t50%\t6.00\t1\t1" in text
    html = mail.get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()
    assert 'style="' in html.get_content()


def called(stage: Stage, visit_id: str, at: datetime, **told: str) -> None:
    """A pick of the week's draw whose call came to an end at `at`."""
    draw = Draw("2026-W19", "drawn", "c" * 64, drawn_at=FRIDAY - timedelta(days=11))
    stage.storage.draws.create(draw)
    attempts = (
        Attempt(at, "chen@s.example", "no_answer"),
        Attempt(at, "chen@s.example", "reached", "CA1"),
    )
    pick = Pick(
        *(draw.key, "U1", 0, visit_id, MAY, "U1/Li/answered", "0.1", "random"),
        caller="chen@s.example",
        attempts=attempts,
        told=Told(grades=told["held"]),
    )
    stage.storage.draws.add_picks([pick])
    done = Verification(
        draw.key, "", "random", outcome="differs", at=at, by="chen@s.example", **told
    )
    stage.storage.visits.save(replace(stage.visit(visit_id), verification=done))


def test_callers_are_told_with_what_their_calls_came_to(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA"])
    called(stage, "U1-2026-05-000", FRIDAY - timedelta(days=2), form="AAA", held="ACA")
    stage.wiring.digests.run(FRIDAY)
    stage.wiring.effects.run(FRIDAY)
    (mail,) = stage.mails("digest")
    assert "chen@s.example\t1\t1/2\t+0 -2\t0/0" in plain(mail)


def test_a_call_of_another_week_is_not_told(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA"])
    called(stage, "U1-2026-05-000", FRIDAY, form="AAA", held="ACA")
    stage.wiring.digests.run(FRIDAY)
    effect = stage.storage.effects.get("digest~2026-W20", 0)
    assert effect is not None
    assert json.loads(effect.values["callers"]) == []


def test_a_number_above_all_earlier_weeks_is_said_in_a_sentence(stage: Stage) -> None:
    put_cases(stage, MAY, 1)
    put_cases(stage, JUNE, 3)
    noon = FRIDAY + timedelta(days=28)
    stage.wiring.digests.run(noon)
    stage.wiring.effects.run(noon)
    (mail,) = stage.mails("digest")
    assert "收到计数投诉 3 件，高于此前 4 周中的任何一周（0–1）" in plain(mail)


def test_a_share_of_half_a_percent_is_rounded_up_as_in_every_other_document(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA", *["---"] * 7])
    stage.wiring.digests.run(FRIDAY)
    stage.wiring.effects.run(FRIDAY)
    (mail,) = stage.mails("digest")
    assert "\t8\t1\t13%\t" in plain(mail)
