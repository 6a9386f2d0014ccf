"""Whether what is declared fits together: names that are referred to exist, and nothing is declared twice.

Where a document could not be read at all, a name that it may have declared is not called unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reconciler.documents.budget import MAX_FINDINGS
from reconciler.documents.declarations import Declarations
from reconciler.model.declared import Connections, ProjectBinding, Rule, RuleTest
from reconciler.model.finding import Origin
from reconciler.model.nearest import listed, nearest

_SINGLE = ("Connections", "Limits")
"""Kinds of which a configuration has one document."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist: those declared, and whether there may be more of a kind in what could not be read."""

    names: Mapping[str, Collection[str]]
    unread: Collection[str]

    def lacks(self, kind: str, name: str) -> bool:
        """Whether it is certain that nothing has this name."""
        return kind not in self.unread and name not in self.names.get(kind, ())


def disagreements(declared: Declarations, known: Known) -> None:
    """Adds a finding for each reference to nothing and each thing that is declared twice."""
    _one_of_each_name(declared)
    for binding in declared.bindings:
        if binding.status_mapping is not None:
            _refer(declared, known, _At(binding, "status_mapping"), "StatusMapping", binding.status_mapping)
        _refer(declared, known, _At(binding, "jira.account"), "account", binding.account)
    for rule in declared.rules:
        _refer(declared, known, _At(rule, "destination.binding"), "ProjectBinding", rule.destination.binding)
        if rule.destination.account is not None:
            _refer(declared, known, _At(rule, "destination.account"), "account", rule.destination.account)
    for test in declared.tests:
        for key, kind in (("rule", "rule"), ("binding", "ProjectBinding")):
            if isinstance(name := test.expect.get(key), str):
                _refer(declared, known, _At(test, f"expect.{key}"), kind, name)
    _bound_once(declared)
    _other_bindings_type(declared)
    _people_once(declared)


def accounts_of(connections: Iterable[Connections]) -> Collection[str] | None:
    """The Jira accounts that bindings may name; None where a sandbox has them."""
    every = list(connections)
    if not every or any(one.sandbox_world is not None for one in every):
        return None
    return {account for one in every for account in one.jira}


@dataclass(frozen=True, slots=True)
class _At:
    declared: ProjectBinding | Rule | RuleTest
    path: str

    @property
    def origin(self) -> Origin | None:
        return self.declared.written.at(self.path) if self.declared.written else None


def _refer(declared: Declarations, known: Known, at: _At, kind: str, name: str) -> None:
    if not known.lacks(kind, name):
        return
    what = {"account": "Jira account in Connections", "rule": "rule"}.get(kind, kind)
    names = sorted(known.names.get(kind, ()))
    declared.error(
        "unknown-reference",
        at.origin,
        f"{at.path}: there is no {what} named {name}",
        expected=_choice(names) or f"the name of a {what}; none is declared",
        # Comparing with thousands of names, thousands of times, would take minutes.
        hint=nearest(name, names) if len(declared.findings) < MAX_FINDINGS else None,
    )


def _choice(names: list[str]) -> str | None:
    return f"one of {listed(names)}" if len(names) > 1 else listed(names) or None


def _one_of_each_name(declared: Declarations) -> None:
    first: dict[tuple[str, str], Origin] = {}
    for document in sorted(declared.documents, key=lambda one: (one.kind, one.origin)):
        single = document.kind in _SINGLE
        there = first.setdefault((document.kind, "" if single else document.name), document.origin)
        if there == document.origin:
            continue
        if single:
            message = f"a second {document.kind}: there can be one"
            declared.error("too-many-documents", document.origin, message, hint=f"the other is at {there}: keep one")
        else:
            message = f"a second {document.kind} named {document.name}"
            declared.error("duplicate-name", document.origin, message, hint=f"the first is at {there}: rename one")


def _bound_once(declared: Declarations) -> None:
    """A case project has one ticket type, and a ticket type one case project. Reference: datadog-api §6."""
    projects: dict[str, ProjectBinding] = {}
    types: dict[tuple[str, str, str], ProjectBinding] = {}
    for binding in _in_order(declared.bindings):
        other = projects.setdefault(binding.case_project, binding)
        if other is not binding:
            message = f"case_project: {binding.case_project} is bound already, by {_whereabouts(other)}"
            hint = "bind each case project once; a rule may name another ticket type"
            declared.error("case-project-bound-twice", _At(binding, "case_project").origin, message, hint=hint)
        other = types.setdefault(_type_of(binding), binding)
        if other is not binding:
            message = (
                f"jira: {binding.issue_type} of {binding.project} in {binding.account} is bound already, by "
                f"{_whereabouts(other)}"
            )
            hint = "Datadog keeps one case project for a ticket type: name another type or project"
            declared.error("ticket-type-bound-twice", _At(binding, "jira").origin, message, hint=hint)


def _other_bindings_type(declared: Declarations) -> None:
    bindings = {binding.name: binding for binding in declared.bindings}
    types: dict[tuple[str, str, str], ProjectBinding] = {}
    for binding in _in_order(declared.bindings):
        types.setdefault(_type_of(binding), binding)
    for rule in declared.rules:
        to, own = rule.destination, bindings.get(rule.destination.binding)
        if own is None:
            continue
        account, project, kind = to.account or own.account, to.project or own.project, to.issue_type or own.issue_type
        other = types.get((account, project, kind.casefold()))
        if other is not None and other.name != own.name:
            declared.warning(
                "type-of-another-binding",
                _At(rule, "destination").origin,
                f"rule {rule.name}: {kind} of {project} belongs to binding {other.name}, not to {own.name}",
                hint=f"write `binding: {other.name}`: Datadog keeps one case project for a ticket type",
            )


def _people_once(declared: Declarations) -> None:
    for side in ("datadog", "jira"):
        first: dict[str, Origin] = {}
        for pair, origin in sorted(declared.users, key=lambda one: one[1]):
            name: str = getattr(pair, side)
            there = first.setdefault(name.casefold(), origin)
            if there != origin:
                hint = f"the first is at {there}: a person has one account on each side"
                declared.error("user-mapped-twice", origin, f"{name} is mapped twice", hint=hint)


def _type_of(binding: ProjectBinding) -> tuple[str, str, str]:
    return binding.account, binding.project, binding.issue_type.casefold()


def _in_order(bindings: Iterable[ProjectBinding]) -> list[ProjectBinding]:
    return sorted(bindings, key=lambda one: one.written.origin if one.written else Origin("", 0, 0))


def _whereabouts(binding: ProjectBinding) -> str:
    return f"{binding.name} at {binding.written.origin}" if binding.written else binding.name
