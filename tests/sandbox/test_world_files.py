"""World files: what is wrong in one is told with its place; the quickstart's company is as its story goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from reconciler.errors import ReconcilerError
from reconciler.sandbox.jira.world import SiteShape
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldDocument, read_world

HEAD = "apiVersion: reconciler/v1\nkind: SandboxWorld\nmetadata: {name: x}\n"
SITE = """
  jira:
    acme:
      url: https://acme.atlassian.net
      email: r@acme.com
      token: t
      users: [{email: r@acme.com, name: R}]
      statuses: {To Do: new}
      workflows: {simple: {statuses: [To Do]}}
      projects: {SHOP: {name: Shop, workflow: simple, types: [Bug]}}
"""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the document: Input should be"),
        ("- a\n", "the document: Input should be"),
        ("a: [", "not YAML"),
        ("a: !!python/object:os.system x\n", "not YAML"),
        ("apiVersion: v2\nkind: SandboxWorld\nmetadata: {name: x}\nspec: {}\n", "apiVersion: Input should be"),
        (f"{HEAD}spec: {{oops: 1}}\n", "spec.oops: Extra inputs are not permitted"),
        (f"{HEAD}spec: {{datadog: {{issues: [{{name: a}}]}}}}\n", "spec.datadog.issues.0.service: Field required"),
        (
            f"{HEAD}spec: {{datadog: {{issues: [{{name: a, service: b, first_seen: soon}}]}}}}\n",
            "spec.datadog.issues.0.first_seen: .*'soon' is not a moment",
        ),
        (f"{HEAD}spec: {{datadog: {{behaviour: {{creation_delay: quick}}}}}}\n", "not a length of time"),
        (f"{HEAD}spec: {{datadog: {{jira_accounts: [{{site: acme}}]}}}}\n", "no Jira site 'acme'"),
        (
            f"{HEAD}spec: {{datadog: {{issues: [{{name: a, service: b, first_seen: -1h, teams: [t]}}]}}}}\n",
            "no team 't'",
        ),
        (
            f"{HEAD}spec: {{datadog: {{issues: [{{name: a, service: b, first_seen: -1h, assignee: x@y.z}}]}}}}\n",
            "no user 'x@y.z'",
        ),
        (
            f"{HEAD}spec: {{datadog: {{issues: &i [{{name: a, service: b, first_seen: -1h}}, {{name: a, service: b, first_seen: -1h}}]}}}}\n",
            "two issues named 'a'",
        ),
        (
            f"{HEAD}spec: {{datadog: {{cases: [{{key: NOPE-1, title: t}}]}}}}\n",
            "case NOPE-1: there is no such case project",
        ),
        (
            f"{HEAD}spec: {{datadog: {{cases: [{{key: ET-1, title: t}}, {{key: ET-1, title: t}}]}}}}\n",
            "case ET-1: there are two",
        ),
        (f"{HEAD}spec: {{datadog: {{cases: [{{key: ET-1, title: t, issues: [a]}}]}}}}\n", "no issue 'a'"),
        (
            f"{HEAD}spec:{SITE}  datadog: {{jira_accounts: [{{site: acme}}], cases: [{{key: ET-1, title: t, ticket: {{site: acme, key: SHOP-9}}}}]}}\n",
            "the Jira site acme has no ticket SHOP-9",
        ),
        (
            f"{HEAD}spec:{SITE}  datadog: {{jira_accounts: [{{site: acme}}], case_projects: [{{key: A, name: A, jira: {{site: acme, project: SHOP, issue_type: Epic}}}}]}}\n",
            "case project A: SHOP has no ticket type 'Epic'",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(text)
    with pytest.raises(ReconcilerError, match=complaint):
        World.from_file(read_world(path))


def test_a_missing_world_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match=r"nowhere\.yaml: the world file cannot be read: No such file"):
        read_world(tmp_path / "nowhere.yaml")


@pytest.fixture
def acme() -> World:
    """The quickstart's company."""
    return World.from_file(read_world(Path(__file__).parents[2] / "examples" / "quickstart" / "world.yaml"))


def test_the_quickstart_company_is_believable(acme: World) -> None:
    company = acme.datadog.company
    assert len(company.issues) >= 60
    assert len({issue.service for issue in company.issues.values()}) == 10
    assert {team.handle for team in company.teams.values()} == {"shopist", "payments", "mobile", "platform"}
    assert {project.key for project in company.projects.values()} == {"ET", "SHOP", "PAY"}
    assert acme.jira["acme"].site.webhooks == {}
    assert set(Counter(issue.state for issue in company.issues.values())) == {
        "OPEN",
        "ACKNOWLEDGED",
        "RESOLVED",
        "IGNORED",
        "EXCLUDED",
    }


def test_the_quickstart_company_has_new_issues_and_old_links(acme: World) -> None:
    company = acme.datadog.company
    yesterday = acme.clock.now() - timedelta(hours=24)
    new = [issue for issue in company.issues.values() if issue.seen[0] >= yesterday]
    assert Counter(issue.state for issue in new) == {"OPEN": 14}
    assert {issue.case_id for issue in new} == {None}
    linked = [case for case in company.cases.values() if case.ticket is not None]
    assert 6 <= sum(len(case.insights) for case in linked) <= 10
    assert {case.key.partition("-")[0] for case in linked} == {"SHOP", "PAY"}
    [waiting] = [case for case in company.cases.values() if case.key.startswith("ET-")]
    assert (waiting.ticket, waiting.assignee_id is None, len(waiting.insights)) == (None, False, 1)


def test_every_linked_issue_agrees_with_its_ticket(acme: World) -> None:
    company, site = acme.datadog.company, acme.jira["acme"]
    groups = {"OPEN": "new", "ACKNOWLEDGED": "indeterminate", "RESOLVED": "done"}
    linked = [case for case in company.cases.values() if case.ticket is not None and case.ticket.key is not None]
    assert linked
    for case in linked:
        assert case.ticket is not None
        status = site.site.statuses[site.ticket(case.ticket.key or "").status]
        assert {groups[issue.state] for issue in acme.datadog.issues_of(case)} == {status.category.value}, case.key


def shapes_of(shape: type[BaseModel]) -> Iterator[str]:
    """Every key of a part of a world file, and of the parts within it."""
    for name, field in shape.model_fields.items():
        yield field.alias or name
    schema = shape.model_json_schema()
    for inner in schema.get("$defs", {}).values():
        yield from inner.get("properties", {})


def test_the_page_names_every_key_of_a_world_file() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    keys = {*shapes_of(WorldDocument), *shapes_of(SiteShape)}
    assert len(keys) > 100
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", page)) == []
