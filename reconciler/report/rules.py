"""The automation rules in the order in which they are tried, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.declared import AutoCreate, Configuration, Rule
from reconciler.plan.encoding import FORMAT_VERSION, to_json
from reconciler.report.layout import Hanging, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.wording import counted


def render_rules(configuration: Configuration, screen: Screen | None = None) -> str:
    """Each rule with its query, destination, automatic creation and place; the last line counts them."""
    return (screen or Screen()).draw(_rules(configuration))


def _rules(configuration: Configuration) -> Iterator[RenderableType]:
    rules = configuration.rules
    column = len(str(len(rules))) + 2
    for number, rule in enumerate(rules, start=1):
        title = Text.assemble((one_line(rule.name), "bold"), f"  {one_line(rule.set_name)} (order {rule.set_order})")
        if _place(rule):
            title.append(f"  {_place(rule)}", "dim")
        yield Hanging(Text(f"{number}".rjust(column - 2) + "  "), title, column)
        yield paragraph(column, one_line(rule.match), "cyan")
        yield paragraph(column, f"→ {_destination(rule, configuration)}; {_auto_create(rule.auto_create)}")
        yield ""
    creating = sum(rule.auto_create.enabled for rule in rules)
    total = f"{counted(len(rules), 'rule')}, {creating} with auto-create; the first that matches applies"
    yield paragraph(0, total if rules else "No rules are declared.", "bold")


def _place(rule: Rule) -> str:
    return f"{one_line(rule.written.origin.file)}:{rule.written.origin.line}" if rule.written else ""


def _target(rule: Rule, configuration: Configuration) -> dict[str, str | None]:
    """Account, project and ticket type: the rule's own, else its binding's."""
    to, binding = rule.destination, configuration.bindings.get(rule.destination.binding)
    return {
        "account": to.account or (binding.account if binding else None),
        "project": to.project or (binding.project if binding else None),
        "issue_type": to.issue_type or (binding.issue_type if binding else None),
    }


def _destination(rule: Rule, configuration: Configuration) -> str:
    known = {key: one_line(value or "?") for key, value in _target(rule, configuration).items()}
    return f"{known['issue_type']} in {known['project']} on {known['account']} (binding {one_line(rule.destination.binding)})"


def _auto_create(auto: AutoCreate) -> str:
    if not auto.enabled:
        return "tickets by hand only"
    since = f", issues since {auto.since}" if auto.since else ""
    most = f", at most {auto.max_per_day} a day" if auto.max_per_day is not None else ""
    return f"a ticket for each new issue{since}{most}"


def rules_document(configuration: Configuration) -> dict[str, object]:
    """What `rules list --format json` prints, in the order in which rules are tried."""
    return {
        "format_version": FORMAT_VERSION,
        "rules": [_encoded(rule, configuration) for rule in configuration.rules],
    }


def _encoded(rule: Rule, configuration: Configuration) -> dict[str, object]:
    return {
        "name": rule.name,
        "set": rule.set_name,
        "order": rule.set_order,
        "position": rule.position,
        "match": rule.match,
        "binding": rule.destination.binding,
        **_target(rule, configuration),
        "fields": to_json(rule.destination.fields),
        "auto_create": {
            "enabled": rule.auto_create.enabled,
            "since": rule.auto_create.since.isoformat() if rule.auto_create.since else None,
            "max_per_day": rule.auto_create.max_per_day,
        },
        "owner": rule.owner,
        "origin": to_json(rule.written.origin) if rule.written else None,
    }
