"""Which rule an issue goes by, rule by rule, and what kept each from matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from reconciler.engine.explain.explanation import Routed, Trial
from reconciler.model.declared import Rule
from reconciler.model.issue import Issue
from reconciler.query.matching import Record, matches
from reconciler.query.syntax import And, Expr, Not, Or, Term, render
from reconciler.rules.record import record
from reconciler.rules.routing import compile_rules


def tried(rules: Sequence[Rule], issue: Issue, others: Sequence[Issue] = ()) -> Routed:
    """The rules in the order in which they are tried on the issue, up to the first that matches."""
    routing = compile_rules(rules)
    facts = record(issue)
    trials = []
    for rule, query in zip(routing.rules, routing.queries, strict=True):
        hit = matches(query, facts)
        because = "" if hit else told(deciding_part(query, facts), facts)
        origin = rule.written.at("match") if rule.written else None
        trials.append(Trial(rule.name, rule.match, hit, because, origin))
        if hit:
            break
    found = routing.route(others)
    return Routed(issue.id, tuple(trials), {name: _name(found, name) for name in sorted(found) if name != issue.id})


def _name(found: Mapping[str, Rule | None], issue_id: str) -> str | None:
    rule = found[issue_id]
    return rule.name if rule else None


def deciding_part(query: Expr, facts: Record) -> Expr:
    """The smallest part that alone keeps the query from matching: of several that do, the first."""
    match query:
        case And(parts=parts):
            return next(deciding_part(part, facts) for part in parts if not matches(part, facts))
        case Term() | Not() | Or():
            return query
        case _:
            assert_never(query)


def told(part: Expr, facts: Record) -> str:
    """What kept a part from matching, with what the issue has in its place."""
    match part:
        case Term(attribute=attribute) | Not(part=Term(attribute=attribute)):
            values = facts.get(attribute, ())
            has = f"the issue's {attribute} is {', '.join(values)}" if values else f"the issue has no {attribute}"
            return f"{render(part)} does not hold: {has}"
        case Or():
            return f"none of {render(part)} holds"
        case Not() | And():
            return f"{render(part)} does not hold"
        case _:
            assert_never(part)
