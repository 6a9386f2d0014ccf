"""How the organisation looks over the wire: JSON:API documents. Reference: datadog-api §1.2, §2, §2.1, §3, §4."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from pydantic import JsonValue

from reconciler.sandbox.datadog.records import Case, Comment, Group, Issue, JiraAccount, Project, Team, User
from reconciler.sandbox.datadog.state import ERROR_TRACKING, DatadogState

Document = dict[str, JsonValue]

CASE_TYPES: dict[str, tuple[str, str]] = {
    "00000000-0000-0000-0000-000000000001": ("Standard", "STANDARD"),
    "00000000-0000-0000-0000-000000000002": ("Event Management", "EVENT"),
    "00000000-0000-0000-0000-000000000003": ("Security", "SECURITY"),
    "00000000-0000-0000-0000-000000000004": ("Change Request", "CHANGE_REQUEST"),
    ERROR_TRACKING: ("Error Tracking", "ERROR_TRACKING_ISSUE"),
}
STATUS_NAMES = {Group.OPEN: "Open", Group.IN_PROGRESS: "In Progress", Group.CLOSED: "Closed"}


def stamp(moment: datetime) -> str:
    """A moment with nine fractional digits: they vary between six and nine on the wire."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z"


def reference(sort: str, identity: str) -> Document:
    """A relationship to one thing."""
    return {"data": {"type": sort, "id": identity}}


def user_document(user: User) -> Document:
    """A person beside a case or an issue."""
    email = "" if user.hides_email else user.email
    attributes: Document = {"active": user.active, "email": email, "handle": email, "name": user.name}
    return {"id": user.id, "type": "user", "attributes": attributes}


def team_document(team: Team) -> Document:
    """A team beside an issue."""
    attributes: Document = {"handle": team.handle, "name": team.name, "summary": None}
    return {"id": team.id, "type": "team", "attributes": attributes}


def author(user: User | None) -> Document:
    """The author of something in a case. The id is upper-case on the wire."""
    if user is None:
        return {"type": "USER", "content": {}}
    content: Document = {
        "ID": user.id,
        "name": user.name,
        "email": "" if user.hides_email else user.email,
        "handle": "" if user.hides_email else user.email,
        "active": user.active,
    }
    return {"type": "USER", "content": content}


def case_document(state: DatadogState, case: Case) -> Document:
    """A case as Case Management returns it."""
    attributes: Document = {
        **_case_core(case),
        "public_id": str(80000 + int(case.id[:4], 16)),
        "internal_id": case.id,
        "type_id": case.type_id,
        "status_group": f"SG_{case.group.value}",
        "status_name": case.status_name,
        "merge_status": "NOT_MERGED",
        "comment_count": len(case.comments),
        "attributes": {name: list(values) for name, values in sorted(case.attributes.items())},
        "custom_attributes": {},
        "created_by_author": author(state.company.users.get(case.created_by)),
    }
    if case.due_date is not None:
        attributes["due_date"] = case.due_date
    if case.archived:
        attributes["archived_at"] = stamp(case.modified)
    if case.ticket is not None:
        attributes["jira_issue"] = _ticket(case, with_error=False)
    return {"id": case.id, "type": "case", "attributes": attributes, "relationships": _case_relations(case)}


def issue_case_document(case: Case) -> Document:
    """A case as Error Tracking includes it beside an issue: the only place that tells why a ticket could not be created."""
    attributes = _case_core(case)
    if case.ticket is not None:
        attributes["jira_issue"] = _ticket(case, with_error=True)
    return {"id": case.id, "type": "case", "attributes": attributes, "relationships": _case_relations(case)}


def _case_core(case: Case) -> Document:
    core: Document = {
        "key": case.key,
        "title": case.title,
        "description": case.description,
        "type": CASE_TYPES.get(case.type_id, ("", "STANDARD"))[1],
        "status": case.group.value,
        "priority": case.priority,
        "creation_source": case.source,
        "insights": [{"type": each.kind, "ref": each.ref, "resource_id": each.resource_id} for each in case.insights],
        "created_at": f"{case.created:%Y-%m-%dT%H:%M:%S.%f}Z",
        "modified_at": stamp(case.modified),
    }
    if case.closed is not None:
        core["closed_at"] = stamp(case.closed)
    return core


