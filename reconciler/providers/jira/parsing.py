"""What Jira answers, as the values of our model. What Cloud and Data Center say alike is read here, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from reconciler.model.state import StatusCategory
from reconciler.model.ticket import (
    AllowedValue,
    CreateField,
    IssueType,
    JiraProject,
    JiraServer,
    JiraStatus,
    JiraUser,
    JiraWebhook,
    Ticket,
)
from reconciler.providers.http_json import NotJson, parse_json
from reconciler.providers.payload import Node

TICKET_FIELDS = (
    "project",
    "issuetype",
    "status",
    "summary",
    "labels",
    "assignee",
    "creator",
    "created",
    "updated",
    "statuscategorychangedate",
)
"""The fields that `ticket` reads; they are asked for by name because Jira's default is every field, or none."""

JQL_FILTER = "issue-related-events-section"
"""The member of a webhook's `filters` that holds its JQL. Reference: jira-api §7.1."""

_END_OF_TIME = 10**14
"""In milliseconds since the epoch: what lies beyond is no date."""

FILTERS = "FILTERS"
EXCLUDE_BODY = "EXCLUDE_BODY"
"""Members of the `configuration` of a webhook of Data Center 10 and later."""


def server(node: Node) -> JiraServer:
    """`serverInfo`. Reference: jira-api §3: real Data Center reports `deploymentType: Server`, so only "Cloud" is Cloud."""
    return JiraServer(
        url=node.at("baseUrl").text(),
        is_cloud=node.text_or("deploymentType", "") == "Cloud",
        version=tuple(part.number() for part in node.list_or_empty("versionNumbers")),
        time=node.moment_or_none("serverTime"),
    )


def user(node: Node) -> JiraUser:
    """A user reference: `accountId` on Cloud, `name` on Data Center. The e-mail is there only where it may be seen."""
    identity = (node.maybe("accountId") or node.at("name")).identity()
    mail = node.maybe("emailAddress")
    return JiraUser(
        id=identity,
        name=node.text_or("displayName", identity),
        email=mail.text() or None if mail else None,
        active=node.flag_or("active", default=True),
    )


def ticket_type(node: Node) -> IssueType:
    """A ticket type."""
    return IssueType(node.at("id").identity(), node.at("name").text(), node.flag_or("subtask", default=False))


def project(node: Node) -> JiraProject:
    """A project with its ticket types, those in Jira's order."""
    return JiraProject(
        id=node.at("id").identity(),
        key=node.at("key").text(),
        name=node.at("name").text(),
        types=tuple(ticket_type(item) for item in node.list_or_empty("issueTypes")),
        archived=node.flag_or("archived", default=False),
    )


def status(node: Node) -> JiraStatus:
    """A workflow status. A category that is none of Jira's is read as undefined: it says nothing about progress."""
    key = node.at("statusCategory").at("key").text()
    known = {member.value: member for member in StatusCategory}
    return JiraStatus(node.at("id").identity(), node.at("name").text(), known.get(key, StatusCategory.UNDEFINED))


def create_field(node: Node) -> CreateField:
    """A field of the create screen. Reference: jira-api §4: Data Center has no `key`, some answers have no `schema`."""
    return screen_field((node.maybe("fieldId") or node.at("key")).identity(), node)


def screen_field(identity: str, node: Node) -> CreateField:
    """A field of some screen, that of a transition too, where its id may stand only beside it."""
    schema = node.maybe("schema")
    return CreateField(
        id=identity,
        name=node.at("name").text(),
        required=node.at("required").flag(),
        has_default=node.flag_or("hasDefaultValue", default=False),
        type=schema.text_or("type", "any") if schema else "any",
        items=_text_or_none(schema, "items"),
        custom=_text_or_none(schema, "custom"),
        allowed=_allowed_values(node.maybe("allowedValues")),
    )


