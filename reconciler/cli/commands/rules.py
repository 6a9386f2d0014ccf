"""`reconciler rules`: the automation rules as they are tried, proved, tested and explained. Never writes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.command import Documented, DocumentedGroup
from reconciler.cli.commands.rules_backtest import backtest
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.options import report_options
from reconciler.cli.output import Output, seen_from_here
from reconciler.cli.rule_options import facts_options, span
from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.model.declared import Configuration
    from reconciler.model.finding import Finding
    from reconciler.model.issue import Issue
    from reconciler.query.matching import Record
    from reconciler.rules.claims import Proof


@click.group(
    "rules",
    cls=DocumentedGroup,
    short_help="List, prove, test, explain and backtest the automation rules.",
    example="reconciler -C config rules list\nreconciler -C config rules lint",
    exits={
        ExitCode.DONE: "done",
        ExitCode.FAILED: "the configuration is invalid",
        ExitCode.DIFFERENCES: "lint has a warning, or a test failed",
    },
)
def rules() -> None:
    """List, prove, test, explain and backtest the automation rules.

    All of it is offline, but for backtest, --live and a live issue's id, which ask Datadog. Nothing is ever written.
    """


rules.add_command(backtest)


@rules.command(
    "list",
    cls=Documented,
    short_help="Show the rules in the order in which they are tried.",
    example="reconciler -C config rules list\nreconciler -C config rules list --format json",
    exits={ExitCode.DONE: "done", ExitCode.FAILED: "the configuration is invalid"},
)
@report_options("text", "json")
@click.pass_obj
def list_rules(session: Session, form: str, output: Path | None) -> ExitCode:
    """Show the rules in the order in which they are tried.

    The first rule that matches an issue applies. Each is shown with its query, where its tickets go, whether it makes
    tickets by itself, and where it is written.
    """
    configuration, _ = valid(session.directory)
    from reconciler.report.rules import render_rules, rules_document

    out = Output(form, output)
    if form == "json":
        from reconciler.report.machine import render_json

        out.write(render_json(rules_document(configuration)))
    else:
        out.write(render_rules(configuration, out.screen))
    return ExitCode.DONE


@rules.command(
    "lint",
    cls=Documented,
    short_help="Prove which rules apply, and where their order matters.",
    example="reconciler -C config rules lint\n"
    "reconciler -C config rules lint --format sarif -o lint.sarif\n"
    "reconciler -C config rules lint --live --since 30d",
    exits={
        ExitCode.DONE: "every rule applies to something (there may be notes)",
        ExitCode.FAILED: "the configuration is invalid, or Datadog could not be read",
        ExitCode.DIFFERENCES: "there is a warning, such as a rule that never applies",
    },
)
@report_options("text", "json", "sarif")
@click.option("--live", is_flag=True, help="Compare with the issues in Datadog, too.")
@click.option(
    "--since", metavar="TIME", default="30d", show_default=True, callback=span, help="With --live: how far back."
)
@click.pass_obj
def lint(session: Session, form: str, output: Path | None, *, live: bool, since: timedelta) -> ExitCode:
    """Prove which rules apply, and where their order matters.

    Whatever issues may come: a rule that can never match, one whose issues all go by earlier rules, and one that matches
    everything before the end are warnings; rules that take from later ones, and neighbours that could change places, are
    notes. Each comes with an issue that shows it, or with the reason. docs/rules.md says how to read them.
    """
    configuration, _ = valid(session.directory)
    from reconciler.model.finding import Severity
    from reconciler.rules.lint import lint_findings
    from reconciler.rules.proof import prove

    proof = prove(configuration.rules)
    findings = lint_findings(proof)
    if live:
        findings += _compared(session, configuration, since)
    _show_lint(proof, findings, Output(form, output), session.directory)
    has_warning = any(finding.severity is not Severity.INFO for finding in findings)
    return ExitCode.DIFFERENCES if has_warning else ExitCode.DONE


def _show_lint(proof: Proof, findings: Sequence[Finding], out: Output, directory: Path) -> None:
    match out.form:
        case "json":
            from reconciler.report.lint import lint_document
            from reconciler.report.machine import render_json

            out.write(render_json(lint_document(proof, findings)))
        case "sarif":
            from reconciler.report.sarif import render_sarif

            out.write(render_sarif(findings, root=seen_from_here(directory)))
        case _:
            from reconciler.report.lint import render_lint

            out.write(render_lint(proof, findings, out.screen) + _annotated(findings, directory))


def _annotated(findings: Sequence[Finding], directory: Path) -> str:
    """What makes GitHub show each finding at its line of the pull request; nothing elsewhere."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    from reconciler.report.annotations import render_annotations

    return render_annotations(findings, seen_from_here(directory))


