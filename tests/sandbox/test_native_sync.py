"""Datadog's own sync, as its documentation describes it: the seed's table, what it needs, and what it misses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import requests

from reconciler.sandbox.datadog.records import Case, Issue
from reconciler.sandbox.datadog.state import AUTOMATION, DatadogState
from reconciler.sandbox.jira.records import Ticket, User
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.serve import RunningSandbox, start

WORLDS = Path(__file__).with_name("worlds")
Group = dict[str, str]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """The Cloud site whose sync is set up."""
    with start(WORLDS / "cloud.yaml") as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def site(sandbox: RunningSandbox) -> JiraState:
    """Its Jira."""
    return sandbox.world.jira["acme"]


@pytest.fixture
def issue(datadog: DatadogState) -> Callable[[str], Issue]:
    """An issue by name."""

    def find(name: str) -> Issue:
        found = datadog.find_issue(name)
        assert found is not None
        return found

    return find


@pytest.fixture
def case(datadog: DatadogState) -> Callable[[str], Case]:
    """A case by key."""

    def find(key: str) -> Case:
        found = datadog.find_case(key)
        assert found is not None
        return found

    return find


@pytest.fixture
def seen(datadog: DatadogState, site: JiraState, case: Callable[[str], Case]) -> Callable[[str], Group]:
    """What ticket, case and each issue of a group are, by the key that ticket and case share."""

    def look(key: str) -> Group:
        status = site.site.statuses[site.ticket(key).status].name
        states = {each.name: each.state for each in datadog.issues_of(case(key))}
        return {"ticket": status, "case": case(key).status_name, **states}

    return look


@pytest.fixture
def play(sandbox: RunningSandbox) -> Callable[[Sequence[str]], None]:
    """People act, one after another."""

    def perform(acts: Sequence[str]) -> None:
        for act in acts:
            sandbox.act(*act.split())

    return perform


def last_author(site: JiraState, ticket: Ticket) -> User:
    """Who made the newest entry of the changelog."""
    return site.site.users[ticket.histories[-1].author]


OPEN3 = {"first": "OPEN", "second": "OPEN", "third": "OPEN"}
RESOLVED3 = {"first": "RESOLVED", "second": "RESOLVED", "third": "RESOLVED"}
ROWS: list[tuple[str, list[str], str, Group]] = [
    (
        "Done, all resolved: one comes back, the ticket is To Do, the others stay resolved",
        ["ticket SHOP-2 status Done", "issue second state OPEN"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Open", **RESOLVED3, "second": "OPEN"},
    ),
    (
        "To Do, all for review: one is resolved, nothing else moves",
        ["issue first state RESOLVED"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Open", **OPEN3, "first": "RESOLVED"},
    ),
    (
        "Done: a linked for-review issue becomes resolved",
        ["ticket SHOP-2 status Done", "issue unlinked attach SHOP-2"],
        "SHOP-2",
        {"ticket": "Done", "case": "Closed", **RESOLVED3, "unlinked": "RESOLVED"},
    ),
    (
        "To Do: a linked resolved issue stays resolved",
        ["issue unlinked-resolved attach SHOP-2"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Open", **OPEN3, "unlinked-resolved": "RESOLVED"},
    ),
    (
        "the ticket moves, every issue mirrors",
        ["ticket SHOP-2 status In Progress"],
        "SHOP-2",
        {"ticket": "In Progress", "case": "In Progress", **dict.fromkeys(OPEN3, "ACKNOWLEDGED")},
    ),
    (
        "a single issue is resolved, the ticket is done",
        ["issue alone state RESOLVED"],
        "SHOP-1",
        {"ticket": "Done", "case": "Closed", "alone": "RESOLVED"},
    ),
    (
        "the last of several is resolved, the ticket is done",
        ["issue first state RESOLVED", "issue second state IGNORED", "issue third state RESOLVED"],
        "SHOP-2",
        {"ticket": "Done", "case": "Closed", **RESOLVED3, "second": "IGNORED"},
    ),
    (
        "a closed ticket leaves ignored and excluded issues as they are",
        ["ticket SHOP-3 status In Progress", "issue muted state IGNORED", "ticket SHOP-3 status Done"],
        "SHOP-3",
        {"ticket": "Done", "case": "Closed", "fixed": "RESOLVED", "muted": "IGNORED", "dropped": "RESOLVED"},
    ),
    (
        "somebody closes the case: ticket and issues follow",
        ["case SHOP-2 status Closed"],
        "SHOP-2",
        {"ticket": "Done", "case": "Closed", **RESOLVED3},
    ),
    (
        "a regression reopens the ticket",
        ["issue alone state RESOLVED", "issue alone error 1.3"],
        "SHOP-1",
        {"ticket": "To Do", "case": "Open", "alone": "OPEN"},
    ),
    (
        "a reviewed issue takes its ticket along",
        ["issue alone assign ana@acme.com"],
        "SHOP-1",
        {"ticket": "In Progress", "case": "In Progress", "alone": "ACKNOWLEDGED"},
    ),
    (
        "an issue moves on, the least progressed one is no other: a case left behind stays behind",
        ["miss 3 changes", *(f"issue {name} state Reviewed" for name in OPEN3), "issue first state RESOLVED"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Open", **dict.fromkeys(OPEN3, "ACKNOWLEDGED"), "first": "RESOLVED"},
    ),
    (
        "an issue moves back: a case that is further back stays there",
        ["miss 3 changes", *(f"issue {name} state RESOLVED" for name in OPEN3), "issue first state Reviewed"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Open", **RESOLVED3, "first": "ACKNOWLEDGED"},
    ),
    (
        "an issue that leaves moves nothing",
        ["issue first state RESOLVED", "issue second detach", "issue third detach"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Open", "first": "RESOLVED"},
    ),
    (
        "a done ticket that is linked to a case of open issues resolves them",
        ["case SHOP-2 unlink", "case SHOP-3 unlink", "case SHOP-2 link https://acme.atlassian.net/browse/SHOP-3"],
        "SHOP-2",
        {"ticket": "To Do", "case": "Closed", **RESOLVED3},
    ),
]


@pytest.mark.parametrize(("acts", "key", "after"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_groups_move_as_the_documentation_says(
    play: Callable[[Sequence[str]], None], seen: Callable[[str], Group], acts: list[str], key: str, after: Group
) -> None:
    play(acts)
    assert seen(key) == after


SETUP = [
    "webhook Datadog_Webhook disable",
    "webhook Datadog_Webhook delete",
    "webhook Datadog_Webhook jql project = PAY",
    "webhook Datadog_Webhook events comment_created",
    "project SHOP set integration_jira.enabled false",
    "project SHOP set integration_jira.sync.enabled false",
    "project SHOP set integration_jira.sync.properties.status.sync_type once",
    "project SHOP set integration_jira.sync.properties.status.sync_type none",
    "project SHOP set integration_jira.metadata.account_id another",
    "case SHOP-2 archive",
    "case SHOP-2 move OTHER",
    "case SHOP-2 unlink",
]


@pytest.mark.parametrize("broken", SETUP)
@pytest.mark.parametrize("act", ["ticket SHOP-2 status Done", "issue first state IGNORED"])
def test_whatever_is_not_set_up_is_not_synced(sandbox: RunningSandbox, site: JiraState, broken: str, act: str) -> None:
    datadog = sandbox.world.datadog
    group = datadog.find_case("SHOP-2")
    assert group is not None
    for name in ("second", "third"):
        sandbox.act("issue", name, "state", "IGNORED")
    sandbox.act(*(word.replace("_", " ") if word.startswith("Datadog") else word for word in broken.split()))
    sandbox.act(*act.split())
    by_ticket = act.startswith("ticket")
    assert group.status_name == "Open"
    assert site.site.statuses[site.ticket("SHOP-2").status].name == ("Done" if by_ticket else "To Do")
    assert {each.name: each.state for each in datadog.issues_of(group)}["first"] == ("OPEN" if by_ticket else "IGNORED")


def test_a_status_that_the_mapping_does_not_name_moves_nothing(
    play: Callable[[Sequence[str]], None], seen: Callable[[str], Group]
) -> None:
    play(["ticket PAY-1 status In Progress", "ticket PAY-1 status In Review"])
    assert seen("PAY-1") == {"ticket": "In Review", "case": "In Progress", "stepwise": "ACKNOWLEDGED"}


@pytest.mark.parametrize("before", [[], ["ticket PAY-1 status In Progress", "ticket PAY-1 status In Review"]])
def test_a_move_the_workflow_forbids_leaves_the_ticket_silently_behind(
    play: Callable[[Sequence[str]], None], seen: Callable[[str], Group], before: list[str]
) -> None:
    """From Backlog no single step leads to Done; from In Review one does, but its screen wants a resolution."""
    play([*before, "issue stepwise state RESOLVED"])
    assert seen("PAY-1") == {
        "ticket": "In Review" if before else "Backlog",
        "case": "Closed",
        "stepwise": "RESOLVED",
    }


def test_the_integration_acts_under_its_own_name_and_its_echo_moves_nothing(
    sandbox: RunningSandbox, site: JiraState, case: Callable[[str], Case]
) -> None:
    sandbox.act("issue", "alone", "state", "RESOLVED", "--as", "ana@acme.com")
    ticket = site.ticket("SHOP-1")
    assert [item.after_text for item in ticket.histories[-1].items] == ["Done", "Done"]
    assert last_author(site, ticket).email == "datadog@acme.com"
    assert case("SHOP-1").modified_by == AUTOMATION
    assert sandbox.world.datadog.company.pending == []
    sandbox.act("ticket", "SHOP-1", "status", "To Do", "--as", "ben@acme.com")
    assert last_author(site, site.ticket("SHOP-1")).email == "ben@acme.com"


def test_people_are_named_on_the_datadog_side_too(sandbox: RunningSandbox, case: Callable[[str], Case]) -> None:
    sandbox.act("case", "SHOP-1", "title", "Better", "--as", "ben@acme.com")
    users = sandbox.world.datadog.company.users
    assert users[case("SHOP-1").modified_by].email == "ben@acme.com"
    sandbox.act("case", "SHOP-1", "title", "Best")
    assert users[case("SHOP-1").modified_by].email == "ana@acme.com"


def test_webhooks_that_get_lost_are_never_made_up_for(
    sandbox: RunningSandbox, seen: Callable[[str], Group], datadog: DatadogState
) -> None:
    account = next(iter(datadog.company.accounts.values()))
    sandbox.act("miss", "2")
    sandbox.act("ticket", "SHOP-1", "status", "In Progress")
    sandbox.act("ticket", "SHOP-1", "status", "Done")
    assert account.last_webhook is None
    assert seen("SHOP-1") == {"ticket": "Done", "case": "Open", "alone": "OPEN"}
    sandbox.act("ticket", "SHOP-2", "status", "Done")
    assert account.last_webhook is not None
    assert (seen("SHOP-1")["case"], seen("SHOP-2")["case"]) == ("Open", "Closed")


def test_changes_in_datadog_get_lost_too(sandbox: RunningSandbox, seen: Callable[[str], Group]) -> None:
    sandbox.act("miss", "1", "changes")
    sandbox.act("issue", "alone", "state", "RESOLVED")
    assert seen("SHOP-1") == {"ticket": "To Do", "case": "Open", "alone": "RESOLVED"}


@pytest.mark.parametrize(
    ("act", "assignees"),
    [
        ("ticket SHOP-2 assign ben@acme.com", ["ben@acme.com"] * 5),
        ("case SHOP-2 assign ben@acme.com", ["ben@acme.com"] * 5),
        ("issue second assign ben@acme.com", ["ben@acme.com", "ben@acme.com", None, "ben@acme.com", None]),
        ("ticket SHOP-2 assign hidden@acme.com", ["hidden@acme.com", None, None, None, None]),
        ("ticket SHOP-2 assign stranger@elsewhere.com", ["stranger@elsewhere.com", None, None, None, None]),
        ("case SHOP-2 assign gone@acme.com", [None, *["gone@acme.com"] * 4]),
    ],
)
def test_assignees_go_both_ways_as_far_as_people_are_known(
    sandbox: RunningSandbox, site: JiraState, case: Callable[[str], Case], act: str, assignees: list[str | None]
) -> None:
    datadog = sandbox.world.datadog
    sandbox.act(*act.split())
    ticket, group = site.ticket("SHOP-2"), case("SHOP-2")
    ids = [group.assignee_id, *(each.assignee_id for each in datadog.issues_of(group))]
    found = [site.site.users[ticket.assignee].email if ticket.assignee else None]
    found += [datadog.company.users[each].email if each else None for each in ids]
    assert found == assignees
    sandbox.act("ticket", "SHOP-2", "assign", "ana@acme.com")
    sandbox.act("ticket", "SHOP-2", "assign", "none")
    assert {case("SHOP-2").assignee_id, *(each.assignee_id for each in datadog.issues_of(group))} == {None}


@pytest.mark.parametrize("whom", ["hidden@acme.com", "stranger@elsewhere.com"])
def test_somebody_unknown_takes_nobody_off(
    sandbox: RunningSandbox, case: Callable[[str], Case], issue: Callable[[str], Issue], whom: str
) -> None:
    sandbox.act("ticket", "SHOP-1", "assign", "ana@acme.com")
    sandbox.act("ticket", "SHOP-1", "assign", whom)
    users = sandbox.world.datadog.company.users
    found = [users[each or ""].email for each in (case("SHOP-1").assignee_id, issue("alone").assignee_id)]
    assert found == ["ana@acme.com", "ana@acme.com"]


def test_a_ticket_that_is_there_already_is_not_touched(
    sandbox: RunningSandbox, site: JiraState, seen: Callable[[str], Group]
) -> None:
    """The same status again would notify its watchers."""
    sandbox.act("miss", "1")
    sandbox.act("ticket", "SHOP-1", "status", "Done")
    before = site.ticket("SHOP-1")
    sandbox.act("issue", "alone", "state", "RESOLVED")
    assert seen("SHOP-1") == {"ticket": "Done", "case": "Closed", "alone": "RESOLVED"}
    assert site.ticket("SHOP-1") == before


def test_comments_go_both_ways_once_and_their_edits_do_not(
    sandbox: RunningSandbox, site: JiraState, case: Callable[[str], Case]
) -> None:
    sandbox.act("ticket", "SHOP-1", "comment", "from Jira", "--as", "ben@acme.com")
    sandbox.act("ticket", "SHOP-1", "comment", "from nobody Datadog knows", "--as", "stranger@elsewhere.com")
    sandbox.act("case", "SHOP-1", "comment", "from Datadog", "--as", "ana@acme.com")
    ticket, cells = site.ticket("SHOP-1"), case("SHOP-1").comments
    sandbox.act("ticket", "SHOP-1", "edit-comment", ticket.comments[0].id, "changed")
    sandbox.act("ticket", "SHOP-1", "delete-comment", ticket.comments[1].id)
    users = sandbox.world.datadog.company.users
    told = [(each.text, users[each.author_id].email if each.author_id in users else None) for each in cells]
    assert told == [
        ("from Jira", "ben@acme.com"),
        ("from nobody Datadog knows", None),
        ("from Datadog", "ana@acme.com"),
    ]
    assert [(each.body, site.site.users[each.author].email) for each in site.ticket("SHOP-1").comments] == [
        ("changed", "ben@acme.com"),
        ("from Datadog", "datadog@acme.com"),
    ]


def test_slow_sync_waits_in_the_state_file_and_lands_when_its_time_comes(
    tmp_path: Path, sandbox: RunningSandbox
) -> None:
    text = (WORLDS / "cloud.yaml").read_text(encoding="utf-8")
    slow = text.replace("  datadog:\n    users:", "  datadog:\n    behaviour: {sync_delay: 10m}\n    users:")
    world, state = tmp_path / "world.yaml", tmp_path / "state.json"
    world.write_text(slow, encoding="utf-8")
    with start(world, state) as running:
        running.act("ticket", "SHOP-1", "status", "Done")
        running.act("issue", "first", "state", "RESOLVED")
    with start(world, state) as running:
        group = running.world.datadog.find_case("SHOP-1")
        assert group is not None
        assert (group.status_name, len(running.world.datadog.company.pending)) == ("Open", 2)
        running.act("clock", "+11m")
        assert (group.status_name, running.world.datadog.company.pending) == ("Closed", [])


@pytest.mark.parametrize("fans_out", [True, False])
@pytest.mark.parametrize("native", [True, False])
def test_whether_cases_and_issues_keep_in_step_without_jira_is_for_the_world_to_say(
    tmp_path: Path, *, fans_out: bool, native: bool
) -> None:
    behaviour = f"behaviour: {{native_sync: {str(native).lower()}, case_fans_out: {str(fans_out).lower()}}}"
    text = (WORLDS / "cloud.yaml").read_text(encoding="utf-8")
    text = text.replace("  datadog:\n    users:", f"  datadog:\n    {behaviour}\n    users:")
    world = tmp_path / "world.yaml"
    world.write_text(text.replace("status: {sync_type: two_way", "status: {sync_type: none"), encoding="utf-8")
    with start(world) as running:
        running.act("case", "SHOP-2", "status", "Closed")
        running.act("issue", "alone", "state", "RESOLVED")
        datadog, site = running.world.datadog, running.world.jira["acme"]
        many, one = datadog.find_case("SHOP-2"), datadog.find_case("SHOP-1")
        assert many is not None
        assert one is not None
        states = {each.state for each in datadog.issues_of(many)}
        assert (states, one.status_name) == (({"RESOLVED"}, "Closed") if fans_out else ({"OPEN"}, "Open"))
        assert {site.site.statuses[site.ticket(key).status].name for key in ("SHOP-1", "SHOP-2")} == {"To Do"}


def test_nothing_is_synced_in_a_world_without_native_sync(tmp_path: Path) -> None:
    text = (WORLDS / "cloud.yaml").read_text(encoding="utf-8")
    world = tmp_path / "world.yaml"
    world.write_text(
        text.replace("  datadog:\n    users:", "  datadog:\n    behaviour: {native_sync: false}\n    users:"),
        encoding="utf-8",
    )
    with start(world) as running:
        running.act("ticket", "SHOP-2", "status", "Done")
        running.act("issue", "alone", "state", "RESOLVED")
        cases = running.world.datadog.company.cases.values()
        assert {each.key: each.status_name for each in cases} == {
            "SHOP-1": "Open",
            "SHOP-2": "Open",
            "SHOP-3": "Closed",
            "PAY-1": "Open",
        }
        assert next(iter(running.world.datadog.company.accounts.values())).last_webhook is not None


def test_a_case_that_nobody_touches_is_closed_on_some_day_and_takes_its_group_along(
    sandbox: RunningSandbox, seen: Callable[[str], Group], case: Callable[[str], Case]
) -> None:
    sandbox.act("case", "SHOP-2", "auto-close")
    assert seen("SHOP-2")["ticket"] == "Done"
    sandbox.act("clock", "+8d")
    sandbox.act("case", "PAY-1", "title", "Somebody still cares")
    for days, status in (("+0d", "Open"), ("+6d", "Open"), ("+2d", "Closed")):
        sandbox.act("clock", days)
        with sandbox.world.lock:
            sandbox.world.settle()
        assert (case("PAY-1").status_name, case("SHOP-1").status_name) == (status, "Open")
    assert case("PAY-1").modified_by == AUTOMATION


@pytest.mark.parametrize(
    ("state", "version", "after"),
    [
        ("RESOLVED", "1.3", "OPEN"),
        ("RESOLVED", "1.10", "OPEN"),
        ("RESOLVED", "1.2", "RESOLVED"),
        ("RESOLVED", "1.1", "RESOLVED"),
        ("IGNORED", "1.3", "IGNORED"),
        ("EXCLUDED", "1.3", "EXCLUDED"),
        ("ACKNOWLEDGED", "1.3", "ACKNOWLEDGED"),
    ],
)
def test_only_a_resolved_issue_regresses_and_only_in_a_newer_version(
    sandbox: RunningSandbox, issue: Callable[[str], Issue], state: str, version: str, after: str
) -> None:
    sandbox.act("issue", "alone", "state", state)
    errors = len(issue("alone").seen)
    sandbox.act("clock", "+1h")
    sandbox.act("issue", "alone", "error", version)
    assert issue("alone").state == after
    assert (issue("alone").regression is not None) is (after == "OPEN")
    assert len(issue("alone").seen) == errors + (state != "EXCLUDED")


@pytest.mark.parametrize(
    ("acts", "group"),
    [
        (["ticket SHOP-1 move PAY", "ticket PAY-2 status Done --force"], "Closed"),
        (["webhook 1 jql project = SHOP", "ticket SHOP-1 move PAY", "ticket PAY-2 status Done --force"], "Open"),
        (["ticket SHOP-1 hide", "ticket SHOP-1 status Done"], "Closed"),
        (["ticket SHOP-1 delete", "issue alone state RESOLVED"], "Open"),
        (["status Done rename Finished", "ticket SHOP-1 status Finished"], "Open"),
        (["status Done category new", "ticket SHOP-1 status Done"], "Closed"),
        (["permission TRANSITION_ISSUES deny datadog@acme.com SHOP", "case SHOP-1 status Closed"], "Closed"),
    ],
)
def test_moved_hidden_and_deleted_tickets_and_changed_statuses(
    play: Callable[[Sequence[str]], None], case: Callable[[str], Case], acts: list[str], group: str
) -> None:
    """Whatever becomes of a ticket, its case keeps the link, and what the webhook or the mapping no longer names is missed."""
    play(acts)
    assert (case("SHOP-1").status_name, case("SHOP-1").ticket is not None) == (group, True)


def test_hidden_and_deactivated_people_in_datadog(
    sandbox: RunningSandbox, api: Callable[..., requests.Response]
) -> None:
    sandbox.act("issue", "alone", "assign", "ben@acme.com")
    sandbox.act("user", "ben@acme.com", "hide-email", "datadog")
    sandbox.act("user", "ben@acme.com", "deactivate", "datadog")
    answered = api("GET", "/cases/SHOP-1").json()
    beside = {each["attributes"]["name"]: each["attributes"] for each in answered["included"]}
    assert beside["Ben Okri"] == {"active": False, "email": "", "handle": "", "name": "Ben Okri"}
    sandbox.act("ticket", "SHOP-2", "assign", "ben@acme.com")
    group = sandbox.world.datadog.find_case("SHOP-2")
    assert group is not None
    assert group.assignee_id is None


@pytest.mark.parametrize("shift", ["+5m", "-5m"])
def test_a_jira_whose_clock_is_off_dates_everything_by_it(
    sandbox: RunningSandbox, site: JiraState, case: Callable[[str], Case], shift: str
) -> None:
    datadog = sandbox.world.datadog
    sandbox.act("clock", shift, "--site", "acme")
    sandbox.act("ticket", "SHOP-1", "status", "Done")
    ticket = site.ticket("SHOP-1")
    off = (ticket.histories[-1].created - case("SHOP-1").modified).total_seconds()
    assert round(off / 60) == int(shift.removesuffix("m"))
    assert ticket.category_changed == ticket.updated == ticket.histories[-1].created
    told = requests.get(f"{sandbox.jira_urls['acme']}/rest/api/3/serverInfo", timeout=10).json()["serverTime"]
    ahead = datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%f%z") - datadog.clock.now()
    assert round(ahead.total_seconds() / 60) == int(shift.removesuffix("m"))
