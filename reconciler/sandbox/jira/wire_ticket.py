"""A ticket on the wire: all its fields or those asked for. Reference: jira-api §5.3."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.sandbox.jira.records import Ticket
from reconciler.sandbox.jira.screens import SYSTEM_FIELDS
from reconciler.sandbox.jira.wire import (
    Voice,
    Wire,
    comment,
    custom_value,
    history,
    named,
    project_ref,
    stamp,
    status,
    ticket_type,
    user_ref,
)

_HEAVY = frozenset({"comment"})


def chosen_fields(asked: Sequence[str], *, default: str) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Which fields a request wants: those named (None: all, less the heavy ones for `*navigable`), and those it excludes."""
    names = [name.strip() for each in asked for name in each.split(",") if name.strip()] or [default]
    excluded = frozenset(name[1:] for name in names if name.startswith("-"))
    wanted = frozenset(name for name in names if not name.startswith("-"))
    if "*all" in wanted or not wanted:
        return None, excluded
    if "*navigable" in wanted:
        return None, excluded | _HEAVY
    return wanted, excluded


def fields(voice: Voice, of: Ticket, asked: Sequence[str], *, default: str = "*all") -> Wire:
    """The fields that were asked for, as `fields` parameters name them."""
    wanted, excluded = chosen_fields(asked, default=default)
    everything = _all_fields(voice, of)
    return {
        name: value for name, value in everything.items() if (wanted is None or name in wanted) and name not in excluded
    }


def _all_fields(voice: Voice, of: Ticket) -> Wire:
    site = voice.site
    project = site.projects[of.project]
    types = {each.type.id: each.type for each in project.types}
    components = {each.id: each for each in project.components}
    known: Wire = {
        "summary": of.summary,
        "description": voice.text(of.description),
        "status": status(voice, site.statuses[of.status]),
        "statuscategorychangedate": stamp(of.category_changed),
        "resolution": named(voice, "resolution", site.resolutions.get(of.resolution or "")),
        "resolutiondate": stamp(of.resolved),
        "priority": named(voice, "priority", site.priorities.get(of.priority or "")),
        "labels": list(of.labels),
        "components": [named(voice, "component", components[each]) for each in of.components if each in components],
        "assignee": user_ref(voice, of.assignee),
        "reporter": user_ref(voice, of.reporter),
        "creator": user_ref(voice, of.creator),
        "created": stamp(of.created),
        "updated": stamp(of.updated),
        "duedate": of.due,
        "project": project_ref(voice, project),
        "issuetype": ticket_type(voice, types[of.type]),
        "comment": comment_page(voice, of),
    }
    if not site.is_cloud:
        del known["statuscategorychangedate"]
    for field in site.fields.values():
        known[field.id] = custom_value(voice, field, of.custom.get(field.id))
    return known


def comment_page(voice: Voice, of: Ticket) -> Wire:
    """The comments as a field of the ticket."""
    comments = [comment(voice, of, each) for each in of.comments]
    return {
        "comments": comments,
        "self": f"{voice.rest}/issue/{of.id}/comment",
        "maxResults": len(comments),
        "total": len(comments),
        "startAt": 0,
    }


def ticket(
    voice: Voice, of: Ticket, *, asked: Sequence[str] = (), properties: Sequence[str] = (), expand: Sequence[str] = ()
) -> Wire:
    """A ticket with the fields, entity properties and expansions asked for."""
    shown: Wire = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": of.id,
        "self": f"{voice.rest}/issue/{of.id}",
        "key": of.key,
        "fields": fields(voice, of, asked),
    }
    if properties:
        wants_all = "*all" in properties
        shown["properties"] = {
            key: value for key, value in sorted(of.properties.items()) if wants_all or key in properties
        }
    if "changelog" in expand:
        newest = [history(voice, each) for each in reversed(of.histories)][:100]
        shown["changelog"] = {
            "startAt": 0,
            "maxResults": len(newest),
            "total": len(of.histories),
            "histories": newest,
        }
    if "names" in expand:
        shown["names"] = names(voice)
    return shown


def names(voice: Voice) -> dict[str, str]:
    """The names of all fields by id."""
    return {field.id: field.name for field in (*SYSTEM_FIELDS.values(), *voice.site.fields.values())}
