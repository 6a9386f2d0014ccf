"""The story of a group as JSON: `schemas/explanation.schema.json`."""

from __future__ import annotations

from reconciler.engine.explain.explanation import Explanation, Mapped, Member, Routed, Step, Trial
from reconciler.plan.encoding import FORMAT_VERSION, encode_change, encode_finding, timestamp, to_json
from reconciler.sync.decision import Conflict, Decision
from reconciler.sync.remembered import Intent, Remembered


def explanation_document(told: Explanation) -> dict[str, object]:
    """What `explain --format json` prints: everything, however long."""
    return {
        "format_version": FORMAT_VERSION,
        "asked": told.asked,
        "complete": told.is_complete,
        "members": [_member(member) for member in told.members],
        "notes": list(told.notes),
        "binding": told.binding,
        "routed": _routed(told.routed) if told.routed else None,
        "mapped": _mapped(told.mapped) if told.mapped else None,
        "remembered": _remembered(told.remembered) if told.remembered else None,
        "history": [_step(step) for step in told.history],
        "differences": [{"what": one.what, "was": one.was, "now": one.now} for one in told.differences],
        "decision": _decision(told.decision) if told.decision else None,
        "next_run": told.next_run,
        "changes": [encode_change(change) for change in told.changes],
        "findings": [encode_finding(finding) for finding in told.findings],
        "calls": to_json(told.calls),
    }


def _member(member: Member) -> dict[str, object]:
    return {
        "address": str(member.address),
        "title": member.title,
        "state": member.state,
        "group": to_json(member.group),
        "assignee": member.assignee,
        "url": member.url,
    }


def _routed(routed: Routed) -> dict[str, object]:
    return {
        "issue": routed.issue_id,
        "rule": routed.rule,
        "trials": [_trial(trial) for trial in routed.trials],
        "others": to_json(routed.others),
    }


def _trial(trial: Trial) -> dict[str, object]:
    return {
        "rule": trial.rule,
        "query": trial.query,
        "matches": trial.matches,
        "because": trial.because,
        "origin": to_json(trial.origin),
    }


def _mapped(mapped: Mapped) -> dict[str, object]:
    return {
        "mapping": mapped.name,
        "status": mapped.status,
        "group": to_json(mapped.group),
        "by": mapped.by,
        "targets": to_json(mapped.targets),
        "origin": to_json(mapped.origin),
    }


def _remembered(base: Remembered) -> dict[str, object]:
    return {
        "group": to_json(base.group),
        "at": timestamp(base.at),
        "since": timestamp(base.since),
        "case_left": to_json(base.case_left),
        "intent": _intent(base.intent) if base.intent else None,
        "writes": [{"group": write.group.value, "at": timestamp(write.at)} for write in base.writes],
    }


def _intent(intent: Intent) -> dict[str, object]:
    return {"before": to_json(intent.before), "after": to_json(intent.after), "at": timestamp(intent.at)}


def _step(step: Step) -> dict[str, object]:
    return {
        "at": timestamp(step.at),
        "what": step.what,
        "before": step.before,
        "after": step.after,
        "who": step.who,
        "ours": step.ours,
        "new": step.is_new,
    }


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "target": to_json(decision.target),
        "held": decision.held,
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
        "conflicts": [_conflict(conflict) for conflict in decision.conflicts],
    }


def _conflict(conflict: Conflict) -> dict[str, object]:
    return {
        "what": conflict.what,
        "base": to_json(conflict.base),
        "seen": to_json(conflict.seen),
        "target": to_json(conflict.target),
        "rule": conflict.rule,
    }
