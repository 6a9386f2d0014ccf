"""What stands becomes documents, and a plan made from them changes nothing: for settings of any shape."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.cli.clock import SystemClock
from reconciler.documents.load import load
from reconciler.documents.writing import unwritable, written
from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.importing.draft import Imported
from reconciler.engine.importing.importing import Wish, derived
from reconciler.engine.importing.live import Live
from reconciler.engine.scope import Connected, Systems
from reconciler.engine.settings.bindings import derive_settings, prove_bindings
from reconciler.engine.state import Gathered
from reconciler.model.case import CaseProjectRecord, JiraAccount
from reconciler.model.declared import (
    Configuration,
    Connections,
    DatadogConnection,
    Deployment,
    JiraConnection,
    SecretRef,
    Vocabulary,
)
from reconciler.model.state import StatusCategory
from reconciler.model.ticket import IssueType, JiraProject, JiraServer, JiraStatus, JiraUser
from reconciler.plan.change import Change
from reconciler.plan.diff import diff
from reconciler.providers.datadog import connect_datadog
from reconciler.providers.http_limits import Limiter
from reconciler.providers.secrets import Secret

SECRET = SecretRef("env", "KEY")
SITE = "https://acme.atlassian.net"
ACCOUNTS = (
    JiraAccount("acc-1", SITE),
    JiraAccount("acc-2", "https://elsewhere.atlassian.net"),
    JiraAccount("acc-3", SITE),
)
STATUSES = ("To Do", "In Progress", "Done", "no", "Won't Do", "a: b #c", "to do", "x\u202ey", " ")
WORKFLOW = tuple(JiraStatus(str(number), name, StatusCategory.NEW) for number, name in enumerate(STATUSES))
TYPES = (
    IssueType("1", "Bug"),
    IssueType("2", "bug"),
    IssueType("3", "Task"),
    IssueType("4", "off"),
    IssueType("5", "Bug\u202e"),
)
PROJECTS = (JiraProject("10", "SHOP", "Shop", TYPES), JiraProject("11", "PAY", "Payments", TYPES))
CONNECTIONS = Connections(
    "acme",
    "acme-prod",
    DatadogConnection("https://api.datadoghq.com", SECRET, SECRET, "datadoghq.com"),
    {"acme": JiraConnection("acme", SITE, Deployment.CLOUD, SECRET, SECRET)},
)


def live(records: list[CaseProjectRecord], *, is_cloud: bool = True) -> Live:
    site = SiteFacts(JiraServer(SITE, is_cloud, (10, 0)), JiraUser("me", "Me"))
    for project in PROJECTS:
        site.projects[project.key] = (project,)
        site.statuses[project.key] = {kind.id: WORKFLOW for kind in TYPES}
    case_projects = {record.key: record for record in records}
    return Live(Facts(sites={"acme": site}, accounts=ACCOUNTS, case_projects=case_projects))


def systems(vocabulary: Vocabulary) -> Systems:
    """Deriving asks them for their vocabulary alone; nothing is sent."""
    clock = SystemClock()
    keys = Secret("k"), Secret("k")
    client = connect_datadog("http://127.0.0.1:9", *keys, clock=clock, limiter=Limiter(clock), workers=1)
    client.close()
    return Connected(client, {}, "nowhere", vocabulary=vocabulary)


def imported(there: Live, means: Mapping[str, str] | None = None) -> Imported:
    return derived(CONNECTIONS, systems(Vocabulary()), there, Wish(unwritable, means=means or {}))


def changes(configuration: Configuration, there: Live, vocabulary: Vocabulary) -> tuple[Change, ...]:
    gathered = Gathered()
    boards = prove_bindings(configuration, there.facts, gathered)
    derive_settings(configuration, systems(vocabulary), there.facts, boards, gathered)
    assert set(gathered.wanted) == set(gathered.present)
    assert len(gathered.wanted) == len(configuration.bindings)
    assert [finding for finding in gathered.findings if finding.code not in {"unknown-sync-type", "unknown-mapping-key"}
            and finding.code not in {"closed-not-done", "done-not-closed"}] == []  # fmt: skip
    return tuple(diff(gathered.desired, gathered.observed))


def reloaded(found: Imported) -> Configuration:
    """The documents, written and read again."""
    with tempfile.TemporaryDirectory() as directory:
        for number, draft in enumerate(found.drafts):
            (Path(directory) / f"{number}.yaml").write_text(written(draft), encoding="utf-8")
        result = load(Path(directory))
    assert result.configuration is not None, result.findings
    assert {finding.code for finding in result.findings} <= {"status-mapping-missing"}
    return result.configuration


words = st.sampled_from(
    ["two_way", "once", "none", "TWO_WAY", "Bidirectional", "ONCE", "off", "BOTH", "x", "", "a\u202eb"]
)
group_keys = st.sampled_from(["OPEN", "IN_PROGRESS", "CLOSED", "open", "SG_OPEN", "In Progress", "closed", "a1b2"])
FIELDS = ("status", "assignee", "comments", "title", "description", "priority", "due_date", "labels", "custom_fields")
properties = st.dictionaries(
    st.sampled_from(FIELDS),
    st.one_of(
        st.fixed_dictionaries({"sync_type": words}),
        st.fixed_dictionaries(
            {
                "sync_type": words,
                "mapping": st.dictionaries(group_keys, st.sampled_from((*STATUSES, "Gone", "DONE")), max_size=5),
            }
        ),
        st.just({}),
        st.just({"customfield_1": {"sync_type": "two_way"}}),
    ),
    max_size=6,
)
usual_mapping = st.permutations(["To Do", "In Progress", "Done", "no", "DONE"]).map(
    lambda names: dict(zip(("OPEN", "IN_PROGRESS", "CLOSED"), names, strict=False))
)
tidy = st.builds(
    lambda mapping, way, other: {"status": {"sync_type": way, "mapping": mapping}, "assignee": {"sync_type": other}},
    usual_mapping,
    words,
    words,
)
ids = st.fixed_dictionaries(
    {},
    optional={
        "account_id": st.sampled_from(["acc-1", "acc-1", "acc-1", "acc-2", "acc-3", "gone"]),
        "project_id": st.sampled_from(["10", "11", "12"]),
        "issue_type_id": st.sampled_from(["1", "2", "3", "4", "5", "6"]),
    },
)
whole_ids = st.fixed_dictionaries(
    {
        "account_id": st.just("acc-1"),
        "project_id": st.sampled_from(["10", "11"]),
        "issue_type_id": st.sampled_from(["1", "3", "4"]),
    }
)
project_settings = st.fixed_dictionaries(
    {
        "notification": st.just({"enabled": True}),
        "integration_jira": st.fixed_dictionaries(
            {
                "enabled": st.sampled_from([True, True, True, False]),
                "metadata": whole_ids | whole_ids | ids,
                "auto_creation": st.fixed_dictionaries({"enabled": st.booleans()}) | st.just({}),
                "sync": st.fixed_dictionaries({"enabled": st.booleans(), "properties": properties | tidy})
                | st.just({}),
            }
        ),
    }
)
worlds = st.dictionaries(st.sampled_from(["ET", "SHOP", "PAY", "LAB_1", "A" * 64, "low"]), project_settings, max_size=4)


def records(world: Mapping[str, Any]) -> list[CaseProjectRecord]:
    return [CaseProjectRecord(f"id-{key}", key, f"Name of {key}", held) for key, held in sorted(world.items())]


def connected(sync: Mapping[str, Any], kind: str = "1") -> dict[str, Any]:
    ids = {"account_id": "acc-1", "project_id": "10", "issue_type_id": kind}
    return {"integration_jira": {"enabled": True, "metadata": ids, "sync": sync}}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds, st.booleans())
@example({"SHOP": connected({"enabled": True, "properties": {"status": {"sync_type": "BOTH"}}})}, True)
@example({"SHOP": connected({"enabled": True, "properties": {"status": {"sync_type": "none"}}})}, True)
@example({"SHOP": connected({"enabled": True, "properties": {"custom_fields": {"a": {"sync_type": "two_way"}}}})}, True)
@example({"SHOP": connected({"enabled": False, "properties": {"status": {"sync_type": "two_way"}}})}, True)
@example({"SHOP": connected({"enabled": True, "properties": {"status": {"sync_type": "two_way"}}})}, False)
@example({"PAY": connected({"enabled": True}), "SHOP": connected({"enabled": True})}, True)
def test_a_plan_from_what_was_imported_is_empty(world: dict[str, Any], is_cloud: bool) -> None:
    there = live(records(world), is_cloud=is_cloud)
    found = imported(there)
    configuration = reloaded(found)
    assert configuration.connections is not None
    datadog = configuration.connections.datadog
    assert datadog is not None
    assert datadog.vocabulary == found.words.vocabulary
    assert changes(configuration, there, datadog.vocabulary) == ()
    # Also where nobody has put the learned words into Connections yet.
    assert changes(configuration, there, Vocabulary()) == ()
    # Each case project with the integration on has its binding or a finding that says why not.
    told = {finding.address.name for finding in found.findings if finding.address is not None}
    on = {key for key, held in world.items() if held["integration_jira"]["enabled"]}
    assert on <= told | {binding.case_project for binding in configuration.bindings.values()}


def test_alike_mappings_are_shared_and_words_are_learned_from_where_they_stand() -> None:
    mapping = {"SG_OPEN": "To Do", "SG_IN_PROGRESS": "In Progress", "SG_CLOSED": "Done"}
    other = mapping | {"SG_CLOSED": "Won't Do"}
    sync = {"enabled": True, "properties": {"status": {"sync_type": "BIDIRECTIONAL", "mapping": mapping}}}
    late = {"enabled": True, "properties": {"status": {"sync_type": "BOTH", "mapping": other}}}
    there = live(records({"A": connected(sync, "1"), "B": connected(sync, "3"), "C": connected(late, "4")}))
    found = imported(there)
    assert [draft.title for draft in found.drafts] == [
        "Connections acme", "StatusMapping c", "StatusMapping default", "ProjectBinding a", "ProjectBinding b", "ProjectBinding c",
    ]  # fmt: skip
    assert found.words.vocabulary.sync_types["two_way"] == "BIDIRECTIONAL"
    assert found.words.vocabulary.groups["closed"] == "SG_CLOSED"
    assert [(one.word, one.places) for one in found.words.unknown] == [("BOTH", ("C: status",))]
    assert found.words.unseen == ("once", "off")
    assert [finding.code for finding in found.findings] == ["import-word-unknown"]
    vouched = imported(there, {"BOTH": "two_way"})
    assert vouched.words.vocabulary.sync_types["two_way"] == "BOTH"
    assert [one.word for one in vouched.words.unknown] == ["BIDIRECTIONAL"]


def test_one_word_cannot_mean_two_things() -> None:
    with pytest.raises(ValueError, match="'none' would mean once and off: say with --means which word means off"):
        imported(live([]), {"none": "once"})
    found = imported(live([]), {"none": "once", "no": "off"})
    assert (found.words.vocabulary.sync_types["once"], found.words.vocabulary.sync_types["off"]) == ("none", "no")
