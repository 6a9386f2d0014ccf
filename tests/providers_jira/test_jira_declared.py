"""A ticket type's whole workflow: read by who may, withheld from the others, and never a reason to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import BadAnswer, ProviderError, Unauthorized
from reconciler.model.activity import Transition
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import JiraStatus
from reconciler.model.workflow import DeclaredTransition, DeclaredWorkflow, Withheld
from reconciler.providers.jira import declared
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.data_center import DataCenterClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

PROJECT, WORKFLOWS = "/rest/api/3/project/PAY", "/rest/api/3/workflows"
OPEN = JiraStatus("10001", "To Do", StatusCategory.NEW)
REVIEW = JiraStatus("3", "In Review", StatusCategory.INDETERMINATE)
DONE = JiraStatus("10003", "Done", StatusCategory.DONE)


def status(of: JiraStatus, category: str) -> Json:
    scope = {"type": "GLOBAL"}
    return {
        "id": of.id, "name": of.name, "statusReference": f"ref-{of.id}", "statusCategory": category,
        "description": "", "scope": scope,
    }  # fmt: skip


def step(identity: str, name: str, to: str | None, kind: str = "DIRECTED", **more: object) -> Json:
    shown: Json = {
        "id": identity, "name": name, "type": kind, "description": "", "properties": {},
        "actions": [], "triggers": [], "validators": [], "links": [],
    }  # fmt: skip
    return shown | ({"toStatusReference": to} if to is not None else {}) | more


def link(*sources: str | None) -> list[Json]:
    return [{"fromPort": 0, "fromStatusReference": source, "toPort": 0} for source in sources]


RULE = {"ruleKey": "system:any", "parameters": {}, "id": "1"}
ALL = {"operation": "ALL", "conditions": [], "conditionGroups": []}
ANSWER: Json = {
    "statuses": [status(OPEN, "todo".upper()), status(REVIEW, "IN_PROGRESS"), status(DONE, "DONE")],
    "workflows": [
        {
            "id": "b9ff2384", "name": "Payments", "isEditable": True, "version": {"versionNumber": 2, "id": "f0"},
            "statuses": [
                {"statusReference": "ref-10001", "deprecated": False, "properties": {}},
                {"statusReference": "ref-3", "deprecated": False, "properties": {"jira.issue.editable": "true"}},
                {"statusReference": "ref-10003", "deprecated": False, "properties": {"jira.issue.editable": "False"}},
            ],
            "transitions": [
                step("1", "Create", "ref-10001", "INITIAL"),
                step("11", "To Do", "ref-10001", "GLOBAL", conditions=ALL, transitionScreen=None),
                step("21", "Review", "ref-3", links=link("ref-10001", None), conditions={**ALL, "conditions": [RULE]}),
                step("31", "Finish", "ref-10003", links=link("ref-3"), transitionScreen=RULE, validators=[RULE]),
                step("41", "Loop", None, links=link("ref-3")),
                step("51", "Odd", "ref-3", links=link("ref-10003"), conditions={**ALL, "conditionGroups": [ALL]}),
            ],
        }
    ],
}  # fmt: skip


def answer_with(**changed: object) -> Json:
    return {**ANSWER, "workflows": [{**ANSWER["workflows"][0], **changed}]}


def test_the_workflow_of_a_ticket_type(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", PROJECT, reply({"id": "10000", "key": "PAY", "name": "Payments"}))
    jira.on("POST", WORKFLOWS, reply(ANSWER))
    assert client.workflow("PAY", "10002") == DeclaredWorkflow(
        "Payments",
        (
            DeclaredTransition(Transition("11", "To Do", OPEN)),
            DeclaredTransition(Transition("21", "Review", REVIEW), frozenset({"10001"}), has_conditions=True),
            DeclaredTransition(
                Transition("31", "Finish", DONE), frozenset({"3"}), has_screen=True, has_validators=True
            ),
            DeclaredTransition(Transition("51", "Odd", REVIEW), frozenset({"10003"}), has_conditions=True),
        ),
        frozenset({"10003"}),
    )
    (asked,) = jira.calls("POST", WORKFLOWS)
    assert asked.body == {"projectAndIssueTypes": [{"projectId": "10000", "issueTypeId": "10002"}]}


@pytest.mark.parametrize("refused", [401, 403, 404])
@pytest.mark.parametrize("path", [PROJECT, WORKFLOWS])
def test_who_may_not_read_it_is_told_how_to(
    client: JiraClient, jira: ScriptedJira, reply: Replies, path: str, refused: int
) -> None:
    jira.on("GET", PROJECT, reply({"id": "10000", "key": "PAY", "name": "Payments"}))
    jira.on("POST", WORKFLOWS, reply(ANSWER))
    jira.on("GET" if path == PROJECT else "POST", path, reply({"errorMessages": ["No."], "errors": {}}, refused))
    withheld = client.workflow("PAY", "10002")
    assert isinstance(withheld, Withheld)
    assert withheld.cure is not None
    assert '"Administer Jira"' in withheld.cure


def test_a_credential_that_is_no_longer_known_is_not_a_permission(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    nobody = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    jira.on("GET", PROJECT, reply({"id": "10000", "key": "PAY", "name": "Payments"}))
    jira.on("POST", WORKFLOWS, reply({"errorMessages": [], "errors": {}}, 401, nobody))
    with pytest.raises(Unauthorized):
        client.workflow("PAY", "10002")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**ANSWER, "workflows": []},
        {**ANSWER, "workflows": [ANSWER["workflows"][0]] * 2},
        {**ANSWER, "statuses": ANSWER["statuses"][:1]},
        answer_with(transitions=None),
        answer_with(transitions=[step("11", "Far", "ref-77", "GLOBAL")]),
        answer_with(transitions=[step("11", "Far", "ref-3", links=link("ref-77"))]),
    ],
)
def test_an_answer_that_does_not_hold_together_is_no_workflow(
    client: JiraClient, jira: ScriptedJira, reply: Replies, body: Mapping[str, object]
) -> None:
    jira.on("GET", PROJECT, reply({"id": "10000", "key": "PAY", "name": "Payments"}))
    jira.on("POST", WORKFLOWS, reply(body))
    with pytest.raises(BadAnswer):
        client.workflow("PAY", "10002")


def test_a_server_in_trouble_is_not_a_permission(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", PROJECT, reply({"id": "10000", "key": "PAY", "name": "Payments"}))
    jira.on("POST", WORKFLOWS, reply({"errorMessages": ["Bad."], "errors": {}}, 400))
    with pytest.raises(ProviderError):
        client.workflow("PAY", "10002")


def test_data_center_has_no_such_call(dc: DataCenterClient, jira: ScriptedJira) -> None:
    assert dc.workflow("PAY", "10002") is declared.NOT_ON_DATA_CENTER
    assert (declared.NOT_ON_DATA_CENTER.cure, jira.asked) == (None, [])
