"""Daily budgets of texts: what each draws on, so that no flood of one kind holds up another."""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook

FREE: Final = frozenset({"danger_page"})
"""Messages that know no limit: somebody may be in danger."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A number of texts a day; `kind` names its account.

    Over a budget that is `held`, a text is kept and never sent; over any other it waits a day.
    """

    kind: str
    limit: int
    held: bool = False


def of_survey(rules: Rulebook) -> Budget:
    """What invitations and reminders draw on."""
    return Budget("survey", rules.budgets.survey)


def of_effect(effect: Effect, rules: Rulebook) -> tuple[Budget, ...]:
    """What the text of an effect draws on, all of them.

    A number that somebody typed into a page may belong to anybody: each gets so many a day and no
    more, and all of them together as many as receipts, on an account of their own.
    """
    budgets = rules.budgets
    if effect.what in FREE:
        return ()
    if effect.budget == "typed_in":
        number = effect.values.get("to", "")
        return (
            Budget(f"typed_in:{number}", budgets.typed_in, held=True),
            Budget("typed_in", budgets.receipts),
        )
    limits = {"receipts": budgets.receipts, "sign_in": budgets.sign_in}
    return (Budget(effect.budget, limits[effect.budget]),)
