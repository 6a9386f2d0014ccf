"""Which rule an issue goes by, rule by rule, and what kept each from matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.engine.explain.explanation import Routed, Trial
from reconciler.model.declared import Rule
from reconciler.model.issue import Issue
from reconciler.query.deciding import deciding_part, told
from reconciler.query.matching import matches
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
