"""The story of a group as text: what is linked, which rule and mapping apply, who moved what, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from reconciler.engine.explain.explanation import Explanation, Mapped, Member, Routed, Step
from reconciler.model.address import Kind
from reconciler.model.finding import ordered
from reconciler.report.layout import Hanging, heading, labelled, page, paragraph
from reconciler.report.safe_text import one_line
from reconciler.report.screen import Screen
from reconciler.report.text import section_blocks
from reconciler.report.text_findings import finding_blocks
from reconciler.report.wording import counted, moment, severities
from reconciler.sync.remembered import Remembered

# A screen is for reading: beyond this many of one sort a count stands in. `--format json` has everything.
MOST_ISSUES, MOST_TRIALS, MOST_STEPS = 12, 10, 15


def render_explanation(told: Explanation, screen: Screen | None = None) -> str:
    """The whole story. Its last line counts the findings and the calls that it took."""
    return (screen or Screen()).draw(_story(told))


def _story(told: Explanation) -> Iterator[RenderableType]:
    yield from _linked(told)
    if told.routed is not None:
        yield from _rules(told.routed)
    if told.mapped is not None:
        yield from _mapping(told.mapped)
    if told.decision is not None:
        yield from _memory(told.remembered)
    if told.history:
        yield from _history(told.history)
    yield from _since(told)
    yield from _decision(told)
    yield from (heading("The next run"), "")
    if any(change.reason.text != told.next_run for change in told.changes) or not told.changes:
        yield from (paragraph(2, one_line(told.next_run)), "")
    yield from section_blocks(told.changes)
    if told.findings:
        yield from (heading("Findings", severities(told.findings)), "")
        yield from finding_blocks(ordered(told.findings), indent=2)
    yield paragraph(0, _totals(told), "bold")


def _totals(told: Explanation) -> str:
    incomplete = "" if told.is_complete else "Incomplete: something could not be read"
    parts = (incomplete, severities(told.findings), counted(sum(told.calls.values()), "call"))
    return "; ".join(part for part in parts if part)


# --- what is linked


def _linked(told: Explanation) -> Iterator[RenderableType]:
    issues = [member for member in told.members if member.address.kind is Kind.ISSUE]
    others = [member for member in told.members if member.address.kind is not Kind.ISSUE]
    yield from (heading("Linked", f"binding {one_line(told.binding)}" if told.binding else ""), "")
    for member in (*reversed(others), *issues[:MOST_ISSUES]):
        yield from (*_member(member), "")
    yield from _left_out(len(issues) - MOST_ISSUES, "more issue")
    if told.notes:
        for note in told.notes:
            yield paragraph(2, one_line(note))
        yield ""


def _member(member: Member) -> Iterator[RenderableType]:
    state = "not read" if member.state is None else one_line(member.state)
    group = f" ({member.group.value})" if member.group else ""
    yield Hanging(Text("  "), Text.assemble((one_line(str(member.address)), "bold"), f"  {state}{group}"), 6)
    person = f"assigned to {one_line(member.assignee)}" if member.assignee else "assigned to nobody"
    if member.state is not None:
        yield paragraph(6, " · ".join(part for part in (one_line(member.title), person) if part))
    if member.url:
        yield page(6, one_line(member.url))


def _left_out(number: int, noun: str) -> Iterator[RenderableType]:
    if number > 0:
        yield from (paragraph(2, f"… and {counted(number, noun)}: --format json shows all", "dim"), "")


# --- rule, mapping, memory


def _rules(routed: Routed) -> Iterator[RenderableType]:
    yield from (heading("Rules", f"issue {one_line(routed.issue_id)}"), "")
    tried = routed.trials[:-1] if routed.rule else routed.trials
    yield from _left_out(len(tried) - MOST_TRIALS, "earlier rule")
    for trial in (*tried[max(len(tried) - MOST_TRIALS, 0) :], *routed.trials[len(tried) :]):
        sign, style = ("✓", "bold green") if trial.matches else ("✗", "dim")
        place = f" ({one_line(str(trial.origin))})" if trial.origin else ""
        yield Hanging(Text(f"  {sign} ", style), Text.assemble((one_line(trial.rule), "bold"), (place, "dim")), 4)
        yield paragraph(6, one_line(trial.query if trial.matches else trial.because))
    if routed.rule is None:
        yield paragraph(2, "no rule matches" if routed.trials else "no rules are declared")
    apart = {issue: rule for issue, rule in routed.others.items() if rule != routed.rule}
    if apart:
        yield paragraph(2, f"{counted(len(apart), 'other issue')} of the group would go by another rule, or by none")
    yield ""


def _mapping(mapped: Mapped) -> Iterator[RenderableType]:
    place = f"({one_line(str(mapped.origin))})" if mapped.origin else ""
    yield from (heading("Mapping", f"{one_line(mapped.name or 'none')} {place}".rstrip()), "")
    read = mapped.group.value if mapped.group else "no group"
    rows = [("read", f"{one_line(mapped.status)} → {read}, {mapped.by}")]
    rows += [("write", f"{group.value} → {one_line(status)}") for group, status in mapped.targets.items()]
    yield from labelled(2, rows)
    yield ""


def _memory(base: Remembered | None) -> Iterator[RenderableType]:
    if base is None:
        yield from (heading("Remembered"), "")
        yield from (paragraph(2, "nothing: the group was never seen before"), "")
        return
    yield from (heading("Remembered", f"written {moment(base.at)}, linked since {moment(base.since)}"), "")
    ticket = base.group.ticket.value if base.group.ticket else "no group"
    case = f", which was left at {base.case_left.value}" if base.case_left else ""
    rows = [("ticket", ticket), ("case", f"{base.group.case.value}{case}")]
    rows.append(("issues", _states(base)))
    if base.group.reviewing:
        rows.append(("reviewing", f"{counted(len(base.group.reviewing), 'issue')} may still be reviewed by Datadog"))
    if base.intent is not None:
        after = base.intent.after
        rows.append(("broken off", f"a run at {moment(base.intent.at)} was to bring the group to {after.case.value}"))
    yield from labelled(2, rows)
    yield ""


def _states(base: Remembered) -> str:
    """How many issues were in which state; which ones stand apart is told by what differs."""
    labels = [state.label for state in base.group.issues.values()]
    return ", ".join(f"{labels.count(label)} {label}" for label in sorted(set(labels))) or "none"


# --- who moved what, what differs, what is decided


def _history(steps: Sequence[Step]) -> Iterator[RenderableType]:
    yield from (heading("History", "Datadog does not tell who moved an issue or a case"), "")
    yield from _left_out(len(steps) - MOST_STEPS, "earlier step")
    for step in steps[-MOST_STEPS:]:
        who = one_line(step.who) if step.who else "nobody is named"
        ours = " (us, or Datadog's own sync)" if step.ours else ""
        told = f"{one_line(step.what)}: {one_line(step.before)} → {one_line(step.after)}, {who}{ours}"
        yield Hanging(Text(f"  {'*' if step.is_new else ' '} {moment(step.at)}  ", "dim"), Text(told), 6)
    if any(step.is_new for step in steps):
        yield paragraph(2, "* since the group was remembered", "dim")
    yield ""


def _since(told: Explanation) -> Iterator[RenderableType]:
    if not told.differences:
        return
    yield from (heading("Moved since the base"), "")
    for difference in told.differences[:MOST_ISSUES]:
        yield paragraph(2, f"{one_line(difference.what)}: {one_line(difference.was)} → {one_line(difference.now)}")
    yield ""
    yield from _left_out(len(told.differences) - MOST_ISSUES, "more difference")


def _decision(told: Explanation) -> Iterator[RenderableType]:
    if told.decision is None:
        return
    held = (
        "held: nothing is written" if told.decision.held else f"the group stands at {told.decision.target.case.value}"
    )
    yield from (heading("Decision", held), "")
    for reason in told.decision.reasons:
        yield Hanging(Text("  "), Text.assemble((one_line(reason.rule), "bold"), f": {one_line(reason.text)}"), 4)
    for conflict in told.decision.conflicts:
        was, seen, target = (_value(side) for side in (conflict.base, conflict.seen, conflict.target))
        text = f"conflict: {one_line(conflict.what)} was {was}, is {seen}, becomes {target}: rule {conflict.rule}"
        yield paragraph(2, text, "bold yellow")
    yield ""


def _value(side: object) -> str:
    return str(getattr(side, "label", None) or getattr(side, "value", "no group"))
