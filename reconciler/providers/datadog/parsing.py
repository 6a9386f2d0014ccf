"""What Datadog answers, as the values of our model. Reference: datadog-api §1.2, §2, §2.1, §3.

What must be there and is not, or says what nobody knows, is a BadAnswer: never a guess. Relationships that are absent mean none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlsplit

from reconciler.model.case import Case, CaseProjectRecord, CaseTicket, JiraAccount, TicketProgress
from reconciler.model.issue import Issue, Regression, Team
from reconciler.model.state import IssueState, StatusGroup
from reconciler.providers.payload import Node

Included: TypeAlias = Mapping[tuple[str, str], Node]
Word = TypeVar("Word", bound=Enum)

_GROUPS: Final = {
    "SG_OPEN": StatusGroup.OPEN,
    "SG_IN_PROGRESS": StatusGroup.IN_PROGRESS,
    "SG_CLOSED": StatusGroup.CLOSED,
}
# The older `status`, with every word that the server takes. Reference: datadog-api §0.1.
_STATUSES: Final = {
    **dict.fromkeys(("OPEN", "NOT_STARTED", "TRIGGERED"), StatusGroup.OPEN),
    **dict.fromkeys(
        ("IN_PROGRESS", "ACKNOWLEDGED", "PENDING_APPROVAL", "APPROVED", "IMPLEMENTING"), StatusGroup.IN_PROGRESS
    ),
    **dict.fromkeys(("CLOSED", "COMPLETED", "CANCELLED", "DECLINED", "RESOLVED"), StatusGroup.CLOSED),
}


def included(document: Node) -> Included:
    """The side loads of an answer by type and id."""
    return {(entry.at("type").text(), entry.at("id").identity()): entry for entry in document.list_or_empty("included")}


def found_issues(document: Node) -> tuple[Issue, ...]:
    """The issues of a search, in its order. Each must be side-loaded: without `include=issue` a search names only ids."""
    loaded = included(document)
    return tuple(_found(result, loaded) for result in document.at("data").items())


def _found(result: Node, loaded: Included) -> Issue:
    reference = result.at("relationships").at("issue").at("data").at("id")
    resource = loaded.get(("issue", reference.identity()))
    if resource is None:
        raise reference.broken("the id of an issue that comes with the answer")
    return issue(resource, loaded)


def issue(resource: Node, loaded: Included) -> Issue:
    """One issue with what was loaded beside it."""
    said = resource.at("attributes")
    case_id = _related(resource, "case")
    linked = loaded.get(("case", case_id)) if case_id else None
    regression = said.maybe("regression")
    return Issue(
        id=resource.at("id").identity(),
        state=_word(said.at("state"), IssueState),
        service=_text(said, "service"),
        first_seen=said.at("first_seen").moment_in_ms(),
        last_seen=said.at("last_seen").moment_in_ms(),
        teams=tuple(sorted(_team(team, loaded) for team in _related_all(resource, "team_owners"))),
        error_type=_text(said, "error_type"),
        error_message=_text(said, "error_message"),
        file_path=_text(said, "file_path"),
        function_name=_text(said, "function_name"),
        platform=_text(said, "platform"),
        languages=tuple(language.text() for language in said.list_or_empty("languages")),
        is_crash=said.flag_or("is_crash", default=False),
        first_seen_version=_text(said, "first_seen_version"),
        last_seen_version=_text(said, "last_seen_version"),
        assignee_id=_related(resource, "assignee"),
        case_id=case_id,
        case=case(linked) if linked is not None else None,
        regression=_regression(regression) if regression is not None else None,
    )


def _regression(said: Node) -> Regression:
    return Regression(
        resolved_at=said.at("resolved_at").moment(),
        regressed_at=said.at("regressed_at").moment(),
        version=_text(said, "regressed_at_version"),
    )


def _team(reference: Node, loaded: Included) -> Team:
    """A team owner. One that was not loaded with the issue is a broken answer: rules could take the issue for nobody's."""
    identity = reference.at("id").identity()
    resource = loaded.get(("team", identity))
    if resource is None:
        raise reference.broken("a team that comes with the answer")
    said = resource.at("attributes")
    return Team(handle=said.text_or("handle", "") or identity, name=said.text_or("name", ""))


