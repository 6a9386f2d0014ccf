"""All rules tried on one issue: which match, which part of each query decided, and the one that applies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.model.declared import Rule
from reconciler.query.deciding import deciding_part, fitting_part, told
from reconciler.query.matching import Record, matches
from reconciler.query.syntax import Span
from reconciler.rules.routing import Routing


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule, tried. `part` is the part of its query that decided; `because` says what kept it from matching. Only the first
    that matches `applies`.
    """

    rule: Rule
    matches: bool
    applies: bool
    part: Span
    because: str = ""


def whole_record(facts: Record) -> Record:
    """The facts as an issue has them: it always says whether it was a crash, and `false` unless somebody says otherwise."""
    return {"is_crash": ("false",), **facts}


def tried(routing: Routing, facts: Record) -> tuple[Trial, ...]:
    """Every rule, in order."""
    found: list[Trial] = []
    applied = False
    for rule, query in zip(routing.rules, routing.queries, strict=True):
        if matches(query, facts):
            found.append(Trial(rule, matches=True, applies=not applied, part=fitting_part(query, facts).span))
            applied = True
        else:
            part = deciding_part(query, facts)
            found.append(Trial(rule, matches=False, applies=False, part=part.span, because=told(part, facts)))
    return tuple(found)


def that_applies(trials: Iterable[Trial]) -> Rule | None:
    """The rule that applies; None where none does."""
    return next((trial.rule for trial in trials if trial.applies), None)
