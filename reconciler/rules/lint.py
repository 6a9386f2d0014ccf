"""The claims of the prover as findings, in one wording for every command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from reconciler.model.declared import Rule
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.nearest import listed
from reconciler.query.fault import pointers
from reconciler.rules.claims import Claim, ClaimKind, Proof, shown
from reconciler.rules.proof import prove

_MOST_NAMES = 5


def reachability(rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """What `validate` says: rules that never apply. The cheap part of the proof."""
    return lint_findings(prove(rules, with_order=False))


def lint_findings(proof: Proof) -> tuple[Finding, ...]:
    """Every claim as a finding, in the order of the rules."""
    return tuple(_finding(claim) for claim in proof.claims)


def _finding(claim: Claim) -> Finding:
    match claim.kind:
        case ClaimKind.NEVER:
            return _never(claim)
        case ClaimKind.SHADOWED:
            return _shadowed(claim)
        case ClaimKind.CATCH_ALL:
            return _catch_all(claim)
        case ClaimKind.PARTLY:
            named = _named(claim.others) if claim.is_whole else ", ".join([*(one.name for one in claim.others), "…"])
            told = f"rule {claim.rule.name} comes after {named} for part of what it matches: {_example(claim)}"
            return Finding("rule-partly-shadowed", Severity.INFO, told, origin=_at(claim.rule))
        case ClaimKind.EXCHANGEABLE:
            names = _named((claim.rule, *claim.others), "and")
            told = f"rules {names} may stand in any order: no issue that gets this far matches two of them"
            return Finding("rules-exchangeable", Severity.INFO, told, origin=_at(claim.rule))
        case ClaimKind.UNPROVED:
            told = f"whether rule {claim.rule.name} ever applies is not decided: {claim.reason}"
            hint = "nothing is wrong by that; fewer wildcards and alternatives in one query make it provable"
            return Finding("rule-unproved", Severity.INFO, told, origin=_at(claim.rule), hint=hint)
        case _:
            assert_never(claim.kind)


def _never(claim: Claim) -> Finding:
    told = f"rule {claim.rule.name} can never match: {claim.reason}\n{pointers(claim.rule.match, claim.spans)}"
    hint = "take one of these parts out; several values of one attribute are written attribute:(a OR b)"
    return Finding("rule-never-matches", Severity.WARNING, told, origin=_at(claim.rule), hint=hint)


def _shadowed(claim: Claim) -> Finding:
    first, place = claim.others[0], _at(claim.others[0])
    if len(claim.others) == 1:
        taken = f"whatever matches it matches {first.name}{f' ({place})' if place else ''}, which is tried before it"
        hint = f"move it before {first.name}, narrow that one, or remove it"
    else:
        taken = f"whatever matches it matches {_named(claim.others, 'or')}, which are tried before it"
        hint = "move it before them, narrow one of them, or remove it"
    told = f"rule {claim.rule.name} never applies: {taken}; {_example(claim)}"
    return Finding("rule-shadowed", Severity.WARNING, told, origin=_at(claim.rule), hint=hint)


def _catch_all(claim: Claim) -> Finding:
    many = len(claim.others)
    after = f"the {many} rules after it never apply" if many > 1 else "the rule after it never applies"
    told = f"rule {claim.rule.name} matches every issue, so {after}: {_named(claim.others)}; {_example(claim)}"
    hint = "put it at the very end: last in the set with the largest `order`"
    return Finding("catch-all-not-last", Severity.WARNING, told, origin=_at(claim.rule), hint=hint)


def _example(claim: Claim) -> str:
    crash = any("is_crash" in rule.match for rule in (claim.rule, *claim.others[:_MOST_NAMES]))
    issue = shown(claim.witness or {}, crash=crash)
    return f"an issue such as {issue} goes by {claim.winner.name if claim.winner else 'none'}"


def _named(rules: Sequence[Rule], word: str = "and") -> str:
    names = [rule.name for rule in rules]
    if len(names) > _MOST_NAMES:
        return listed(names, _MOST_NAMES)
    *firsts, last = names
    return f"{', '.join(firsts)} {word} {last}" if firsts else last


def _at(rule: Rule) -> Origin | None:
    return rule.written.at("match") if rule.written else None
