"""The course of a visit to the doctor: look, mend where that is asked for, look again, and tell."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import click

from reconciler.cli.endings import of_plan
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.lock import exclusive
from reconciler.cli.next_step import program
from reconciler.cli.output import Output, seen_from_here
from reconciler.cli.planning import planned, tools_for
from reconciler.cli.session import Session
from reconciler.cli.wiring import connected
from reconciler.engine.apply import apply
from reconciler.engine.doctor.check import Diagnosis, Verdict
from reconciler.engine.doctor.examining import Subject, diagnose
from reconciler.engine.scope import Scope, WritableSystems
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding
from reconciler.report.screen import Screen
from reconciler.report.terminal import TerminalReporter


@dataclass(frozen=True, slots=True)
class Visit:
    """What a command line asks of the doctor. `confirm`: somebody is asked before anything is mended."""

    asked: tuple[Subject, str] | None
    fix: bool
    confirm: bool
    output: Output
    warnings: tuple[Finding, ...]


def visit(session: Session, configuration: Configuration, wanted: Visit) -> ExitCode:
    """Look, mend if asked to, and say how it stands. Raises what keeps us from looking, and LockHeld."""
    if not wanted.fix:
        with connected(session, configuration) as systems:
            diagnosis = _looked(session, configuration, systems, wanted)
        tell(diagnosis, wanted.output, session)
        return ending(diagnosis)
    with exclusive(session.directory), connected(session, configuration) as systems:
        diagnosis = _looked(session, configuration, systems, wanted)
        stopped = _mended(session, configuration, systems, wanted, diagnosis) if diagnosis.mendable else None
        if diagnosis.mendable and stopped is None:
            diagnosis = _looked(session, configuration, systems, wanted)
        tell(diagnosis, wanted.output, session)
        return session.signals.received or stopped or ending(diagnosis)


def ending(diagnosis: Diagnosis) -> ExitCode:
    """How a diagnosis ends the run: what could not be looked at is never clean."""
    if not diagnosis.could_look:
        return ExitCode.FAILED
    counts = diagnosis.counts
    if counts[Verdict.FAIL]:
        return ExitCode.DIFFERENCES
    return ExitCode.FAILED if counts[Verdict.UNKNOWN] else ExitCode.DONE


def _looked(session: Session, configuration: Configuration, systems: WritableSystems, wanted: Visit) -> Diagnosis:
    with _progress() as reporter:
        return diagnose(configuration, systems, tools_for(session, configuration, reporter), wanted.asked)


def _mended(
    session: Session, configuration: Configuration, systems: WritableSystems, wanted: Visit, diagnosis: Diagnosis
) -> ExitCode | None:
    """Apply what mends the failed checks. What is shown of it goes to stderr: the diagnosis is the report. None where there
    is something new to look at.
    """
    from reconciler.report.text import render_plan
    from reconciler.report.text_outcomes import render_outcomes

    screen = Screen.of(sys.stderr, os.environ)
    with _progress() as reporter:
        scope = Scope(targets=frozenset(diagnosis.mendable))
        tools = tools_for(session, configuration, reporter)
        plan = planned(configuration, wanted.warnings, systems, tools, scope)
    sys.stderr.write(render_plan(plan, screen))
    if plan.over_limit:
        return of_plan(plan, detailed=False)
    if plan.changes and wanted.confirm and not click.confirm("\nMake these repairs?", err=True):
        sys.stderr.write("Nothing was mended.\n")
        return ExitCode.DIFFERENCES
    with _progress() as reporter, session.signals.finishing():
        outcomes = apply(plan, configuration, systems, tools_for(session, configuration, reporter))
    sys.stderr.write(render_outcomes(outcomes, (), screen))
    return None


def tell(diagnosis: Diagnosis, output: Output, session: Session) -> None:
    """Put the diagnosis out in the form that was asked for."""
    reader = program(session.directory)
    match output.form:
        case "json":
            from reconciler.report.doctor_document import diagnosis_document
            from reconciler.report.machine import render_json

            output.write(render_json(diagnosis_document(diagnosis, reader)))
        case "markdown":
            from reconciler.report.doctor_markdown import render_diagnosis_markdown

            output.write(render_diagnosis_markdown(diagnosis, reader))
        case "html":
            from reconciler.report.html.diagnosis_page import render_diagnosis_page

            output.write(render_diagnosis_page(diagnosis, reader))
        case "junit":
            from reconciler.report.doctor_document import diagnosis_cases
            from reconciler.report.junit import render_junit

            output.write(render_junit("reconciler doctor", diagnosis_cases(diagnosis, reader)))
        case "sarif":
            from reconciler.report.sarif import render_sarif

            output.write(render_sarif(diagnosis.findings, seen_from_here(session.directory)))
        case _:
            from reconciler.report.doctor import render_diagnosis

            output.write(render_diagnosis(diagnosis, reader, output.screen))


def _progress() -> TerminalReporter:
    return TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ))
