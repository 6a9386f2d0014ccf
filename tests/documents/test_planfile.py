"""A plan file is believed only when nothing about it is odd."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.documents import planfile
from reconciler.documents.plan_schema import machine_schemas
from reconciler.documents.planfile import LARGEST_PLAN, PlanNotSaved, read_plan, write_plan
from reconciler.errors import PlanRefused
from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.resource import (
    NOBODY,
    CaseProjectSettings,
    CaseStatus,
    CommentCopy,
    IssueStatus,
    JoinRequest,
    LinkedTicket,
    Named,
    Reason,
    Resource,
    TicketRequest,
    TicketStatus,
    WebhookSettings,
)
from reconciler.model.state import IssueState, StatusGroup
from reconciler.plan.change import Change, Create, Delete, Update
from reconciler.plan.encoding import digest_of, encode_plan
from reconciler.plan.plan import Plan, Targets

NOW = datetime(2026, 11, 23, 18, 49, tzinfo=UTC)
BUG = Named("10004", "Bug")
PROJECT = CaseProjectSettings(
    "PAY", integration=True, account=Named("7", "acme"), project=Named("10001", "PAY"), issue_type=None, sync=False,
    directions={"status": "none"}, statuses={"OPEN": "Backlog"},
)  # fmt: skip
HOOK = WebhookSettings(
    "acme", enabled=True, events=frozenset({"comment_created", "jira:issue_updated"}), jql="project in (PAY)"
)
REQUEST = TicketRequest(
    "i1", "ledger", "payments", "PAY", "acme", Named("10001", "PAY"), BUG, "LedgerMismatch \ud800 \u202e", "text\n", "ddet-a",
    fields={"labels": ["ddet-a"], "priority": {"id": "2"}}, written_fields={"priority": "High"},
)  # fmt: skip
JOIN = JoinRequest(
    "i3",
    "ledger",
    "PAY",
    "acme",
    leader="i1",
    alike="ddgr-a",
    first_seen=NOW,
    shared={"service": ("ledger",), "team": ("a", "b")},
)
LINKED = LinkedTicket("i2", "acme", "PAY-7", labelled=True, reviewed=False, remembered=False)
ISSUE = IssueStatus("i2", "PAY-7", IssueState.RESOLVED, assignee=NOBODY)
CASE = CaseStatus("PAY-3", "PAY-7", StatusGroup.CLOSED, assignee=Named("u1", "Ann"))
TICKET = TicketStatus(
    "PAY-7", "acme", "PAY", "PAY-3", Named("10003", "Done"), remembered="4f1e", assignee=None,
    hops=("In Review", "Done"), base={"group": {"ticket": "closed", "issues": {"i2": "RESOLVED"}}}, seen="9a",
)  # fmt: skip
COMMENT = CommentCopy("PAY-7", "jira:acme", "10042", "Datadog", "Ann \u202e", "seen \ud800 too", "5d", copy_id="c9")
RESOURCES: tuple[Resource, ...] = (PROJECT, HOOK, REQUEST, JOIN, LINKED, ISSUE, CASE, TICKET, COMMENT)


def made(*changes: Change) -> dict[str, object]:
    findings = (
        Finding("odd", Severity.ERROR, "odd", Address(Kind.WEBHOOK, "acme"), Origin("a.yaml", 3, 4), "even", "mend it"),
        Finding("new-issue-unrouted", Severity.INFO, "two"),
    )
    return encode_plan(
        Plan(changes, findings, Targets("https://api.datadoghq.com", {"acme": "https://acme.atlassian.net"}),
             "sha256:" + "1f" * 32, NOW, NOW.replace(day=24), over_limit=("limit-creates",), calls={"datadog": 14})
    )  # fmt: skip


def whole() -> dict[str, object]:
    after = CaseProjectSettings(
        "PAY", integration=True, account=Named("7", "acme"), project=None, issue_type=BUG, sync=True
    )
    return made(
        Update(PROJECT, after, Reason("binding payments", "bindings.yaml", 17)),
        Create(HOOK, Reason("absent", "connections.yaml")), Create(REQUEST), Create(JOIN), Delete(LINKED),
        Update(ISSUE, replace(ISSUE, state=IssueState.OPEN)), Create(CASE), Create(TICKET), Create(COMMENT),
    )  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def refusal(path: Path, content: str | bytes) -> PlanRefused:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PlanRefused) as refused:
        read_plan(path)
    assert str(path) in refused.value.message
    assert refused.value.hint
    return refused.value


def test_what_was_written_is_read(path: Path) -> None:
    write_plan(path, whole())
    assert read_plan(path) == whole()


def test_a_plan_file_is_for_its_owner_and_diffs_well(path: Path) -> None:
    path.write_text("x")
    path.chmod(0o644)
    write_plan(path, whole())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="ascii")
    assert text.endswith("}\n")
    assert list(json.loads(text)) == sorted(whole())


def test_a_plan_file_shown_in_a_log_speaks_to_no_runner(path: Path) -> None:
    document = made() | {"odd": {"###[error]": "##[add-mask] ##vso[x] # \\## \x1b"}}
    write_plan(path, document)
    text = path.read_text(encoding="ascii")
    assert "##" not in text
    assert json.loads(text) == document


def test_nothing_else_is_left_behind(path: Path) -> None:
    write_plan(path, whole())
    write_plan(path, made())
    assert [entry.name for entry in path.parent.iterdir()] == ["plan.json"]
    assert read_plan(path) == made()


def test_where_writing_fails_the_former_plan_stays(path: Path) -> None:
    write_plan(path, made())
    with pytest.raises(TypeError):
        write_plan(path, {"odd": object()})
    with pytest.raises(PlanNotSaved, match="cannot be written"):
        write_plan(path.parent / "absent" / "plan.json", made())
    with pytest.raises(PlanNotSaved, match="nothing was saved"):
        write_plan(path, {"long": "x" * LARGEST_PLAN})
    assert [entry.name for entry in path.parent.iterdir()] == ["plan.json"]
    assert read_plan(path) == made()


def test_a_directory_is_not_replaced(path: Path) -> None:
    path.mkdir()
    with pytest.raises(PlanNotSaved, match="cannot be written"):
        write_plan(path, made())
    assert [entry.name for entry in path.parent.iterdir()] == ["plan.json"]


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    else:
        yield path


def altered(path: tuple[str | int, ...]) -> dict[str, object]:
    document = deepcopy(whole())
    place: object = document
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]
    old = place[path[-1]]  # type: ignore[index]
    place[path[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}x"  # type: ignore[index]
    return document


@pytest.mark.parametrize("leaf", list(leaves(whole())), ids=lambda leaf: ".".join(map(str, leaf)))
def test_any_field_changed_is_noticed(leaf: tuple[str | int, ...], path: Path) -> None:
    assert refusal(path, json.dumps(altered(leaf))).cause in {"altered", "unreadable"}


def test_a_believable_change_is_called_altered(path: Path) -> None:
    document = whole()
    document["config_digest"] = "sha256:" + "00" * 32
    assert refusal(path, json.dumps(document)).cause == "altered"


def test_layout_is_no_alteration(path: Path) -> None:
    path.write_text(json.dumps(whole(), indent=7))
    assert read_plan(path) == whole()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "not JSON: line 1, column 1"),
        ("{", "not JSON"),
        ("[]", "not an object"),
        ("null", "not an object"),
        ("\ufeff{}", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8 text \\(byte 0\\)"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"x": {"deep": [{"a": 1, "a": 1}]}}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is not a number that JSON has"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ('{"a": 1e999}', "1e999 is too large"),
        ('{"a": ' + "9" * 5000 + "}", "Exceeds the limit"),
        ('{"a": ' * 100_000, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ("{}", "not a plan of this format"),
        (b"x" * (LARGEST_PLAN + 1), "larger than 33,554,432 bytes"),
    ],
)
def test_what_is_no_plan_is_refused_with_its_reason(content: str | bytes, why: str, path: Path) -> None:
    refused = refusal(path, content)
    assert refused.cause == "unreadable"
    assert re.search(why, refused.message), refused.message


def test_an_absent_file_and_a_directory_are_refused(path: Path) -> None:
    with pytest.raises(PlanRefused, match="No such file"):
        read_plan(path)
    with pytest.raises(PlanRefused, match=r"not an ordinary file|Is a directory"):
        read_plan(path.parent)


def test_a_pipe_is_refused_and_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(PlanRefused, match="not an ordinary file"):
        read_plan(path)


def test_another_format_version_is_no_plan_of_ours(path: Path) -> None:
    document = whole() | {"format_version": 2}
    document["digest"] = digest_of(document)
    assert "format_version" in refusal(path, json.dumps(document)).message


def objects(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield path
        for key, item in value.items():
            yield from objects(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from objects(item, (*path, number))


# Maps whose keys are names of others: any key is right there.
OPEN = {"shared", "fields", "written_fields", "directions", "statuses", "jira", "calls", "priority", "base"}


def is_closed(place: tuple[str | int, ...]) -> bool:
    is_value = len(place) == 5 and place[2] == "fields"  # of a field change: any JSON
    return not place or not (place[-1] in OPEN or "base" in place or is_value)


@pytest.mark.parametrize(
    "place", [p for p in objects(whole()) if is_closed(p)], ids=lambda p: ".".join(map(str, p)) or "top"
)
def test_an_unknown_field_is_refused_everywhere(place: tuple[str | int, ...], path: Path) -> None:
    document = whole()
    target: object = document
    for step in place:
        target = target[step]  # type: ignore[index]
    target["surprise"] = 1  # type: ignore[index]
    document["digest"] = digest_of(document)
    assert refusal(path, json.dumps(document)).cause == "unreadable"


def test_the_schema_is_a_schema_and_takes_every_plan() -> None:
    schemas = machine_schemas()
    assert list(schemas)[:3] == ["plan", "outcomes", "findings"]
    assert {type(resource) for resource in RESOURCES} == set(get_args(Resource))
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for resource in RESOURCES:
        for change in (Create(resource), Update(resource, resource), Delete(resource)):
            Draft202012Validator(schemas["plan"]).validate(made(change))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
@settings(max_examples=100)
def test_no_json_whatever_gets_through_or_breaks_the_reader(value: object) -> None:
    with pytest.raises(PlanRefused):
        planfile._conforms(Path("x"), planfile._parsed(Path("x"), json.dumps(value).encode()))
