"""Callers' figures: outcomes, points moved, proof, re-calls."""

from dataclasses import replace

from chalicelib.core.callers_figures import CallerFigures, agrees, callers_figures, moved
from chalicelib.core.draws import Pick
from chalicelib.core.verification import Attempt, Told, Verification
from tests.core.test_recalls import SUN, WEN, pick
from tests.core.visit_samples import INVITED_AT


def ended(outcome: str, form: str, held: str, by: str = SUN.mail) -> Verification:
    return Verification("2026-W23", "", "random", outcome=outcome, form=form, held=held, by=by)


def test_points_are_moved_where_a_form_stood_before() -> None:
    assert moved(ended("differs", "ABA", "AEA")) == -3
    assert moved(ended("confirmed", "ABA", "ABA")) == 0
    assert moved(ended("first_form", "---", "AAA")) == 0
    assert moved(ended("never_answered", "EEE", "---")) == 6


def test_rises_and_falls_are_shown_beside_their_sum() -> None:
    finished = [
        (pick(1), ended("differs", "ABA", "AEA")),
        (pick(2), ended("differs", "EEE", "AEE")),
        (pick(3), ended("confirmed", "AAA", "AAA")),
        (pick(4), ended("unreachable", "AAA", "AAA", WEN.mail)),
    ]
    sun, wen = callers_figures(finished)
    assert (sun.caller, sun.calls, sun.outcomes) == (SUN.mail, 3, {"confirmed": 1, "differs": 2})
    assert (sun.up, sun.down, sun.net) == (4, -3, 1)
    assert wen == CallerFigures(WEN.mail, 1, {"unreachable": 1})
    assert callers_figures([]) == []


def test_attempts_are_proven_by_the_id_of_a_call() -> None:
    dialled = Attempt(INVITED_AT, SUN.mail, "no_answer")
    bridged = replace(dialled, sid="CA" + "0" * 32, seconds=31)
    other = replace(bridged, by=WEN.mail)
    called = replace(pick(1), attempts=(dialled, bridged, other))
    (sun,) = callers_figures([(called, ended("confirmed", "AAA", "AAA"))])
    assert (sun.attempts, sun.proven) == (2, 1)


def recalled(first: str, again: str) -> Pick:
    return replace(pick(1), told=Told(first), recall_by=WEN.mail, recall=Told(again))


def test_a_recall_agrees_item_by_item_where_both_have_a_grade() -> None:
    assert agrees(recalled("ABA", "ABA")) is True
    assert agrees(recalled("AB-", "-BC")) is True
    assert agrees(recalled("ABA", "ABE")) is False
    assert agrees(recalled("A--", "-BC")) is None
    assert agrees(pick(1)) is None
    (sun,) = callers_figures([(recalled("ABA", "ABE"), ended("confirmed", "ABA", "ABA"))])
    assert (sun.recalls, sun.agreed) == (1, 0)