def ticket(node: Node) -> Ticket:
    """A ticket that was asked for with `TICKET_FIELDS`."""
    fields = node.at("fields")
    assignee, creator = fields.maybe("assignee"), fields.maybe("creator")
    properties = node.maybe("properties")
    return Ticket(
        id=node.at("id").identity(),
        key=node.at("key").text(),
        project_key=fields.at("project").at("key").text(),
        type=ticket_type(fields.at("issuetype")),
        status=status(fields.at("status")),
        summary=fields.text_or("summary", ""),
        labels=tuple(label.text() for label in fields.list_or_empty("labels")),
        assignee=user(assignee) if assignee else None,
        creator=user(creator) if creator else None,
        created=fields.moment_or_none("created"),
        updated=fields.moment_or_none("updated"),
        category_changed=fields.moment_or_none("statuscategorychangedate"),
        properties=dict(properties.members()) if properties else {},
    )


def webhook(node: Node) -> JiraWebhook:
    """An admin webhook. One of old has no id of its own: the last segment of `self` is it. One of Data Center 10 and later
    keeps filters and the absence of a body in a `configuration` of texts. Reference: jira-api §7.1.
    """
    identity, configuration, filters = node.maybe("id"), node.maybe("configuration"), webhook_filters(node)
    enabled = node.maybe("active") or node.maybe("enabled")
    excluding = configuration.text_or(EXCLUDE_BODY, "false").lower() == "true" if configuration else False
    return JiraWebhook(
        id=identity.identity() if identity else _last_segment(node.at("self")),
        name=node.text_or("name", ""),
        url=node.at("url").text(),
        events=frozenset(event.text() for event in node.list_or_empty("events")),
        jql=filters.text_or(JQL_FILTER, "") if filters else "",
        enabled=enabled.flag() if enabled else True,
        exclude_body=node.flag_or("excludeBody", default=excluding),
        changed=_last_change(node),
        changed_by=node.text_or("lastUpdatedDisplayName", "") or None,
    )


def _last_change(node: Node) -> datetime | None:
    """Milliseconds since the epoch: `lastUpdated` of old, `updatedDate` on Data Center 10 and later. Anything else is no date."""
    told = node.maybe("lastUpdated") or node.maybe("updatedDate")
    value = told.value if told else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _END_OF_TIME:
        return None
    return datetime.fromtimestamp(value / 1000, tz=UTC)


def webhook_filters(node: Node) -> Node | None:
    """The filters of a webhook: by themselves, or as JSON in a text of its configuration."""
    filters, configuration = node.maybe("filters"), node.maybe("configuration")
    packed = configuration.maybe(FILTERS) if configuration else None
    if filters is not None or packed is None or not packed.text():
        return filters
    try:
        return replace(packed, value=parse_json(packed.text().encode()))
    except NotJson:
        raise packed.broken("JSON in a text") from None


def _text_or_none(node: Node | None, key: str) -> str | None:
    member = node.maybe(key) if node else None
    return None if member is None else member.text()


def _allowed_values(node: Node | None) -> tuple[AllowedValue, ...] | None:
    """None, which lets every value pass, also where an app's field lists values in a form of its own: Jira will judge."""
    if node is None:
        return None
    values = tuple(_allowed_value(item) for item in node.items())
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else None


def _allowed_value(node: Node) -> AllowedValue | None:
    """Select options are named by `value`, system fields by `name`; a cascading select has `children`."""
    if not isinstance(node.value, dict):
        return None
    name = node.maybe("value") or node.maybe("name")
    identity = node.maybe("id") or name
    if name is None or identity is None or not isinstance(name.value, str):
        return None
    children = (_allowed_value(child) for child in node.list_or_empty("children"))
    return AllowedValue(identity.identity(), name.text(), tuple(child for child in children if child is not None))


def _last_segment(node: Node) -> str:
    segment = node.text().partition("?")[0].rstrip("/").rpartition("/")[2]
    if not segment.isascii() or not segment.isalnum():
        raise node.broken("an address that ends in the webhook's id")
    return segment
