"""The course of one action on a ticket: prepare, show, agree, write, and tell how it ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import click

from reconciler.cli.applying import events_to
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.loading import valid
from reconciler.cli.lock import exclusive
from reconciler.cli.output import Output
from reconciler.cli.planning import tools_for
from reconciler.cli.session import Session
from reconciler.cli.wiring import connected
from reconciler.engine.panel.action import Action, Done
from reconciler.engine.panel.carrying import carry_out
from reconciler.engine.panel.desk import Desk, desk
from reconciler.engine.scope import WritableSystems
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding, ordered
from reconciler.plan.outcome import Outcome, Status
from reconciler.report.screen import Screen
from reconciler.report.several import SeveralReporters
from reconciler.report.terminal import TerminalReporter

Prepare: TypeAlias = Callable[[Desk], Action]


@dataclass(frozen=True, slots=True)
class Agreed:
    """How an action is to be agreed to and told. `confirm`: somebody is asked first."""

    confirm: bool
    events: Path | None
    output: Output


def act(session: Session, prepare: Prepare, agreed: Agreed) -> ExitCode:
    """Do one action. Raises LockHeld, NotPossible, or what stopped the reading."""
    configuration, _ = valid(session.directory)
    with exclusive(session.directory), connected(session, configuration) as systems:
        action = _prepared(session, configuration, systems, prepare)
        is_stopped = action.has_errors or bool(action.over_limit)
        if action.writing is None or is_stopped:
            _tell(action, None, (), agreed.output)
            return _unbegun(action)
        if agreed.output.form == "text":
            _show(action, agreed.output)
            if agreed.confirm and not click.confirm("\nDo this?", err=True):
                sys.stderr.write("Nothing was written.\n")
                return ExitCode.FAILED
        done, findings = _carried_out(session, configuration, systems, action, agreed.events)
        _tell(action, done, findings, agreed.output)
        return session.signals.received or _ended(done.outcomes)


def _prepared(session: Session, configuration: Configuration, systems: WritableSystems, prepare: Prepare) -> Action:
    with TerminalReporter(sys.stderr, Screen.of(sys.stderr, os.environ)) as reporter:
        tools = tools_for(session, configuration, reporter)
        with desk(configuration, systems, tools) as at:
            return prepare(at)


def _carried_out(
    session: Session, configuration: Configuration, systems: WritableSystems, action: Action, events: Path | None
) -> tuple[Done, tuple[Finding, ...]]:
    screen = Screen.of(sys.stderr, os.environ)
    with (
        TerminalReporter(sys.stderr, screen) as progress,
        events_to(events) as stream,
        session.signals.finishing(),
    ):
        listeners = (progress,) if stream is None else (progress, stream)
        done = carry_out(
            action, configuration, systems, tools_for(session, configuration, SeveralReporters(*listeners))
        )
    if stream is not None and stream.broken is not None:
        sys.stderr.write(f"reconciler: {events} is incomplete: {stream.broken}\n")
    return done, ordered(tuple(progress.findings))


def _show(action: Action, output: Output) -> None:
    from reconciler.report.panel import render_action

    shown = output if output.path is None else Output("text")
    shown.write(render_action(action, shown.screen))


def _tell(action: Action, done: Done | None, findings: tuple[Finding, ...], output: Output) -> None:
    if output.form == "json":
        from reconciler.report.machine import render_json
        from reconciler.report.panel_document import action_document

        output.write(render_json(action_document(action, done, findings)))
        return
    from reconciler.report.panel import render_action, render_done

    if done is None:
        output.write(render_action(action, output.screen))
    else:
        output.write(render_done(action, done, findings, output.screen))


def _unbegun(action: Action) -> ExitCode:
    """How a run ends that wrote nothing."""
    if action.over_limit:
        return ExitCode.OVER_LIMIT
    return ExitCode.FAILED if action.has_errors else ExitCode.DONE


def _ended(outcomes: tuple[Outcome, ...]) -> ExitCode:
    """3 where something was done, or may have been, and something was not; 1 where surely nothing was."""
    statuses = {outcome.status for outcome in outcomes}
    if all(status.is_done for status in statuses):
        return ExitCode.DONE
    return ExitCode.PARTLY if statuses & {Status.APPLIED, Status.STALE, Status.UNKNOWN} else ExitCode.FAILED
