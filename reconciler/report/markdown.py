"""A plan, or how an apply ended, as a pull-request comment: the summary first, the details folded, within GitHub's size.

The first line is a hidden marker by which a workflow finds its own comment and updates it instead of adding another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from reconciler.model.finding import Finding, Severity, ordered
from reconciler.plan.change import Change
from reconciler.plan.encoding import encode_plan
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan
from reconciler.report.backtest_markdown import impact_fold
from reconciler.report.conflicts import apart
from reconciler.report.folding import Fold, fitted
from reconciler.report.markdown_text import code, fenced, label, prose, sentence
from reconciler.report.safe_text import log_safe, safe_text
from reconciler.report.screen import Screen
from reconciler.report.text import entry_blocks
from reconciler.report.tickets import TicketGroup, is_new_ticket, ticket_groups
from reconciler.report.wording import (
    advice,
    entries,
    moment,
    nothing_differs,
    outcome_totals,
    sections,
    totals,
    verdict,
    where,
)
from reconciler.rules.backtest import Backtest

# GitHub refuses a comment of more than 65,536 characters. Reference: peers, "plan comment too long".
LIMIT = 60_000
REST = "The whole is in the plan file and in `reconciler plan --format json`."
_SCREEN = Screen(width=96)
_MOST_TARGETS = 10
_MOST_QUOTED = 12
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render_plan_markdown(
    plan: Plan, *, limit: int = LIMIT, rest: str = REST, name: str = "plan", impact: Backtest | None = None
) -> str:
    """The comment, at most `limit` characters (of no less than 8,000). `name` tells apart the comments of several
    configurations in one repository; `rest` is a sentence of ours that says where the whole plan is when this was cut;
    `impact` is what the change of the rules does to real issues.
    """
    head = [_marker(name), f"### {totals(plan)}"]
    if verdict(plan):
        head.append(f"**{prose(verdict(plan))}**")
    if not plan.changes:
        head.append(nothing_differs(plan))
    head.append(_about(plan))
    conflicts, rest_found = apart(plan.findings)
    told = [impact_fold(impact)] if impact is not None else []
    folds = [_findings_fold(conflicts, "Conflicts", is_open=True)] if conflicts else []
    folds += told
    folds += [_findings_fold(rest_found)] if rest_found else []
    for title, changes in sections(plan).items():
        others = [change for change in changes if not is_new_ticket(change)]
        if others:
            folds.append(_changes_fold(title, others))
        if len(others) < len(changes):
            folds.append(_tickets_fold(title, changes))
    return fitted("\n\n".join(head), folds, limit, rest)


def render_outcomes_markdown(
    outcomes: Sequence[Outcome], findings: Sequence[Finding] = (), *, limit: int = LIMIT, name: str = "apply"
) -> str:
    """How an apply ended, as a comment: what is not done is not folded away."""
    undone = [outcome for outcome in outcomes if not outcome.status.is_done]
    done = [outcome for outcome in outcomes if outcome.status.is_done]
    head = [_marker(name), f"### {outcome_totals(outcomes)}", *advice(outcomes)]
    folds = [_outcomes_fold("Not done", undone, is_open=True)] if undone else []
    folds += [_findings_fold(findings)] if findings else []
    folds += [_outcomes_fold("Done", done, is_open=False)] if done else []
    return fitted("\n\n".join(head), folds, limit, "The whole is in the log of the run.")


def _marker(name: str) -> str:
    return f"<!-- reconciler:{label(name)} -->"


def _about(plan: Plan) -> str:
    names = sorted(plan.targets.jira)[:_MOST_TARGETS]
    more = ["and others"] if len(plan.targets.jira) > _MOST_TARGETS else []
    targets = [code(plan.targets.datadog), *(f"{prose(name)} {code(plan.targets.jira[name])}" for name in names), *more]
    return (
        f"Read {', '.join(targets)} at {moment(plan.created_at)}; may be applied until {moment(plan.expires_at)}.\n"
        f"Plan {code(str(encode_plan(plan)['digest']))}"
    )


def _findings_fold(findings: Sequence[Finding], title: str = "Findings", *, is_open: bool = False) -> Fold:
    unique = ordered(tuple(findings))
    has_errors = any(finding.severity is Severity.ERROR for finding in unique)
    return Fold(title, title.lower(), len(unique), map(_finding, unique), is_open=is_open or has_errors)


def _finding(finding: Finding) -> str:
    place = f" {code(where(finding))}" if where(finding) else ""
    expected = f"expected {sentence(finding.expected)}" if finding.expected else None
    head, *quoted = finding.message.split("\n")
    told = " — ".join(part for part in (sentence(head), expected, sentence(finding.hint or "")) if part)
    entry = f"- **{_WORDS[finding.severity]}**{place} {told} {code(finding.code)}"
    lines = [log_safe(safe_text(line.rstrip())) for line in quoted[:_MOST_QUOTED] if line.strip()]
    return "\n  ".join([entry, *fenced(lines).split("\n")]) if lines else entry


def _changes_fold(title: str, changes: Sequence[Change]) -> Fold:
    read = entries(changes)
    return Fold(title, title.lower(), len(read), map(_entry, read), partial(fenced, language="diff"))


def _entry(entry: Sequence[Change]) -> str:
    """The entry of the text report, its sign at the start of the line where diff colouring looks for it."""
    drawn = _SCREEN.draw(entry_blocks(entry))
    sign = "!" if entry[0].sign == "~" else entry[0].sign
    return sign + "\n".join(line[2:] for line in drawn.splitlines())[1:] + "\n"


def _tickets_fold(title: str, changes: Sequence[Change]) -> Fold:
    groups = ticket_groups(changes)
    return Fold(title, "tickets to create", sum(len(group.tickets) for group in groups), _tickets(groups))


def _tickets(groups: Sequence[TicketGroup]) -> Iterator[str]:
    for number, group in enumerate(groups):
        title = f"**{code(group.rule)} → {prose(group.destination)}** {prose(group.place)}".rstrip()
        about = [title, *_why(group.reason), *_fields(group.fields)]
        opening = "\n" * bool(number) + "  \n".join(about) + "\n\n"
        for ticket in group.tickets:
            case = f" · case {prose(ticket.case)}" if ticket.case else ""
            lines = [f"- {prose(ticket.summary)}", f"{code(ticket.address)} · {code(ticket.marker)}{case}"]
            yield opening + "  \n  ".join([*lines, *_fields(ticket.fields), *_why(ticket.reason)])
            opening = ""


def _why(reason: str) -> list[str]:
    return [sentence(reason)] if reason else []


def _fields(fields: Mapping[str, str]) -> list[str]:
    return ["; ".join(f"{prose(name)}: {prose(value)}" for name, value in fields.items())] if fields else []


def _outcomes_fold(title: str, outcomes: Sequence[Outcome], *, is_open: bool) -> Fold:
    return Fold(title, "outcomes", len(outcomes), map(_outcome, outcomes), is_open=is_open)


def _outcome(outcome: Outcome) -> str:
    detail = f": {sentence(outcome.detail)}" if outcome.detail else ""
    return f"- **{outcome.status.value}** {outcome.action} {code(str(outcome.address))}{detail}"
