"""One story told to both clients against the simulated Jira: what the ports promise holds on Cloud and on Data Center."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.engine.ports import JiraWriter
from reconciler.errors import NotFound, ProviderError, Refused, Superseded, Unauthorized
from reconciler.model.activity import CommentMark
from reconciler.model.ticket import JiraWebhook
from reconciler.providers.http_limits import Limiter
from reconciler.providers.jira.cloud import JiraClient, connect_jira
from reconciler.providers.jira.data_center import DataCenterClient, connect_data_center
from reconciler.providers.jira.signin import ApiToken
from reconciler.providers.secrets import Secret
from reconciler.sandbox.serve import RunningSandbox, SiteAccess, start

WORLDS = Path(__file__).parents[1] / "sandbox" / "worlds"
MARK = CommentMark("datadog", "cell-1", "0f1e")


class RealClock:
    """The simulator lives in real time."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass(frozen=True)
class Deployed:
    """A client, the simulator behind it, and what differs: a ticket, ids of people, and a step by step workflow."""

    jira: JiraWriter
    sandbox: RunningSandbox
    site: SiteAccess
    ana: str
    me: str
    careful: tuple[str, str]


def client_of(site: SiteAccess, token: str) -> JiraClient | DataCenterClient:
    clock = RealClock()
    limiter = Limiter(clock)
    if site.deployment == "cloud":
        return connect_jira(
            site.account, site.url, ApiToken(Secret(site.email), Secret(token)), clock=clock, limiter=limiter
        )
    return connect_data_center(site.account, site.url, Secret(token), clock=clock, limiter=limiter)


