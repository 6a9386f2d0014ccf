"""A plan as the example company would see it, and a hostile one."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.resource import (
    CaseProjectSettings,
    LinkedTicket,
    Named,
    Reason,
    TicketRequest,
    WebhookSettings,
)
from reconciler.plan.change import Change, Create, Update
from reconciler.plan.plan import Plan, Targets

ACME, BUG = Named("7a1e", "acme"), Named("10004", "Bug")
MADE = datetime(2026, 11, 23, 18, 49, 0, tzinfo=UTC)
EXPIRES = datetime(2026, 11, 24, 18, 49, 0, tzinfo=UTC)
HOSTILE = [
    "\x1b[31mred\x1b]0;title\x07\r overwritten",
    "::error file=x::owned ##[add-mask]no ##vso[task.setvariable]x",
    "\n::stop-commands::abc\n",
    "\u202egnp.exe \u2066x\u2069 zero\u200bwidth \U000e0041tag",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "@acme/owners see #123 and acme/web#4, GH-9 https://evil.example/?x=1 www.evil.example me@evil.example",
    "![x](https://evil.example/pixel.png) [click](javascript:alert(1)) <https://evil.example>",
    "| a | b |\n|---|---|\n```\nfence\n```\n</details> <!-- reconciler --> --> # head",
    "`` ` ``` code `` * _em_ ~~no~~ $x$ :tada: \\` \\| &lt;b&gt; &#64;acme",
    "lone \ud800 surrogate and \x00 and \x7f and \x85 and \u2028 and \ufeff",
    "日本語のタイトル " * 20,
    "x" * 3000,
    "",
]


def ticket(
    number: int,
    rule: str,
    project: str,
    summary: str,
    why: str,
    line: int,
    written: dict[str, object],
    case: str | None,
) -> Create:
    issue = f"c17{number:05d}-1f64-11ee-b338-da7ad0900002"
    marker = f"ddet-{'abcdefghij'[number % 10] * 20}"
    return Create(
        TicketRequest(
            issue_id=issue,
            rule=rule,
            binding="shop" if project == "SHOP" else "payments",
            case_project=project,
            account="acme",
            project=Named("10000" if project == "SHOP" else "10001", project),
            issue_type=BUG,
            summary=summary,
            description=f"{summary}\n\nService: checkout\n",
            marker=marker,
            fields={"labels": [*written.get("labels", []), marker], "priority": {"id": "2"}},  # type: ignore[misc]
            case=case,
            case_home="ET" if case and case.startswith("ET") else None,
            written_fields=written,
        ),
        Reason(why, "rules/storefront.yaml" if project == "SHOP" else "rules/payments.yaml", line),
    )


def settings() -> tuple[Change, ...]:
    before = CaseProjectSettings(
        "PAY",
        integration=True,
        account=ACME,
        project=Named("10001", "PAY"),
        issue_type=None,
        sync=False,
        directions={"comments": "none", "status": "none"},
        statuses={"CLOSED": "Closed"},
    )
    after = CaseProjectSettings(
        "PAY",
        integration=True,
        account=ACME,
        project=Named("10001", "PAY"),
        issue_type=BUG,
        sync=True,
        directions={"comments": "two_way", "status": "two_way", "assignee": "two_way"},
        statuses={"OPEN": "Backlog", "IN_PROGRESS": "In Progress", "CLOSED": "Done"},
    )
    hook = WebhookSettings("old", enabled=False, events=frozenset({"jira:issue_updated", "x"}), jql="project in (SHOP)")
    return (
        Update(
            before,
            after,
            Reason("binding payments ties PAY to PAY / Bug on acme, synced by Datadog", "bindings.yaml", 17),
        ),
        Update(
            CaseProjectSettings("SHOP", integration=False, account=None, project=None, issue_type=None, sync=False),
            CaseProjectSettings(
                "SHOP",
                integration=True,
                account=ACME,
                project=Named("10000", "SHOP"),
                issue_type=BUG,
                sync=True,
                directions={"status": "two_way"},
                statuses={"OPEN": "To Do"},
            ),
            Reason("binding shop ties SHOP to SHOP / Bug on acme, synced by Datadog", "bindings.yaml", 3),
        ),
        Create(
            WebhookSettings(
                "acme",
                enabled=True,
                jql="project in (PAY, SHOP)",
                events=frozenset({"comment_created", "comment_updated", "jira:issue_created", "jira:issue_updated"}),
            ),
            Reason("no webhook of acme has the URL that Datadog listens on", "connections.yaml", 14),
        ),
        Update(
            hook,
            WebhookSettings(
                "old", enabled=True, events=frozenset({"jira:issue_updated", "y"}), jql="project in (PAY, SHOP)"
            ),
        ),
    )


def tickets() -> tuple[Change, ...]:
    shop: dict[str, object] = {"priority": "High", "labels": ["from-datadog"]}
    pay: dict[str, object] = {"Severity": "S2 major", "components": ["Ledger"], "labels": ["from-datadog"]}
    why = "new issue, and rule {} is the first that matches and has auto_create"
    since = "new in ledger since 2026-11-23 {} UTC; rule 'ledger' matches: service:ledger"
    found: list[Change] = [
        ticket(1, "ledger", "PAY", "LedgerMismatch in ledger", since.format("17:02"), 9, pay, None),
        ticket(
            2,
            "ledger",
            "PAY",
            "DoubleEntryError: debit and credit of transaction differ by 0.01 EUR in ledger, which nobody expected",
            since.format("18:40"),
            9,
            pay | {"Severity": "S1 critical"},
            "ET-3",
        ),
    ]
    found += [
        ticket(n, "web-store", "SHOP", f"TypeError in web-store ({n})", why.format("web-store"), 12, shop, None)
        for n in range(3, 8)
    ]
    found.append(
        Update(
            LinkedTicket(
                "c1799999-1f64-11ee-b338-da7ad0900002",
                "acme",
                "SHOP-7",
                labelled=True,
                reviewed=False,
                remembered=False,
            ),
            LinkedTicket(
                "c1799999-1f64-11ee-b338-da7ad0900002", "acme", "SHOP-7", labelled=True, reviewed=True, remembered=True
            ),
            Reason("SHOP-7 was made by an earlier run that did not come to its end"),
        )
    )
    return tuple(found)


def findings() -> tuple[Finding, ...]:
    return (
        Finding(
            "webhook-silent",
            Severity.WARNING,
            "Datadog has not heard from acme for 9 days",
            address=Address(Kind.WEBHOOK, "acme"),
            expected="an event within 7 days",
            hint="reconciler doctor shows each step",
        ),
        Finding(
            "query-syntax",
            Severity.ERROR,
            "rule 'cart': the query ends inside a term\n    service:cart AND team:\n    ~~~~~~~~~~~~~~~~~~~~~^",
            origin=Origin("rules/storefront.yaml", 21, 16),
            expected="a value after `team:`",
            hint="write team:NAME",
        ),
        Finding(
            "field-required",
            Severity.ERROR,
            "rule 'fraud': Bug in PAY requires the field 'Severity' (option) and it has no default",
            origin=Origin("rules/payments.yaml", 31, 11),
            expected="one of S1 critical, S2 major, S3 minor",
            hint="add `Severity: …` below `fields:` of the rule's destination",
        ),
        Finding("new-issue-unrouted", Severity.INFO, "2 new issues match no rule: services auth, gateway"),
    )


@pytest.fixture
def plan() -> Plan:
    """Nine changes, four findings."""
    return Plan(
        changes=(*settings(), *tickets()),
        findings=findings(),
        targets=Targets("https://api.datadoghq.com (organisation 8a3f01c2)", {"acme": "https://acme.atlassian.net"}),
        config_digest="sha256:" + "1f" * 32,
        created_at=MADE,
        expires_at=EXPIRES,
        calls={"datadog": 14, "jira:acme": 9},
    )


@pytest.fixture
def empty_plan() -> Plan:
    """Nothing to change, nothing to say."""
    return Plan(
        (), (), Targets("https://api.datadoghq.com", {}), "sha256:" + "1f" * 32, MADE, EXPIRES, calls={"datadog": 12}
    )


@pytest.fixture
def hostile_plan() -> Plan:
    """Every text that a plan can carry, as an enemy would write it."""
    changes: list[Change] = list(settings())
    for number, text in enumerate(HOSTILE):
        written: dict[str, object] = {text: text, "labels": [text, {text: [text]}]}
        made = ticket(number, "r", "SHOP", text, text, 3, written, text)
        assert isinstance(made.after, TicketRequest)
        changes.append(Create(made.after, Reason(text, text or None, 3)))
        changes.append(
            Update(
                CaseProjectSettings(text, integration=True, account=None, project=None, issue_type=None, sync=False),
                CaseProjectSettings(
                    text,
                    integration=True,
                    account=Named(text, text),
                    project=None,
                    issue_type=None,
                    sync=True,
                    directions={text: text},
                    statuses={text: text},
                ),
                Reason(text, text, 1),
            )
        )
    told = tuple(
        Finding("hostile", severity, text, Address(Kind.TICKET, text), Origin(text, 1, 1) if text else None, text, text)
        for severity in Severity
        for text in HOSTILE
    )
    return Plan(
        tuple(changes),
        told,
        Targets(HOSTILE[1], {text: text for text in HOSTILE}),
        "sha256:" + "00" * 32,
        MADE,
        EXPIRES,
        complete=False,
        over_limit=tuple(HOSTILE),
        calls={},
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a whole screen with the file of that name; `UPDATE_GOLDEN=1` writes it."""

    def compare(name: str, screen: str) -> None:
        path = Path(request.path).parent / "golden" / name
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_text(screen, encoding="utf-8")
        assert screen == path.read_text(encoding="utf-8")

    return compare
