"""The fields of a rule's tickets: names and values as written, resolved against what Jira's create screen really takes.

Reference: jira-api §4 (createmeta: `allowedValues` by `value` or `name`; required without default must be supplied).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.declared import Rule
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.nearest import listed, nearest
from reconciler.model.screen import Screen, Unfit, choice, field_value, kind
from reconciler.model.ticket import CreateField

# What Datadog and the templates supply by themselves. Reference: datadog-api §2.2 (reporter is the integration's user).
SUPPLIED = frozenset({"project", "issuetype", "summary", "description", "reporter", "attachment", "issuelinks"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """The payload for Jira's create, or the findings that say why there is none."""

    payload: Mapping[str, Any]
    findings: tuple[Finding, ...]


def resolve(rule: Rule, screen: Screen) -> Resolved:
    """The fields of the rule as Jira takes them, with every fault found at its line."""
    payload: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, value in rule.destination.fields.items():
        target = screen.field_named(name)
        if target is None or target.id in SUPPLIED:
            findings.append(_unsettable(rule, screen, name, target))
            continue
        try:
            payload[target.id] = field_value(target, value, screen)
        except Unfit as unfit:
            text = f"rule {rule.name!r}: field {target.name!r}: {unfit.message}"
            place = _place(rule, name)
            findings.append(Finding("field-value", Severity.ERROR, text, origin=place, expected=unfit.expected))
    findings += _missing(rule, screen, payload)
    return Resolved(payload, tuple(findings))


def _place(rule: Rule, name: str) -> Origin | None:
    return rule.written.at(f"destination.fields.{name}") if rule.written else None


def _unsettable(rule: Rule, screen: Screen, name: str, target: CreateField | None) -> Finding:
    if target is not None:
        text = f"rule {rule.name!r}: field {target.name!r} is filled by the ticket's creation itself"
        hint = (
            "use `summary:` and `description:` of the destination" if target.id in {"summary", "description"} else None
        )
        return Finding("field-supplied", Severity.ERROR, text, origin=_place(rule, name), hint=hint or "remove it here")
    known = [candidate.name for candidate in screen.fields if candidate.id not in SUPPLIED]
    return Finding(
        "field-unknown",
        Severity.ERROR,
        f"rule {rule.name!r}: {screen.title} has no field {name!r} on its create screen",
        origin=_place(rule, name),
        expected="one of " + listed(known),
        hint=nearest(name, known) or "put the field on the project's create screen, or remove it here",
    )


def _missing(rule: Rule, screen: Screen, payload: Mapping[str, Any]) -> list[Finding]:
    place = rule.written.at("destination.fields") if rule.written else None
    return [
        Finding(
            "field-required",
            Severity.ERROR,
            f"rule {rule.name!r}: {screen.title} requires the field {absent.name!r} ({kind(absent)}) and it has no default",
            origin=place,
            expected=choice(absent),
            hint=f"add `{absent.name}: …` below `fields:` of the rule's destination",
        )
        for absent in screen.fields
        if absent.required and not absent.has_default and absent.id not in SUPPLIED and absent.id not in payload
    ]
