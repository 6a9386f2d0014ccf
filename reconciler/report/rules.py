"""The automation rules as they are tried: one after the other, the first that matches applies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reconciler.model.declared import AutoCreate, Configuration, GroupBy, Rule
from reconciler.plan.encoding import FORMAT_VERSION, to_json
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.wording import counted

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_rules(configuration: Configuration, screen: Screen | None = None) -> str:
    """The rules as text, numbered in the order in which they are tried."""
    return (screen or Screen()).draw(_rules(configuration))


def rules_document(configuration: Configuration) -> dict[str, object]:
    """The same as JSON."""
    return {
        "format_version": FORMAT_VERSION,
        "rules": [
            {
                "number": number,
                "name": rule.name,
                "set": rule.set_name,
                "order": rule.set_order,
                "match": rule.match,
                "binding": rule.destination.binding,
                "destination": destination(rule, configuration),
                "auto_create": rule.auto_create.enabled,
                "group_by": list(rule.group_by.attributes) if rule.group_by else [],
                "owner": rule.owner,
                "origin": to_json(rule.written.origin) if rule.written else None,
            }
            for number, rule in enumerate(configuration.rules, start=1)
        ],
    }


def destination(rule: Rule, configuration: Configuration) -> str:
    """`acme SHOP Bug`: the account, project and ticket type, the rule's own before its binding's."""
    goal, binding = rule.destination, configuration.bindings[rule.destination.binding]
    parts = (goal.account or binding.account, goal.project or binding.project, goal.issue_type or binding.issue_type)
    return " ".join(one_line(part) for part in parts)


def _rules(configuration: Configuration) -> Iterator[RenderableType]:
    from rich.text import Text

    from reconciler.report.layout import labelled, paragraph

    width = len(str(len(configuration.rules)))
    for number, rule in enumerate(configuration.rules, start=1):
        owner = f", owner {one_line(rule.owner)}" if rule.owner else ""
        yield Text.assemble(
            f"{number:>{width}}. ", (one_line(rule.name), "bold"), (f"  {one_line(rule.set_name)}{owner}", "dim")
        )
        yield from labelled(
            width + 2,
            [
                ("match", one_line(rule.match)),
                ("tickets", f"{destination(rule, configuration)} (binding {one_line(rule.destination.binding)})"),
                ("auto-create", _auto_create(rule.auto_create)),
                *([("group by", _group_by(rule.group_by))] if rule.group_by else []),
                *([("written", one_line(str(rule.written.origin)))] if rule.written else []),
            ],
        )
        yield ""
    automatic = sum(rule.auto_create.enabled for rule in configuration.rules)
    yield paragraph(0, f"{counted(len(configuration.rules), 'rule')}, {automatic} with auto-create", "bold")


def _auto_create(declared: AutoCreate) -> str:
    if not declared.enabled:
        return "no: a ticket is made only by hand"
    since = f", issues first seen since {declared.since.isoformat()}" if declared.since else ""
    most = f", at most {declared.max_per_day} a day" if declared.max_per_day is not None else ""
    return f"yes{since}{most}"


def _group_by(declared: GroupBy) -> str:
    hours, rest = divmod(int(declared.window.total_seconds()), 3600)
    window = f"{hours} hours" if not rest else f"{int(declared.window.total_seconds()) // 60} minutes"
    return f"{', '.join(declared.attributes)}: alike issues share one open ticket for {window}"
