"""What text and Markdown say of drift alike."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.engine.drift.drift import Aspect, Drift, Drifted, Verdict
from reconciler.report.safe_text import one_line
from reconciler.report.wording import counted, moment, place

_ASPECTS = {
    Aspect.SETTINGS: "settings of a case project",
    Aspect.WEBHOOK: "webhook",
    Aspect.TICKET: "ticket that the rules ask for",
    Aspect.GROUP: "group out of step",
}


def headline(drift: Drift) -> str:
    """`Drift: 3 addresses, 1 accepted, 2 settling; 20 groups looked at, 23 calls`"""
    parts = [counted(len(drift.counted), "address").replace("addresss", "addresses") if drift.counted else "none"]
    parts += [f"{len(drift.accepted):,} accepted"] if drift.accepted else []
    parts += [f"{len(drift.settling):,} settling"] if drift.settling else []
    looked = f"{counted(drift.groups, 'group')} looked at, {counted(sum(drift.calls.values()), 'call')}"
    return f"Drift: {', '.join(parts)}; {looked}"


def warning(drift: Drift) -> str:
    """What must be known before anything else is read; empty where everything was seen."""
    if drift.verdict is not Verdict.COULD_NOT_LOOK:
        return ""
    return "Could not look at everything: what is listed may not be all, and what is not listed may have drifted."


def sort_of(one: Drifted) -> str:
    """What kind of thing it is, in words."""
    return _ASPECTS[one.aspect]


def trace(one: Drifted) -> str:
    """Who and when, as far as the systems tell; for a ticket that is missing, since when."""
    if one.aspect is Aspect.TICKET:
        return f"missing since {moment(one.since)}" if one.since else "missing"
    if one.since is None:
        return "changed by whom and when: not known"
    return f"changed by {one_line(one.who) if one.who else 'somebody'} at {moment(one.since)}"


def declared(one: Drifted) -> str:
    """Why it should be otherwise, with the line of YAML; empty where only findings tell."""
    reason = one.reason
    return f"{one_line(reason.text)} {place(reason)}".strip() if reason else ""


def answered(one: Drifted) -> str:
    """Who answers for it, until when and why; empty where nobody does."""
    accepted = one.accepted
    if accepted is None:
        return ""
    return f"accepted by {one_line(accepted.owner)} until {accepted.until}: {one_line(accepted.reason)}"


def lists(drift: Drift) -> Sequence[tuple[str, Sequence[Drifted]]]:
    """The three lists under their headings, those that are empty left out."""
    minutes = int(drift.grace.total_seconds() // 60)
    named = (
        ("Drifted", drift.counted),
        ("Accepted", drift.accepted),
        (f"Settling: changed within {counted(minutes, 'minute')}, not counted yet", drift.settling),
    )
    return [(title, entries) for title, entries in named if entries]