def case(resource: Node) -> Case:
    """One case, as `/cases` gives it or as it comes beside an issue."""
    said = resource.at("attributes")
    wanted = said.maybe("jira_issue")
    return Case(
        id=resource.at("id").identity(),
        key=said.at("key").text(),
        project_id=resource.at("relationships").at("project").at("data").at("id").identity(),
        title=said.text_or("title", ""),
        status=_group(said),
        description=said.text_or("description", ""),
        issue_ids=_issue_ids(said),
        ticket=_ticket(wanted) if wanted is not None else None,
        created_at=said.moment_or_none("created_at"),
        modified_at=said.moment_or_none("modified_at"),
        assignee_id=_related(resource, "assignee"),
        archived=said.maybe("archived_at") is not None,
    )


def _group(said: Node) -> StatusGroup:
    """The status group: `status_group` where there is one, else the older `status`."""
    group = said.maybe("status_group")
    word = group if group is not None else said.at("status")
    found = (_GROUPS if group is not None else _STATUSES).get(word.text())
    if found is None:
        raise word.broken("a status that is known")
    return found


def _issue_ids(said: Node) -> tuple[str, ...]:
    insights = (one for one in said.list_or_empty("insights") if one.at("type").text() == "ERROR_TRACKING")
    return tuple(sorted({_issue_id(insight) for insight in insights}))


def _issue_id(insight: Node) -> str:
    """`resource_id`; where it is missing, the issue that `ref` (`/error-tracking?issueId=...`) points to."""
    resource = insight.maybe("resource_id")
    if resource is not None and resource.value != "":
        return resource.identity()
    named = parse_qs(urlsplit(insight.at("ref").text()).query).get("issueId")
    if not named:
        raise insight.broken("an insight that names its issue")
    return named[0]


def _ticket(said: Node) -> CaseTicket:
    """`jira_issue`. While the creation is in progress, and after it failed, there is no `result`."""
    result = said.maybe("result")
    return CaseTicket(
        progress=_word(said.at("status"), TicketProgress),
        ticket_id=_identity(result, "issue_id"),
        key=_identity(result, "issue_key"),
        url=_identity(result, "issue_url"),
        account_id=_identity(result, "account_id"),
        error=_text(said, "error_message"),
    )


def case_project(resource: Node) -> CaseProjectRecord:
    """One case project. Its settings are kept as they are, every key."""
    said = resource.at("attributes")
    settings = said.maybe("settings")
    key = said.at("key").text()
    return CaseProjectRecord(
        id=resource.at("id").identity(),
        key=key,
        name=said.text_or("name", key),
        settings=dict(settings.members()) if settings is not None else {},
    )


def jira_account(resource: Node) -> JiraAccount:
    """One Jira account of the tile."""
    said = resource.at("attributes")
    return JiraAccount(
        id=resource.at("id").identity(),
        url=said.at("instance_url").text(),
        last_webhook=said.moment_or_none("last_webhook_timestamp"),
    )


def _word(node: Node, words: type[Word]) -> Word:
    try:
        return words(node.text())
    except ValueError:
        raise node.broken("one of " + ", ".join(str(word.value) for word in words)) from None


def _text(node: Node, key: str) -> str | None:
    """A text that Datadog leaves empty where there is none."""
    return node.text_or(key, "") or None


def _identity(node: Node | None, key: str) -> str | None:
    """An id that may be absent or empty; Jira's ids are text on the wire, a number is taken as text."""
    member = node.maybe(key) if node is not None else None
    return None if member is None or member.value == "" else member.identity()


def _related(resource: Node, name: str) -> str | None:
    """The id of a to-one relationship; None where it, or its data, is absent or null."""
    relationships = resource.maybe("relationships")
    relation = relationships.maybe(name) if relationships is not None else None
    data = relation.maybe("data") if relation is not None else None
    return data.at("id").identity() if data is not None else None


def _related_all(resource: Node, name: str) -> tuple[Node, ...]:
    relationships = resource.maybe("relationships")
    relation = relationships.maybe(name) if relationships is not None else None
    return relation.list_or_empty("data") if relation is not None else ()