def _compared(session: Session, configuration: Configuration, since: timedelta) -> tuple[Finding, ...]:
    from reconciler.cli.wiring import connected
    from reconciler.engine.rules_live import issues_since, live_findings

    with connected(session, configuration) as systems:
        return live_findings(configuration.rules, issues_since(systems.datadog, session.clock.now(), since))


@rules.command(
    "test",
    cls=Documented,
    short_help="Run the RuleTests, offline.",
    example="reconciler -C config rules test\nreconciler -C config rules test --format junit -o rules.xml",
    exits={
        ExitCode.DONE: "every test passed",
        ExitCode.FAILED: "the configuration is invalid",
        ExitCode.DIFFERENCES: "a test failed",
    },
)
@report_options("text", "json", "junit")
@click.pass_obj
def test(session: Session, form: str, output: Path | None) -> ExitCode:
    """Run the RuleTests, offline.

    Each test gives an issue and what should happen to it. One that fails shows the rule that was expected and the one that
    applies, with the part of the query that decided underlined. An issue that does not say `is_crash` is no crash.
    """
    configuration, _ = valid(session.directory)
    from reconciler.rules.testing import run_tests

    verdicts = run_tests(configuration.rules, configuration.tests)
    out = Output(form, output)
    match form:
        case "json":
            from reconciler.report.machine import render_json
            from reconciler.report.rule_tests import tests_document

            out.write(render_json(tests_document(verdicts)))
        case "junit":
            from reconciler.report.rule_tests import tests_junit

            out.write(tests_junit(verdicts))
        case _:
            from reconciler.report.rule_tests import failures, render_tests

            out.write(render_tests(verdicts, out.screen) + _annotated(failures(verdicts), session.directory))
    return ExitCode.DONE if all(verdict.has_passed for verdict in verdicts) else ExitCode.DIFFERENCES


@rules.command(
    "explain",
    cls=Documented,
    short_help="Show each rule, tried on one issue.",
    example="reconciler -C config rules explain --service web-store --team shopist\n"
    "reconciler -C config rules explain --team mobile --attr is_crash=true\n"
    "reconciler -C config rules explain 5f8ebd5c-6dd9-11f0-8a28-da7ad0900002",
    exits={
        ExitCode.DONE: "told, whether a rule matches or not",
        ExitCode.FAILED: "the configuration is invalid, or there is no such issue",
    },
)
@click.argument("issue", metavar="[ISSUE]", required=False)
@facts_options
@report_options("text", "json")
@click.pass_obj
def explain(session: Session, issue: str | None, facts: Record, form: str, output: Path | None) -> ExitCode:
    """Show each rule, tried on one issue.

    ISSUE is the id or page of an issue in Datadog, which is read; without it the issue is made up of the options, offline.
    For each rule the part of its query that decided is underlined, with what the issue has in its place.
    """
    if bool(issue) == bool(facts):
        raise click.UsageError("give either an ISSUE, or its facts by --service, --team and --attr")
    configuration, _ = valid(session.directory)
    from reconciler.rules.record import record
    from reconciler.rules.routing import compile_rules
    from reconciler.rules.trial import tried, whole_record

    found = _issue(session, configuration, issue) if issue else None
    facts = record(found) if found else whole_record(facts)
    trials = tried(compile_rules(configuration.rules), facts)
    out = Output(form, output)
    if form == "json":
        from reconciler.report.machine import render_json
        from reconciler.report.trials import routing_document

        out.write(render_json(routing_document(facts, trials, configuration, found.id if found else None)))
    else:
        from reconciler.report.trials import render_routing

        out.write(render_routing(facts, trials, configuration, out.screen))
    return ExitCode.DONE


def _issue(session: Session, configuration: Configuration, text: str) -> Issue:
    from reconciler.cli.wiring import connected
    from reconciler.engine.explain.subject import AskedIssue, NotUnderstood, asked_about
    from reconciler.engine.rules_live import live_issue

    asked = asked_about(text)
    if not isinstance(asked, AskedIssue):
        raise NotUnderstood(
            f"{asked.key} is a ticket, and rules are tried on issues",
            hint=f"`reconciler explain {asked.key}` tells its story",
        )
    with connected(session, configuration) as systems:
        return live_issue(systems.datadog, asked.issue_id)
