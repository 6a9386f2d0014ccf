"""A saved plan is an assertion, not an instruction: what is applied is the fresh plan, as far as it is what was reviewed.

So a plan file that was tampered with can only make apply refuse. Refused whole: other configuration, other systems, expired.
Change by change: what no longer stands as reviewed is stale and left alone; what is new since the review is not applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reconciler.errors import PlanRefused
from reconciler.model.address import Address
from reconciler.model.limits import Limits
from reconciler.plan.change import Change
from reconciler.plan.encoding import FORMAT_VERSION, digest_of, encode_change, to_json
from reconciler.plan.limits import exceeded
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Review:
    """What of a reviewed plan still stands (`plan`), and how the rest of it ended before anything was written."""

    plan: Plan
    settled: tuple[Outcome, ...]
    unreviewed: int


def check_document(document: Mapping[str, object], now: datetime) -> None:
    """Refuse what can be refused before anything is read: the format, the digest, the date. Raises PlanRefused."""
    if document.get("format_version") != FORMAT_VERSION:
        raise PlanRefused(
            f"the plan has format version {document.get('format_version')!r}, this tool writes {FORMAT_VERSION}",
            cause="unreadable",
            hint="make the plan again with this version",
        )
    if digest_of(document) != document.get("digest"):
        raise PlanRefused(
            "the plan does not match its digest: it was altered after it was made",
            cause="altered",
            hint="make the plan again and have it reviewed",
        )
    if now >= _moment(document.get("expires_at")):
        raise PlanRefused(
            f"the plan expired at {document.get('expires_at')}", cause="expired", hint="make the plan again"
        )


def _moment(text: object) -> datetime:
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise PlanRefused(f"the plan says it expires at {text!r}, which is no time", cause="unreadable") from error


def check_targets(document: Mapping[str, object], fresh: Plan) -> None:
    """Refuse a plan made for another configuration or other systems. Raises PlanRefused."""
    if document.get("config_digest") != fresh.config_digest:
        raise PlanRefused(
            "the plan was made from another configuration than the one that is here",
            cause="stale",
            hint="check out the commit that was planned, or make the plan again",
        )
    targets = to_json(fresh.targets)
    if document.get("targets") != targets:
        raise PlanRefused(
            f"the plan is about {document.get('targets')}, the configuration leads to {targets}",
            cause="other-target",
            hint="apply it where it was made",
        )


def reviewed(document: Mapping[str, object], fresh: Plan, limits: Limits, now: datetime) -> Review:
    """What of the plan document still stands in the fresh plan. Raises PlanRefused where none of it may be applied."""
    check_document(document, now)
    check_targets(document, fresh)
    current = {str(change.address): change for change in fresh.changes}
    standing: list[Change] = []
    settled: list[Outcome] = []
    planned = document.get("changes")
    for entry in planned if isinstance(planned, list) else []:
        change = current.pop(str(entry["address"]), None)
        if change is not None and _same(entry, change):
            standing.append(change)
        else:
            settled.append(_settle(entry, change, fresh))
    if settled and not standing and all(outcome.status is Status.STALE for outcome in settled):
        raise PlanRefused(
            f"the plan is stale: {settled[0].address}: {settled[0].detail}",
            cause="stale",
            hint="somebody changed it since; make the plan again",
        )
    standing.sort(key=lambda change: change.address)
    over = tuple(finding.code for finding in exceeded(standing, limits, fresh.groups))
    return Review(replace(fresh, changes=tuple(standing), over_limit=over), tuple(settled), len(current))


def _same(entry: Mapping[str, object], change: Change) -> bool:
    """Whether the act is the same one: reasons are for people and may be worded anew, the rest may not differ."""
    now = encode_change(change)
    return all(entry.get(key) == now[key] for key in ("address", "action", "before", "after"))


def _settle(entry: Mapping[str, object], change: Change | None, fresh: Plan) -> Outcome:
    address, action = Address.parse(str(entry["address"])), str(entry["action"])
    if change is not None:
        return Outcome(
            address, action, Status.STALE, "what is there, or what is wanted, differs from what was reviewed"
        )
    unread = [finding for finding in fresh.findings if finding.address == address]
    if unread or not fresh.complete:
        return Outcome(address, action, Status.STALE, "it cannot be told whether this is still to be done")
    return Outcome(address, action, Status.UNCHANGED, "nothing is left to do: it is so already, or no longer wanted")
