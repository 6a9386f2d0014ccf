"""The base of a group as one JSON object.

Kept under `PROPERTY_KEY` on the ticket, so that there is no database to set up, lose or lock. Anybody with edit permission can
write it: what does not validate is treated as never seen. Reference: jira-api §5.11 (at most 32,768 characters, any JSON).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.model.state import IssueState, StatusGroup
from reconciler.sync.group import GroupState
from reconciler.sync.remembered import Intent, People, Remembered, Write
from reconciler.sync.steps import aggregate

PROPERTY_KEY = "datadog-jira-reconciler"
VERSION = 1


class TicketMemory:
    """Writes and reads bases of one instance: a base of another instance is not ours."""

    def __init__(self, instance: str) -> None:
        self.instance = instance

    @property
    def property_key(self) -> str:
        """The key of the entity property."""
        return PROPERTY_KEY

    def encode(self, remembered: Remembered) -> Mapping[str, Any]:
        """The property value that remembers this."""
        value: dict[str, Any] = {
            "version": VERSION,
            "instance": self.instance,
            "at": _moment(remembered.at),
            "since": _moment(remembered.since),
            "changelog": remembered.changelog,
            "base": _group(remembered.group),
            "reviewing_since": {name: _moment(at) for name, at in sorted(remembered.reviewing_since.items())},
        }
        if remembered.case_left is not None:
            value["case_left"] = remembered.case_left.value
        if remembered.people is not None:
            value["people"] = _people(remembered.people)
        if remembered.copied:
            value["copied"] = sorted(remembered.copied)
        if remembered.intent is not None:
            intent = remembered.intent
            value["intent"] = {
                "before": _group(intent.before),
                "after": _group(intent.after),
                "at": _moment(intent.at),
                "changelog": intent.changelog,
            }
            people = (intent.people_before, intent.people_after, intent.people_base)
            if all(each is not None for each in people):
                value["intent"]["people"] = [_people(each) for each in people if each is not None]
        if remembered.writes:
            value["writes"] = [[write.group.value, _moment(write.at)] for write in remembered.writes]
        return value

    def decode(self, value: object) -> Remembered | None:
        """What a property value remembers; None where it is absent, broken, forged or of another instance."""
        if not isinstance(value, Mapping) or value.get("version") != VERSION or value.get("instance") != self.instance:
            return None
        try:
            return _remembered(value)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


def _people(people: People) -> dict[str, Any]:
    return {"ticket": people.ticket, "case": people.case, "issues": dict(sorted(people.issues.items()))}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _group(state: GroupState) -> dict[str, Any]:
    return {
        "ticket": state.ticket.value if state.ticket else None,
        "case": state.case.value,
        "issues": {issue: state.issues[issue].value for issue in sorted(state.issues)},
        "reviewing": sorted(state.reviewing),
    }


def _remembered(value: Mapping[str, Any]) -> Remembered:
    group = _read_group(value["base"])
    if group.case.progress > aggregate(_unreviewed(group)).progress:
        raise ValueError("no decision of ours leaves a hub further along than its least-progressed issue")
    return Remembered(
        group=group,
        at=_read_moment(value["at"]),
        since=_read_moment(value["since"]),
        changelog=_text(value.get("changelog")),
        case_left=StatusGroup(value["case_left"]) if "case_left" in value else None,
        reviewing_since={str(name): _read_moment(at) for name, at in value.get("reviewing_since", {}).items()},
        people=_read_people(value["people"]) if "people" in value else None,
        copied=frozenset(_text(key) or "" for key in _list(value.get("copied", []))),
        intent=_read_intent(value["intent"]) if "intent" in value else None,
        writes=tuple(Write(StatusGroup(group), _read_moment(at)) for group, at in value.get("writes", [])),
    )


def _unreviewed(group: GroupState) -> list[IssueState]:
    return [IssueState.OPEN if name in group.reviewing else state for name, state in group.issues.items()]


def _read_group(value: Mapping[str, Any]) -> GroupState:
    return GroupState(
        ticket=StatusGroup(value["ticket"]) if value["ticket"] is not None else None,
        case=StatusGroup(value["case"]),
        issues={str(issue): IssueState(state) for issue, state in value["issues"].items()},
        reviewing=frozenset(_text(name) or "" for name in _list(value["reviewing"])),
    )


def _read_intent(value: Mapping[str, Any]) -> Intent:
    people = value.get("people")
    return Intent(
        _read_group(value["before"]),
        _read_group(value["after"]),
        _read_moment(value["at"]),
        _text(value.get("changelog")),
        *([_read_people(each) for each in people[:3]] if people else []),
    )


def _read_people(value: Mapping[str, Any]) -> People:
    issues = {str(issue): _text(person) for issue, person in value["issues"].items()}
    return People(_text(value["ticket"]), _text(value["case"]), issues)


def _read_moment(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset")
    return moment.astimezone(UTC)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("not text")
    return value
