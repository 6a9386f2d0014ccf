"""The panel's actions as JSON: `schemas/ticket-action.schema.json`; what is linked: `schemas/ticket.schema.json`."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.engine.explain.explanation import Explanation
from reconciler.engine.panel.action import Action, Creating, Done, Following, Settling, TicketShown
from reconciler.model.finding import Finding, ordered
from reconciler.plan.encoding import (
    FORMAT_VERSION,
    encode_change,
    encode_finding,
    encode_outcomes,
    timestamp,
    to_json,
)


def action_document(action: Action, done: Done | None, findings: Sequence[Finding] = ()) -> dict[str, object]:
    """What `ticket create|link|unlink|settle --format json` print: what was to be done, and how it ended. `done` is None
    where nothing was begun.
    """
    outcomes = done.outcomes if done is not None else ()
    ticket = done.ticket if done is not None and done.ticket is not None else action.ticket
    plan = action.writing.plan if isinstance(action.writing, Creating | Settling) else None
    return {
        "format_version": FORMAT_VERSION,
        "action": action.name,
        "address": str(action.address),
        "issue": action.issue_id,
        "ticket": _ticket(ticket) if ticket else None,
        "case": action.case,
        "nothing_to_do": action.writing is None and not action.has_errors,
        "steps": list(action.steps),
        "notes": list(action.notes),
        "changes": [encode_change(change) for change in plan.changes] if plan else [],
        "following": _following(action.following) if action.following else None,
        "outcomes": encode_outcomes(outcomes),
        "state": done.state if done is not None else None,
        "findings": [encode_finding(finding) for finding in ordered((*action.findings, *findings))],
        "calls": to_json(action.calls),
    }


def _ticket(ticket: TicketShown) -> dict[str, object]:
    return {"key": ticket.key, "url": ticket.url}


def _following(following: Following) -> dict[str, object]:
    return {
        "why": following.why,
        "held": following.held,
        "by_datadog": following.native,
        "warnings": list(following.warnings),
        "changes": [encode_change(change) for change in following.changes],
    }


def linked_document(told: Explanation) -> dict[str, object]:
    """What `ticket show --format json` prints."""
    return {
        "format_version": FORMAT_VERSION,
        "asked": told.asked,
        "complete": told.is_complete,
        "binding": told.binding,
        "members": [
            {
                "address": str(member.address),
                "title": member.title,
                "state": member.state,
                "group": to_json(member.group),
                "assignee": member.assignee,
                "url": member.url,
            }
            for member in told.members
        ],
        "last_sync": timestamp(told.remembered.at) if told.remembered else None,
        "held": told.decision.held if told.decision else False,
        "next_run": told.next_run,
        "notes": list(told.notes),
        "findings": [encode_finding(finding) for finding in told.findings],
        "calls": to_json(told.calls),
    }