@pytest.fixture(params=["cloud", "dc"])
def both(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    with start(WORLDS / f"{request.param}.yaml") as running:
        (site,) = running.sites.values()
        jira = client_of(site, site.token)
        people = {user.name: user.id for user in jira.users("an") if user.active}
        careful = ("PAY-1", "Backlog") if request.param == "cloud" else ("SHOP-3", "To Do")
        yield Deployed(jira, running, site, people["Ana Ruiz"], jira.myself().id, careful)
        jira.close()
        assert running.failures == ()


def identity(both: Deployed, key: str) -> str:
    return both.jira.tickets([key])[key].id


def test_who_and_where_we_are(both: Deployed) -> None:
    assert both.jira.server().is_cloud is (both.site.deployment == "cloud")
    assert both.jira.permissions(["TRANSITION_ISSUES", "ADMINISTER"], "SHOP") == {
        "TRANSITION_ISSUES": True,
        "ADMINISTER": True,
    }
    assert "SHOP" in both.jira.project_keys()
    kinds = both.jira.project("SHOP").types
    bug = next(kind for kind in kinds if kind.name == "Bug")
    assert {status.name for status in both.jira.statuses("SHOP")[bug.id]} == {"To Do", "In Progress", "Done"}
    assert "summary" in {field.id for field in both.jira.create_fields("SHOP", bug.id)}


def test_one_user_is_read_by_id(both: Deployed) -> None:
    assert both.jira.user(both.ana).name == "Ana Ruiz"
    with pytest.raises(NotFound):
        both.jira.user("nobody-of-that-id")


def test_tickets_are_read_by_key_and_id_with_their_properties(both: Deployed) -> None:
    ticket = both.jira.tickets(["SHOP-1"])["SHOP-1"]
    assert ticket.creator is not None
    both.jira.set_property(ticket.id, "memory", {"version": 1})
    both.jira.add_label(ticket.id, "ddet-x")
    both.jira.set_summary(ticket.id, "Renamed")
    found = both.jira.tickets(["shop-1", ticket.id, "SHOP-999", "no key"], ["memory"])
    assert list(found) == ["shop-1", ticket.id]
    read = found["shop-1"]
    assert (read.properties, read.labels, read.summary) == ({"memory": {"version": 1}}, ("ddet-x",), "Renamed")
    assert [one.id for one in both.jira.tickets_with_label("ddet-x")] == [ticket.id]


def test_a_ticket_goes_its_way_and_the_history_tells(both: Deployed) -> None:
    key, begins = both.careful
    ticket = both.jira.tickets([key])[key]
    assert ticket.status.name == begins
    history = started = both.jira.histories([ticket.id])[ticket.id]
    fields: dict[str, object] = {}
    while ticket.status.name != "Done":
        (way,) = both.jira.transitions(ticket.id)
        if way.required:
            with pytest.raises(Refused):
                both.jira.transition(ticket.id, way.id, {})
            assert [field.id for field in way.required] == ["resolution"]
            fields = {"resolution": {"id": (way.required[0].allowed or ())[0].id}}
        both.jira.transition(ticket.id, way.id, fields)
        gone, ticket = ticket, both.jira.tickets([ticket.id])[ticket.id]
        history = both.jira.histories([ticket.id])[ticket.id]
        move = history.moves[-1]
        assert (move.from_id, move.to_id, move.to_name) == (gone.status.id, ticket.status.id, ticket.status.name)
        assert move.author is not None
        assert move.author.id == both.me
    assert int(history.last_id or 0) > int(started.last_id or 0)
    found = both.jira.ticket_in_status(ticket.project_key, ticket.type.id, ticket.status.id)
    assert found is not None
    assert found.id == ticket.id


def test_a_way_that_is_not_open_is_superseded(both: Deployed) -> None:
    ticket = both.jira.tickets([both.careful[0]])[both.careful[0]]
    (way,) = both.jira.transitions(ticket.id)
    both.jira.transition(ticket.id, way.id, {})
    with pytest.raises(Superseded):
        both.jira.transition(ticket.id, way.id, {})


def test_histories_of_what_is_there(both: Deployed) -> None:
    one = identity(both, "SHOP-1")
    assert list(both.jira.histories([one, "99999999"])) == [one]


def test_assigned_and_unassigned_as_people_are_known(both: Deployed) -> None:
    one = identity(both, "SHOP-1")
    for user in (both.ana, None):
        both.jira.assign(one, user)
        assignee = both.jira.tickets([one])[one].assignee
        assert (assignee.id if assignee else None) == user
    moves = both.jira.histories([one])[one].assignments
    assert [(move.from_id, move.to_id) for move in moves] == [(None, both.ana), (both.ana, None)]
    assert both.ana in {user.id for user in both.jira.assignable_users("SHOP", "ana")}


def test_a_copy_is_made_edited_and_known_again(both: Deployed) -> None:
    one = identity(both, "SHOP-1")
    text = "Ana wrote:\n\n- see `foo{x}()` [~aruiz] @Ana\n- https://x.y/z_1\n\n```go\nx := 1\n```"
    made = both.jira.add_comment(one, text, MARK)
    (copy,) = both.jira.comments(one)
    assert (copy.id, copy.mark, copy.author_id) == (made, MARK, both.me)
    assert copy.text == text
    newer = CommentMark(MARK.origin, MARK.id, "77aa")
    both.jira.edit_comment(one, made, "Edited", newer)
    (copy,) = both.jira.comments(one)
    assert (copy.text, copy.mark) == ("Edited", newer)


def test_a_very_long_copy_is_taken(both: Deployed) -> None:
    one = identity(both, "SHOP-1")
    both.jira.add_comment(one, "[line] {x}\n" * 9_000, MARK)
    assert both.jira.comments(one)[0].text.endswith("… (shortened)")


@pytest.mark.parametrize(
    "call",
    [
        lambda jira: jira.comments("99999999"),
        lambda jira: jira.transitions("99999999"),
        lambda jira: jira.assign("99999999", None),
        lambda jira: jira.add_comment("99999999", "x", MARK),
        lambda jira: jira.edit_comment("99999999", "1", "x", MARK),
        lambda jira: jira.project("NONE"),
    ],
)
def test_what_is_not_there_is_not_found(both: Deployed, call: object) -> None:
    assert callable(call)
    with pytest.raises(NotFound):
        call(both.jira)


def test_a_webhook_is_made_and_changed(both: Deployed) -> None:
    wanted = JiraWebhook(
        "", "Ours", "https://hooks.example.com/canary-7", frozenset({"jira:issue_updated"}), "project = SHOP"
    )
    made = both.jira.create_webhook(wanted)
    changed = JiraWebhook(
        made.id, "Ours", wanted.url, frozenset({"comment_created"}), "project = SHOP", enabled=False, exclude_body=True
    )
    both.jira.update_webhook(changed)
    listed = {webhook.id: webhook for webhook in both.jira.webhooks()}
    assert listed[made.id] == changed


def test_a_wrong_token_is_nobody(both: Deployed) -> None:
    stranger = client_of(both.site, "canary-wrong")
    with pytest.raises(Unauthorized) as caught:
        stranger.myself()
    assert ("personal access token" in (caught.value.hint or "")) is (both.site.deployment != "cloud")
    with pytest.raises(ProviderError):
        stranger.tickets(["SHOP-1"], ["memory"])
    stranger.close()
