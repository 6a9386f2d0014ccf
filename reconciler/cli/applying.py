"""The course of an apply: plan, agree, write, and tell how each change ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.endings import of_outcomes, of_plan
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.lock import exclusive
from reconciler.cli.output import Output, OutputFailed
from reconciler.cli.planning import planned, show, tools_for
from reconciler.cli.session import Session
from reconciler.cli.wiring import connected
from reconciler.documents.planfile import read_plan
from reconciler.engine.apply import apply
from reconciler.engine.review import Review, check_document, reviewed
from reconciler.engine.scope import Scope, WritableSystems
from reconciler.errors import PlanRefused
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding, ordered
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan
from reconciler.report.events import EventsReporter
from reconciler.report.screen import Screen
from reconciler.report.several import SeveralReporters
from reconciler.report.terminal import TerminalReporter


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks of an apply. `document` is the saved plan, None where one is to be made; `warnings` are
    those of the configuration.
    """

    document: Mapping[str, object] | None
    scope: Scope
    confirm: bool
    events: Path | None
    output: Output
    warnings: tuple[Finding, ...]


def saved_plan(session: Session, path: Path, digest: str | None = None) -> Mapping[str, object]:
    """A plan file that may still be applied as far as can be told without asking anybody. Raises PlanRefused; also where
    it is another than the one with that digest.
    """
    document = read_plan(path)
    if digest is not None and document["digest"] != digest:
        raise PlanRefused(
            f"{path} is not the plan that was reviewed: its digest is {document['digest']}, that of the review {digest}",
            cause="altered",
            hint="take the file that was made together with the report that was reviewed",
        )
    check_document(document, session.clock.now())
    return document


def apply_plan(session: Session, configuration: Configuration, asked: Asked) -> ExitCode:
    """Apply what was asked for, and say how the run ended. Raises LockHeld, PlanRefused, or what stopped the planning."""
    with exclusive(session.directory), connected(session, configuration) as systems:
        review = _reviewed(session, configuration, asked, systems)
        plan = review.plan
        if plan.over_limit:
            show(plan, asked.output)
            return of_plan(plan, detailed=False)
        if asked.document is None and asked.output.form == "text":
            show(plan, asked.output if asked.output.path is None else Output("text"))
            if plan.changes and asked.confirm and not _agreed(plan):
                sys.stderr.write("Nothing was applied.\n")
                return ExitCode.FAILED
            if asked.output.path is None:
                click.echo()
        outcomes, findings = _carried_out(session, configuration, asked, systems, plan)
        _tell(asked.output, (*review.settled, *outcomes), findings)
        _tell_unreviewed(review)
        return session.signals.received or of_outcomes(plan, (*review.settled, *outcomes))


def _reviewed(session: Session, configuration: Configuration, asked: Asked, systems: WritableSystems) -> Review:
    with _progress() as reporter:
        tools = tools_for(session, configuration, reporter)
        fresh = planned(configuration, asked.warnings, systems, tools, asked.scope)
    if asked.document is None:
        return Review(fresh, settled=(), unreviewed=0)
    return reviewed(asked.document, fresh, configuration.limits, session.clock.now())


def _agreed(plan: Plan) -> bool:
    number = len(plan.changes)
    return click.confirm(f"\nApply {'this change' if number == 1 else f'these {number} changes'}?", err=True)


def _carried_out(
    session: Session, configuration: Configuration, asked: Asked, systems: WritableSystems, plan: Plan
) -> tuple[tuple[Outcome, ...], tuple[Finding, ...]]:
    with _progress() as progress, events_to(asked.events) as events, session.signals.finishing():
        listeners = (progress,) if events is None else (progress, events)
        outcomes = apply(plan, configuration, systems, tools_for(session, configuration, SeveralReporters(*listeners)))
    if events is not None and events.broken is not None:
        sys.stderr.write(f"reconciler: {asked.events} is incomplete: {events.broken}\n")
    return outcomes, ordered(progress.findings)


def _tell(output: Output, outcomes: tuple[Outcome, ...], findings: tuple[Finding, ...]) -> None:
    match output.form:
        case "json":
            from reconciler.report.machine import outcomes_document, render_json

            output.write(render_json(outcomes_document(outcomes, findings)))
        case "markdown":
            from reconciler.report.markdown import render_outcomes_markdown

            output.write(render_outcomes_markdown(outcomes, findings))
        case "html":
            from reconciler.report.html.outcomes_page import render_outcomes_page

            output.write(render_outcomes_page(outcomes, findings))
        case _:
            from reconciler.report.text_outcomes import render_outcomes

            output.write(render_outcomes(outcomes, findings, output.screen))


def _tell_unreviewed(review: Review) -> None:
    if review.unreviewed:
        many = "1 more change has" if review.unreviewed == 1 else f"{review.unreviewed} more changes have"
        sys.stderr.write(f"{many} become due since the plan was made; they are left for the next plan.\n")


def _progress() -> TerminalReporter:
    return TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ))


@contextmanager
def events_to(path: Path | None) -> Iterator[EventsReporter | None]:
    """Streams outcomes to a file for as long as the context lasts; None where no file is named. Raises OutputFailed."""
    if path is None:
        yield None
        return
    try:
        stream = path.open("w", encoding="utf-8")
    except OSError as error:
        raise OutputFailed(f"{path} cannot be written: {error.strerror}") from None
    try:
        yield EventsReporter(stream)
    finally:
        # Each line was flushed; what a full disk refuses has been told, and must not hide how the changes ended.
        with suppress(OSError):
            stream.close()
