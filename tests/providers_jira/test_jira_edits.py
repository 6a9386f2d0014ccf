"""An edit that Jira refuses as if a permission were missing: is it the permission, or the ticket's status?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import Forbidden, Refused, Unauthorized
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.data_center import DataCenterClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

NO = "You are not allowed to edit this issue due to its current status in the workflow."
OFF_SCREEN = "Field 'summary' cannot be set. It is not on the appropriate screen, or unknown."
STANDS = {"fields": {"status": {"name": "Closed"}, "project": {"key": "SHOP"}}}


def held(*, has: bool) -> Json:
    return {"permissions": {"EDIT_ISSUES": {"key": "EDIT_ISSUES", "havePermission": has}}}


def closed(jira: ScriptedJira, reply: Replies, rest: str = "/rest/api/3") -> None:
    """A ticket that nobody may edit in its status, whatever they are permitted."""
    jira.on("PUT", f"{rest}/issue/10140/properties/mine", reply({"errorMessages": [NO], "errors": {}}, 403))
    jira.on("PUT", f"{rest}/issue/10140", reply({"errorMessages": [], "errors": {"summary": OFF_SCREEN}}, 400))
    jira.on("GET", f"{rest}/issue/10140/editmeta", reply({"fields": {}}))
    jira.on("GET", f"{rest}/issue/10140", reply(STANDS))
    jira.on("GET", f"{rest}/mypermissions", reply(held(has=True)))


def test_an_edit_refused_by_the_status_names_it(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    closed(jira, reply)
    with pytest.raises(Forbidden) as refused:
        client.set_property("10140", "mine", {"a": 1})
    assert refused.value.message == NO
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("the ticket stands in 'Closed', where Jira offers none of its fields")
    assert "`jira.issue.editable`" in refused.value.hint
    with pytest.raises(Refused) as unscreened:
        client.set_summary("10140", "New")
    assert unscreened.value.hint == refused.value.hint
    (asked, _) = jira.calls("GET", "/rest/api/3/mypermissions")
    assert asked.query == {"projectKey": "SHOP", "permissions": "EDIT_ISSUES"}


def test_on_data_center_too(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    closed(jira, reply, "/rest/api/2")
    with pytest.raises(Forbidden) as refused:
        dc.set_property("10140", "mine", {"a": 1})
    assert "stands in 'Closed'" in (refused.value.hint or "")
    (asked,) = jira.calls("GET", "/rest/api/2/mypermissions")
    assert asked.query == {"projectKey": "SHOP"}


@pytest.mark.parametrize("told", ["editable", "not permitted", "no answer", "odd answer"])
def test_whatever_else_it_is_the_permission_is_named(
    client: JiraClient, jira: ScriptedJira, reply: Replies, told: str
) -> None:
    closed(jira, reply)
    match told:
        case "editable":
            jira.on("GET", "/rest/api/3/issue/10140/editmeta", reply({"fields": {"summary": {"required": True}}}))
        case "not permitted":
            jira.on("GET", "/rest/api/3/mypermissions", reply(held(has=False)))
        case "no answer":
            jira.on("GET", "/rest/api/3/issue/10140/editmeta", reply({"errorMessages": ["no"]}, 403))
        case _:
            jira.on("GET", "/rest/api/3/issue/10140/editmeta", reply({}))
    with pytest.raises(Forbidden) as refused:
        client.set_property("10140", "mine", {"a": 1})
    assert refused.value.hint == 'the Jira account of this run needs "Edit Issues" (the project\'s permissions)'


def test_what_is_wrong_with_the_value_asks_nothing_more(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    closed(jira, reply)
    jira.on("PUT", "/rest/api/3/issue/10140", reply({"errorMessages": [], "errors": {"summary": "Too long."}}, 400))
    with pytest.raises(Refused):
        client.set_summary("10140", "New")
    assert [asked.method for asked in jira.asked] == ["PUT"]


def test_a_credential_that_is_lost_meanwhile_ends_it(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    closed(jira, reply)
    nobody = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    jira.on("GET", "/rest/api/3/issue/10140/editmeta", reply({"fields": {}}, 200, nobody))
    with pytest.raises(Unauthorized):
        client.set_property("10140", "mine", {"a": 1})


@pytest.mark.parametrize(("fields", "is_editable"), [({}, False), ({"labels": {"required": False}}, True)])
def test_whether_anything_can_be_edited(
    client: JiraClient, jira: ScriptedJira, reply: Replies, fields: Json, *, is_editable: bool
) -> None:
    jira.on("GET", "/rest/api/3/issue/10140/editmeta", reply({"fields": fields}))
    assert client.is_editable("10140") is is_editable