def _case_relations(case: Case) -> Document:
    relations: Document = {
        "created_by": reference("user", case.created_by),
        "modified_by": reference("user", case.modified_by),
        "project": reference("project", case.project_id),
    }
    if case.assignee_id is not None:
        relations["assignee"] = reference("user", case.assignee_id)
    return relations


def _ticket(case: Case, *, with_error: bool) -> Document:
    order = case.ticket
    if order is None:
        return {}
    document: Document = {"status": order.status}
    if order.status == "COMPLETED":
        result: Document = {
            "issue_id": order.ticket_id,
            "issue_key": order.key,
            "issue_url": order.url,
            "account_id": order.account_id,
        }
        if with_error:
            result |= {"project_id": order.project_id, "project_key": order.project_key}
        document["result"] = result
    if order.error is not None and with_error:
        document["error_message"] = order.error
    return document


def case_users(state: DatadogState, cases: Iterable[Case]) -> list[JsonValue]:
    """The people of these cases, for `included`, each once."""
    wanted = {
        each for case in cases for each in (case.assignee_id, case.created_by, case.modified_by) if each is not None
    }
    return [user_document(state.company.users[each]) for each in sorted(wanted) if each in state.company.users]


def comment_document(state: DatadogState, comment: Comment) -> Document:
    """A comment: a cell of the timeline, its text once as an object and once as JSON in a string."""

    attributes: Document = {
        "type": "COMMENT",
        "author": author(state.company.users.get(comment.author_id)),
        "cell_content": {"message": comment.text},
        "content": json.dumps({"message": comment.text}, ensure_ascii=False),
        "created_at": stamp(comment.created),
    }
    return {"id": comment.id, "type": "timeline_cell", "attributes": attributes}


def issue_document(issue: Issue) -> Document:
    """An issue. Absent relationships have no key; an issue without versions has empty ones."""
    attributes: Document = {
        "error_message": issue.error_message,
        "error_type": issue.error_type,
        "file_path": issue.file_path,
        "function_name": issue.function_name,
        "is_crash": issue.is_crash,
        "first_seen": _milliseconds(issue.seen[0]),
        "first_seen_version": issue.first_seen_version,
        "last_seen": _milliseconds(issue.seen[-1]),
        "last_seen_version": issue.last_seen_version,
        "languages": list(issue.languages),
        "platform": issue.platform,
        "service": issue.service,
        "state": issue.state,
    }
    if issue.regression is not None:
        back = issue.regression
        regression: Document = {"resolved_at": stamp(back.resolved), "regressed_at": stamp(back.regressed)}
        attributes["regression"] = regression | ({} if back.version is None else {"regressed_at_version": back.version})
    relations: Document = {}
    if issue.assignee_id is not None:
        relations["assignee"] = reference("user", issue.assignee_id)
    if issue.case_id is not None:
        relations["case"] = reference("case", issue.case_id)
    if issue.team_ids:
        relations["team_owners"] = {"data": [{"type": "team", "id": each} for each in issue.team_ids]}
    return {"id": issue.id, "type": "issue", "attributes": attributes, "relationships": relations}


def project_document(project: Project) -> Document:
    """A case project with its settings, whatever they are."""
    attributes: Document = {
        "key": project.key,
        "name": project.name,
        "restricted": False,
        "enabled_custom_case_types": [],
        "columns_config": {"columns": []},
        "settings": dict(project.settings),
    }
    relations: Document = {"member_user": {"data": []}, "member_team": {"data": []}}
    return {"id": project.id, "type": "project", "attributes": attributes, "relationships": relations}


def account_document(account: JiraAccount) -> Document:
    """A connected Jira account. No webhook was ever received: no key."""
    attributes: Document = {"consumer_key": "datadog", "instance_url": account.url}
    if account.last_webhook is not None:
        attributes["last_webhook_timestamp"] = f"{account.last_webhook:%Y-%m-%dT%H:%M:%SZ}"
    return {"type": "jira-account", "id": account.id, "attributes": attributes}


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
