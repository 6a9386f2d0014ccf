"""A ticket type's whole workflow, as its administrators declared it. Reference: Jira's description of `POST /workflows`.

Jira Cloud shows it to who has "Administer Jira", and that of a team-managed project also to who has "Administer projects" or
"View (read-only) workflow" there. Whoever may not read it is answered with 401, as if nobody were signed in. The API of Jira
Data Center (10.3) has no such call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.errors import Forbidden, NotFound, Unauthorized
from reconciler.model.activity import Transition
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import JiraStatus
from reconciler.model.workflow import DeclaredTransition, DeclaredWorkflow, Withheld
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.signin import SignedInAsNobody
from reconciler.providers.payload import Node

NOT_ON_DATA_CENTER: Final = Withheld("the API of Jira Data Center tells no workflow as a whole")
NOT_ALLOWED: Final = Withheld(
    "our account may not read the workflow itself",
    'let our account read the workflow in Jira, with "Administer Jira" (Global permissions), which tells the ways on',
)

_INITIAL: Final = "INITIAL"
_GLOBAL: Final = "GLOBAL"
_EDITABLE: Final = "jira.issue.editable"
_CATEGORIES: Final[Mapping[str, StatusCategory]] = {
    "todo": StatusCategory.NEW,
    "in_progress": StatusCategory.INDETERMINATE,
    "done": StatusCategory.DONE,
}


def workflow(api: JiraApi, project_key: str, type_id: str) -> DeclaredWorkflow | Withheld:
    """The workflow of a ticket type in a project: two calls. What we may not read is withheld, never absent."""
    try:
        project = api.read("GET", api.rest + "/project/{project}", project_key).at("id").identity()
        pair = {"projectId": project, "issueTypeId": type_id}
        answer = api.read("POST", api.rest + "/workflows", json={"projectAndIssueTypes": [pair]})
    except SignedInAsNobody:
        raise
    except (Unauthorized, Forbidden, NotFound):
        return NOT_ALLOWED
    return parsed(answer)


def parsed(answer: Node) -> DeclaredWorkflow:
    """The one workflow of the answer. Its transitions name statuses by references, which the answer explains beside it."""
    statuses = {each.at("statusReference").identity(): _status(each) for each in answer.at("statuses").items()}
    listed = answer.at("workflows")
    found = tuple(listed.items())
    if len(found) != 1:
        raise listed.broken("the workflow of one ticket type")
    (flow,) = found
    return DeclaredWorkflow(
        flow.text_or("name", ""),
        tuple(_transition(each, statuses) for each in flow.at("transitions").items() if _leads_on(each)),
        frozenset(
            _known(each.at("statusReference"), statuses).id
            for each in flow.list_or_empty("statuses")
            if _is_read_only(each)
        ),
    )


def _leads_on(node: Node) -> bool:
    """Not the creation of a ticket, and no transition that stays where it begins: that has no status to go to."""
    return node.text_or("type", "") != _INITIAL and node.maybe("toStatusReference") is not None


def _transition(node: Node, statuses: Mapping[str, JiraStatus]) -> DeclaredTransition:
    sources = None
    if node.at("type").text() != _GLOBAL:
        links = (link.maybe("fromStatusReference") for link in node.list_or_empty("links"))
        sources = frozenset(_known(link, statuses).id for link in links if link is not None)
    conditions = node.maybe("conditions")
    return DeclaredTransition(
        Transition(node.at("id").identity(), node.text_or("name", ""), _known(node.at("toStatusReference"), statuses)),
        sources,
        has_screen=node.maybe("transitionScreen") is not None,
        has_conditions=conditions is not None
        and bool(conditions.list_or_empty("conditions") or conditions.list_or_empty("conditionGroups")),
        has_validators=bool(node.list_or_empty("validators")),
    )


def _known(reference: Node, statuses: Mapping[str, JiraStatus]) -> JiraStatus:
    found = statuses.get(reference.identity())
    if found is None:
        raise reference.broken("the reference of a status that the answer lists")
    return found


def _status(node: Node) -> JiraStatus:
    category = _CATEGORIES.get(node.text_or("statusCategory", "").lower(), StatusCategory.UNDEFINED)
    return JiraStatus(node.at("id").identity(), node.text_or("name", ""), category)


def _is_read_only(node: Node) -> bool:
    properties = node.maybe("properties")
    return properties is not None and str(properties.members().get(_EDITABLE, "")).strip().lower() == "false"
